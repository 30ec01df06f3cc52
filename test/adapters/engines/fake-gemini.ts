/**
 * A local stand-in for the Live API: real WebSockets on loopback, the documented messages, and
 * whatever can go wrong with them. It knows nothing of how the engine is made.
 */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

import { WebSocketServer, type WebSocket } from 'ws';

export interface FakeGeminiOptions {
  /** The answer to an upgrade: a status other than 101, or none at all. */
  readonly upgrade?: number | 'never' | 'reset' | 'nonsense';
  /** Whether each conversation is set up at once. */
  readonly setsUp?: boolean;
}

/** What a client may send; each message has one of these. */
interface ClientMessage {
  readonly setup?: Readonly<Record<string, unknown>>;
  readonly realtimeInput?: {
    readonly audio?: { readonly data: string; readonly mimeType: string };
  };
}

/** One connection of a client. */
export class Visit {
  readonly address: string;
  readonly socket: WebSocket;
  readonly stream: Duplex;
  readonly messages: ClientMessage[] = [];
  closeCode: number | undefined;

  constructor(request: IncomingMessage, socket: WebSocket, setsUp: boolean) {
    this.address = request.url ?? '';
    this.stream = request.socket;
    this.socket = socket;
    socket.on('error', () => socket.terminate());
    socket.on('close', (code) => {
      this.closeCode = code;
    });
    socket.on('message', (data) => {
      const message = JSON.parse((data as Buffer).toString()) as ClientMessage;
      this.messages.push(message);
      if (message.setup !== undefined && setsUp) this.say({ setupComplete: {} });
    });
  }

  get setup(): ClientMessage['setup'] {
    return this.messages.find((message) => message.setup !== undefined)?.setup;
  }

  /** What of the person's sound has come. */
  get heard(): Buffer {
    const sounds = this.messages.map((message) => message.realtimeInput?.audio?.data ?? '');
    return Buffer.concat(sounds.map((data) => Buffer.from(data, 'base64')));
  }

  /** Sends a message as the service does, as JSON in a binary message. */
  say(message: object): void {
    this.socket.send(Buffer.from(JSON.stringify(message)));
  }

  content(serverContent: object): void {
    this.say({ serverContent });
  }

  /** A piece of the answer: mono s16le at 24 kHz. */
  speak(pcm: Buffer, rest: object = {}, mimeType = 'audio/pcm;rate=24000'): void {
    const inlineData = { data: pcm.toString('base64'), mimeType };
    this.content({ modelTurn: { role: 'model', parts: [{ inlineData }] }, ...rest });
  }

  reset(): void {
    (this.stream as unknown as { resetAndDestroy(): void }).resetAndDestroy();
  }
}

export class FakeGemini {
  readonly visits: Visit[] = [];
  upgrades = 0;
  private readonly options: FakeGeminiOptions;
  private readonly http: Server = createServer();
  private readonly webSockets = new WebSocketServer({ noServer: true });
  private readonly streams = new Set<Duplex>();

  private constructor(options: FakeGeminiOptions) {
    this.options = options;
    this.http.on('connection', (stream) => {
      this.streams.add(stream);
      stream.on('close', () => this.streams.delete(stream));
      stream.on('error', () => stream.destroy());
    });
    this.http.on('upgrade', (request, stream, head) => this.upgrade(request, stream, head));
  }

  static async start(options: FakeGeminiOptions = {}): Promise<FakeGemini> {
    const fake = new FakeGemini(options);
    await new Promise<void>((resolve) => fake.http.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  /** Connections that are not closed. */
  get open(): number {
    return this.streams.size;
  }

  get visit(): Visit {
    return this.visits.at(-1) as Visit;
  }

  async close(): Promise<void> {
    for (const stream of this.streams) stream.destroy();
    await new Promise((resolve) => this.http.close(resolve));
  }

  private upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const { setsUp = true, upgrade = 101 } = this.options;
    this.upgrades += 1;
    if (upgrade === 'reset') (stream as unknown as { resetAndDestroy(): void }).resetAndDestroy();
    else if (upgrade === 'nonsense') stream.end('HTTP/1.1 101 Sure\r\nUpgrade: websocket\r\n\r\n');
    else if (upgrade === 101) {
      this.webSockets.handleUpgrade(request, stream, head, (socket) => {
        this.visits.push(new Visit(request, socket, setsUp));
      });
    } else if (upgrade === 'never') {
      stream.on('end', () => stream.destroy()).resume();
    } else {
      stream.end(`HTTP/1.1 ${upgrade} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
    }
  }
}

/** Looks again and again, with a generous end: what is awaited comes over a real socket. */
export async function until(what: string, isSo: () => boolean): Promise<void> {
  const LONGEST_MS = 20_000;
  const startMs = performance.now();
  while (!isSo()) {
    if (performance.now() - startMs > LONGEST_MS) throw new Error(`never: ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 2);
    });
  }
}
