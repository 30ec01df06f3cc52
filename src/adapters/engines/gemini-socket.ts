import { WebSocket, type RawData } from 'ws';

import { CLOSE_NORMAL } from '../../constants';
import type { Clock, TimerHandle } from '../../ports';
import {
  failureOfClose,
  failureOfError,
  failureOfStatus,
  type GeminiFailure,
} from './gemini-failure';

/** The longest message that is taken: a minute of sound. */
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;
/** From our close frame to the end of the connection. */
const CLOSE_TIMEOUT_MS = 1_000;

/** How the SDK wants to be told of its socket. */
export interface SdkCallbacks {
  readonly onopen: () => void;
  readonly onmessage: (event: { readonly data: string }) => void;
}

export interface GeminiSocketOptions {
  /** With the key in it: never to be shown. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly callbacks: SdkCallbacks;
  /** Something came in: the service lives. */
  readonly onInbound: () => void;
  /** The connection failed or is over, and not by our `close()`. Called once, if at all. */
  readonly onFailed: (failure: GeminiFailure) => void;
}

/**
 * The WebSocket below the SDK, in place of the SDK's own. That one has no limit for a message and
 * no way to be closed before it is set up, lets a message that is no JSON end the process, and
 * keeps to itself why the upgrade was refused.
 */
export class GeminiSocket {
  private readonly options: GeminiSocketOptions;
  private socket: WebSocket | undefined;
  private openedAtMs: number | undefined;
  private isOver = false;
  private closeTimer: TimerHandle | undefined;
  private closed: Promise<void> = Promise.resolve();

  constructor(options: GeminiSocketOptions) {
    this.options = options;
  }

  /** Bytes that the kernel has not taken yet. */
  get bufferedBytes(): number {
    return this.socket?.bufferedAmount ?? 0;
  }

  /** Dials. Called once, by the SDK. */
  connect(): void {
    const { headers, url } = this.options;
    const socket = new WebSocket(url, {
      headers,
      maxPayload: MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
    });
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('open', () => this.opened());
    socket.on('message', (data, isBinary) => this.received(data, isBinary));
    socket.on('pong', () => this.options.onInbound());
    socket.on('ping', () => this.options.onInbound());
    socket.on('unexpected-response', (_request, { statusCode = 0 }) =>
      this.fail(failureOfStatus(statusCode)),
    );
    socket.on('error', ({ code }: NodeJS.ErrnoException) => this.fail(failureOfError(code)));
    socket.on('close', (code, reason) => this.fail(this.failureBy(code, reason.toString())));
  }

  /** Sends a message of the SDK; what the connection does not take any more is its loss. */
  send(message: string): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(message);
  }

  ping(): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.ping();
  }

  /** Resolves when the connection is gone: a second later at most. May be called twice. */
  async close(): Promise<void> {
    this.isOver = true;
    const { clock } = this.options;
    if (this.closeTimer === undefined && this.socket !== undefined) {
      this.closeTimer = clock.setTimeout(() => this.socket?.terminate(), CLOSE_TIMEOUT_MS);
      this.socket.close(CLOSE_NORMAL);
    }
    await this.closed;
    clock.clearTimeout(this.closeTimer);
  }

  private opened(): void {
    this.openedAtMs = this.options.clock.now();
    if (!this.isOver) this.options.callbacks.onopen();
  }

  /** The Live API sends its JSON in binary messages, and may as well in text messages. */
  private received(data: RawData, _isBinary: boolean): void {
    if (this.isOver) return;
    this.options.onInbound();
    const text = (data as Buffer).toString();
    if (isJsonObject(text)) this.options.callbacks.onmessage({ data: text });
    else this.fail('protocol');
  }

  private failureBy(code: number, reason: string): GeminiFailure {
    const nowMs = this.options.clock.now();
    return failureOfClose(code, reason, nowMs - (this.openedAtMs ?? nowMs));
  }

  private fail(failure: GeminiFailure): void {
    if (this.isOver) return;
    this.isOver = true;
    this.options.onFailed(failure);
  }
}

/** The SDK would parse it in a promise that nobody watches. */
function isJsonObject(text: string): boolean {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
