import type { GoogleGenAI, LiveConnectConfig, LiveServerMessage, Session } from '@google/genai';

import { HEARTBEAT_GRACE_MS, HEARTBEAT_LATE_MS, SAMPLE_RATE_HZ } from '../../constants';
import { Heartbeat } from '../../heartbeat';
import type { Clock, TimerHandle } from '../../ports';
import { GeminiError, type GeminiFailure } from './gemini-failure';
import { readGeminiMessage, type GeminiMessage } from './gemini-message';
import { GeminiSocket, type SdkCallbacks } from './gemini-socket';

/** The service is asked for a sign of life this often ... */
const PING_MS = 10_000;
/** ... and may take this long: its pongs are known to come half a minute late when it works. */
const SILENCE_MS = 45_000;
/** Sound on its way out, as the SDK writes it: 12 s. A link that is so far behind is none. */
const MAX_UNSENT_BYTES = 524_288;

const INPUT_TYPE = `audio/pcm;rate=${SAMPLE_RATE_HZ}`;

export interface GeminiLinkOptions {
  /** A client of the SDK, for this link alone: its way of making sockets is replaced. */
  readonly sdk: GoogleGenAI;
  readonly model: string;
  readonly config: LiveConnectConfig;
  readonly clock: Clock;
  readonly setupTimeoutMs: number;
  readonly onMessage: (message: GeminiMessage) => void;
  /** The link is over, and not by `close()`. Called once, if at all; nothing comes after it. */
  readonly onFailed: (failure: GeminiFailure) => void;
}

/**
 * One connection to the Live API, from its dial to its end. Whatever goes wrong, in any state, ends
 * it with one label of `GEMINI_FAILURES`; whoever is told so closes it.
 *
 *   dial ... setup ... setupComplete: open ... messages ... closed
 *
 * It opens no second connection: a session of a house is over long before the ten minutes that a
 * connection lives.
 */
export class GeminiLink {
  private readonly options: GeminiLinkOptions;
  private readonly heartbeat: Heartbeat;
  private socket: GeminiSocket | undefined;
  private session: Session | undefined;
  private setupTimer: TimerHandle | undefined;
  private giveUp: ((error: GeminiError) => void) | undefined;
  private isOver = false;

  constructor(options: GeminiLinkOptions) {
    this.options = options;
    this.heartbeat = new Heartbeat({
      clock: options.clock,
      intervalMs: PING_MS,
      timeoutMs: SILENCE_MS,
      lateMs: HEARTBEAT_LATE_MS,
      graceMs: HEARTBEAT_GRACE_MS,
      sendPing: () => this.socket?.ping(),
      onLate: () => undefined,
      onDead: () => this.fail('network'),
    });
  }

  /** Resolves once the conversation is set up. Rejects with a {@link GeminiError}. */
  async open(): Promise<void> {
    const { clock, setupTimeoutMs } = this.options;
    this.setupTimer = clock.setTimeout(() => this.fail('setup_timeout'), setupTimeoutMs);
    const failed = new Promise<never>((_resolve, reject) => {
      this.giveUp = reject;
    });
    // The SDK's promise never settles where the connection fails.
    const session = await Promise.race([this.connect(), failed]);
    if (session === undefined) return failed;
    clock.clearTimeout(this.setupTimer);
    this.session = session;
    this.heartbeat.start();
  }

  /** Sends 16 kHz mono s16le PCM. */
  sendSound(pcm: Buffer): void {
    if (this.isOver || this.session === undefined) return;
    if ((this.socket?.bufferedBytes ?? 0) > MAX_UNSENT_BYTES) {
      this.fail('network');
      return;
    }
    this.session.sendRealtimeInput({
      audio: { data: pcm.toString('base64'), mimeType: INPUT_TYPE },
    });
  }

  /** Resolves when the connection is gone. May be called at any time, and twice. */
  async close(): Promise<void> {
    this.stop('closed');
    await this.socket?.close();
  }

  /** Resolves to undefined where the SDK threw: what it threw may have the key in it. */
  private async connect(): Promise<Session | undefined> {
    const { config, model, sdk } = this.options;
    try {
      this.takeSocketsFrom(sdk);
      const callbacks = { onmessage: (message: LiveServerMessage) => this.received(message) };
      return await sdk.live.connect({ model, config, callbacks });
    } catch {
      this.fail('protocol');
      return undefined;
    }
  }

  /** The SDK has a seam for sockets, of its own: a version that has another one is not used. */
  private takeSocketsFrom(sdk: GoogleGenAI): void {
    const seam = sdk.live as unknown as { webSocketFactory?: { create?: unknown } };
    if (typeof seam.webSocketFactory?.create !== 'function') throw new Error('no seam');
    seam.webSocketFactory = {
      create: (url: string, headers: Record<string, string>, callbacks: SdkCallbacks) =>
        this.makeSocket(url, headers, callbacks),
    };
  }

  private makeSocket(
    url: string,
    headers: Record<string, string>,
    callbacks: SdkCallbacks,
  ): GeminiSocket {
    this.socket = new GeminiSocket({
      url,
      headers,
      clock: this.options.clock,
      callbacks,
      onInbound: () => this.heartbeat.heard(),
      onFailed: (failure) => this.fail(failure),
    });
    return this.socket;
  }

  private received(value: LiveServerMessage): void {
    if (this.isOver) return;
    let message: GeminiMessage;
    try {
      message = readGeminiMessage(value);
    } catch {
      this.fail('protocol');
      return;
    }
    this.options.onMessage(message);
  }

  private fail(failure: GeminiFailure): void {
    if (this.isOver) return;
    this.stop(failure);
    this.options.onFailed(failure);
  }

  private stop(failure: GeminiFailure): void {
    this.isOver = true;
    this.options.clock.clearTimeout(this.setupTimer);
    this.heartbeat.stop();
    this.giveUp?.(new GeminiError(failure));
  }
}
