/**
 * What tests of the client share: a Pi and a server on a simulated network, in virtual time.
 *
 *   LinkBench    the network, the client's ports, its link, what it reported, what it still holds
 *   TestServer   answers dials as a test wants it to
 *   Visitor      a connection that the server upgraded
 */
import http from 'node:http';
import type { Duplex } from 'node:stream';

import { expect } from 'chai';
import { WebSocketServer, type WebSocket } from 'ws';

import type { ClientSettingsInput } from '../../src/client/client-settings';
import { WebSocketClient } from '../../src/client/websocket-client';
import type { EventOf, EventType, InputProblem, LinkEvent } from '../../src/events';
import type { Sockets } from '../../src/ports';
import {
  TARS_V2,
  type ClientMessage,
  type ProtocolVersion,
  type ServerMessage,
} from '../../src/protocol';
import { HostClock } from '../../src/sim/host-clock';
import type { VirtualClock } from '../../src/sim/virtual-clock';
import { PORT, World } from '../sim/two-hosts';

/** One way, as `World` has it. */
export const LATENCY_MS = 10;
/** From a dial to the welcome: the handshake, the upgrade, and what the server needs: nothing. */
export const CONNECT_MS = 4 * LATENCY_MS;

/** Lets everything happen that is due within `ms`, where nothing of it is asynchronous. */
export function advance(clock: VirtualClock, ms: number): void {
  const untilMs = clock.now() + ms;
  for (let entry = clock.next(untilMs); entry; entry = clock.next(untilMs)) entry.run();
}

/** The `Clock` port on the simulator's clock; it knows how many timers are set. */
export function clockOn(clock: VirtualClock): HostClock {
  return new HostClock(clock, (code) => code());
}

export interface BenchOptions {
  readonly settings?: Partial<ClientSettingsInput>;
  /** What the server speaks. Default `tars.v2`. */
  readonly protocol?: ProtocolVersion;
  /** Instead of the simulated network's. */
  readonly sockets?: Sockets;
}

export class LinkBench {
  readonly world = new World({ latencyMs: LATENCY_MS });
  readonly clock = clockOn(this.world.clock);
  readonly events: (LinkEvent & { readonly atMs: number })[] = [];
  readonly settings: ClientSettingsInput;
  readonly server: TestServer;
  readonly ports;
  readonly link: WebSocketClient;

  constructor({ protocol = TARS_V2, settings, sockets }: BenchOptions = {}) {
    this.settings = { serverUrl: `ws://hub:${PORT}`, ...settings };
    this.server = new TestServer(protocol, this.world);
    this.ports = {
      clock: this.clock,
      random: { next: () => 0.5 },
      sockets: sockets ?? this.world.client,
      events: {
        emit: (event: LinkEvent) => this.events.push({ atMs: this.clock.now(), ...event }),
      },
    };
    this.link = new WebSocketClient(this.settings, this.ports);
  }

  /** Starts the link, and lets it come up. */
  async connect(): Promise<Visitor> {
    this.link.start();
    await this.run(CONNECT_MS);
    return this.server.visitor;
  }

  run(ms: number): Promise<void> {
    return this.world.runFor(ms);
  }

  /** Events of one type, in order. */
  of<Type extends EventType & LinkEvent['type']>(type: Type): EventOf<Type>[] {
    return this.events.filter((event) => event.type === type) as unknown as EventOf<Type>[];
  }

  /** When events of one type happened, in milliseconds. */
  timesOf(type: LinkEvent['type']): number[] {
    return this.events.filter((event) => event.type === type).map(({ atMs }) => atMs);
  }

  /** What was found wrong with what the server sent. */
  get rejected(): InputProblem[] {
    return this.of('input.rejected').map(({ problem }) => problem);
  }

  holdings(): { timers: number; sockets: number; dials: number } {
    const { network, client } = this.world;
    return {
      timers: this.clock.pending,
      sockets: network.openSockets(client),
      dials: network.dialsInFlight(client),
    };
  }

  /** Ends the test: a client that was shut down has nothing left, and nothing happens later. */
  async over(): Promise<void> {
    const stopped = this.shutdown();
    await this.run(3_000);
    await stopped;
    expect(this.holdings()).to.deep.equal({ timers: 0, sockets: 0, dials: 0 });
    const { length } = this.events;
    this.server.close();
    await this.run(120_000);
    expect(this.events.slice(length), 'events after shutdown').to.deep.equal([]);
  }

  protected shutdown(): Promise<void> {
    return this.link.shutdown();
  }
}

/** What a server does with a stream that it accepted. */
export type Answer = (stream: Duplex) => void;

export class TestServer {
  readonly visitors: Visitor[] = [];
  readonly streams: Duplex[] = [];
  /** Whether a visitor that speaks `tars.v2` is welcomed. */
  welcomes = true;
  /** Does the upgrade, unless a test has it otherwise. */
  answer: Answer = (stream) => this.upgrade(stream);
  private readonly protocol: ProtocolVersion;
  private readonly webSockets: WebSocketServer;

  constructor(protocol: ProtocolVersion, world: World) {
    this.protocol = protocol;
    this.webSockets = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      clientTracking: false,
      handleProtocols: () => (protocol === 'base' ? false : TARS_V2),
    });
    void world.server.listen({ host: '::', port: PORT }, ({ stream }) => {
      this.streams.push(stream);
      stream.on('error', () => stream.destroy());
      this.answer(stream);
    });
  }

  /** The latest visitor. */
  get visitor(): Visitor {
    const visitor = this.visitors.at(-1);
    if (visitor === undefined) throw new Error('Nobody has come.');
    return visitor;
  }

  /** Leaves without a word, so that nothing of the library's own is left either. */
  close(): void {
    for (const { socket } of this.visitors) socket.terminate();
    for (const stream of this.streams) stream.destroy();
  }

  private upgrade(stream: Duplex): void {
    const server = http.createServer();
    server.on('upgrade', (request, socket, head) => {
      this.webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        const visitor = new Visitor(webSocket, stream, request);
        this.visitors.push(visitor);
        if (!this.welcomes || this.protocol === 'base') return;
        visitor.say({ type: 'welcome', device: 'default', connection: 'v1' });
      });
    });
    server.emit('connection', stream);
  }
}

export class Visitor {
  /** Control messages, in order. */
  readonly said: ClientMessage[] = [];
  /** Binary messages, in order. */
  readonly audio: Buffer[] = [];
  /** The types of all that came, in order; `audio` for a binary message. */
  readonly order: string[] = [];
  /** The code that it left with. */
  closeCode: number | undefined;

  constructor(
    readonly socket: WebSocket,
    readonly stream: Duplex,
    readonly request: http.IncomingMessage,
  ) {
    socket.on('error', () => undefined);
    socket.on('close', (code) => (this.closeCode = code));
    socket.on('message', (data, isBinary) => this.heard(data as Buffer, isBinary));
  }

  say(message: ServerMessage): void {
    this.sayText(JSON.stringify(message));
  }

  sayText(text: string): void {
    this.socket.send(text, () => undefined);
  }

  play(pcm: Buffer): void {
    const PIECE_BYTES = 32_000;
    for (let at = 0; at < Math.max(1, pcm.length); at += PIECE_BYTES) {
      this.socket.send(pcm.subarray(at, at + PIECE_BYTES), () => undefined);
    }
  }

  /** One binary message, however long. */
  sendBinary(pcm: Buffer): void {
    this.socket.send(pcm, () => undefined);
  }

  /** Bytes that no WebSocket library would send. */
  write(...bytes: number[]): void {
    this.stream.write(Buffer.from(bytes));
  }

  reset(): void {
    reset(this.stream);
  }

  get audioBytes(): number {
    return this.audio.reduce((sum, { length }) => sum + length, 0);
  }

  /** The types of the control messages. */
  get types(): string[] {
    return this.said.map(({ type }) => type);
  }

  private heard(data: Buffer, isBinary: boolean): void {
    if (isBinary) {
      this.audio.push(data);
      this.order.push('audio');
      return;
    }
    const message = JSON.parse(data.toString()) as ClientMessage;
    this.said.push(message);
    this.order.push(message.type);
  }
}

/** Answers a dial by these bytes, once the request has come. */
export function answering(text: string): Answer {
  return (stream) => void stream.once('data', () => stream.write(text));
}

/** RST instead of FIN. */
export function reset(stream: Duplex): void {
  (stream as Duplex & { resetAndDestroy(): void }).resetAndDestroy();
}
