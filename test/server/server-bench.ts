/**
 * What tests of the server share: a server on a simulated network, and visitors in virtual time.
 *
 *   ServerBench    the network, the server's ports, what it reported, what it still holds
 *   Visitor        a device: the WebSocket library at the other end
 *   RawVisitor     a byte stream at the other end, for what no library would send
 */
import type { Duplex } from 'node:stream';

import { expect } from 'chai';
import { WebSocket } from 'ws';

import type { EventOf, EventType, InputProblem, LinkEvent } from '../../src/events';
import type { Sockets } from '../../src/ports';
import { TARS_V2, type ProtocolVersion } from '../../src/protocol';
import { HostClock } from '../../src/sim/host-clock';
import { PORT, World } from '../sim/two-hosts';

/** One way, as `World` has it. */
const LATENCY_MS = 10;
/** From a dial to the welcome: TCP, upgrade, and the way of the answer. */
export const CONNECT_MS = 4 * LATENCY_MS;
/** There and back. */
export const ROUND_TRIP_MS = 2 * LATENCY_MS;

/** What a test starts and stops: the service, or the whole server. */
interface Server {
  start(): Promise<void>;
  shutdown(): Promise<void>;
}

/** What every part of the server is given. */
export interface BenchPorts {
  readonly clock: HostClock;
  readonly random: { next(): number };
  readonly sockets: Sockets;
  readonly events: { emit(event: LinkEvent): void };
}

export class ServerBench<Subject extends Server> {
  readonly world = new World({ latencyMs: LATENCY_MS });
  readonly clock = new HostClock(this.world.clock, (run) => run());
  readonly events: LinkEvent[] = [];
  readonly server: Subject;
  private readonly visitors: { leave(): void }[] = [];

  constructor(make: (ports: BenchPorts) => Subject) {
    this.server = make({
      clock: this.clock,
      random: { next: () => 0.5 },
      sockets: this.world.server,
      events: { emit: (event) => this.events.push(event) },
    });
  }

  run(ms: number): Promise<void> {
    return this.world.runFor(ms);
  }

  /** A device that dials; it is connected a while later. */
  dial(device?: string, protocol: ProtocolVersion = TARS_V2): Visitor {
    const visitor = new Visitor(this.world.client, device, protocol);
    this.visitors.push(visitor);
    return visitor;
  }

  async connect(device?: string, protocol?: ProtocolVersion): Promise<Visitor> {
    const visitor = this.dial(device, protocol);
    await this.run(CONNECT_MS);
    expect(visitor.isOpen, 'connected').to.equal(true);
    return visitor;
  }

  /** A byte stream to the server's port, from a host whose name is its address. */
  raw(sockets: Sockets = this.world.client): RawVisitor {
    const visitor = new RawVisitor(sockets.connect({ host: 'hub', port: PORT, tls: false }));
    this.visitors.push(visitor);
    return visitor;
  }

  /** A byte stream over which a device was upgraded. */
  async upgraded(device: string): Promise<RawVisitor> {
    const visitor = this.raw();
    visitor.write(upgradeRequest({ 'TARS-Device': device, 'Sec-WebSocket-Protocol': TARS_V2 }));
    await this.run(CONNECT_MS);
    expect(visitor.text).to.match(/^HTTP\/1\.1 101 /);
    return visitor;
  }

  /** From here on nothing crosses the connections that there are, and nobody is told. */
  silence(): void {
    this.world.network.path('pi', 'hub').silence();
    this.world.network.path('hub', 'pi').silence();
  }

  of<Type extends EventType & LinkEvent['type']>(type: Type): EventOf<Type>[] {
    return this.events.filter((event) => event.type === type) as unknown as EventOf<Type>[];
  }

  types(...among: readonly LinkEvent['type'][]): LinkEvent['type'][] {
    return this.events.map(({ type }) => type).filter((type) => among.includes(type));
  }

  /** What was found wrong with what came in. */
  get rejected(): InputProblem[] {
    return this.of('input.rejected').map(({ problem }) => problem);
  }

  get refused(): string[] {
    return this.of('link.refused').map(({ reason }) => reason);
  }

  /** Labels of the connections that were lost. */
  get lost(): string[] {
    return this.of('link.lost').map(({ label }) => label);
  }

  holdings(): { readonly timers: number; readonly sockets: number } {
    const { network, server } = this.world;
    return { timers: this.clock.pending, sockets: network.openSockets(server) };
  }

  /** Shuts down, and demands that it takes no longer than it may and leaves nothing. */
  async over(): Promise<void> {
    const { settled } = await this.stopWithin(3_000);
    expect(settled, 'shut down within 3 s').to.equal(true);
    expect(this.holdings()).to.deep.equal({ timers: 0, sockets: 0 });
    const { length } = this.events;
    for (const visitor of this.visitors) visitor.leave();
    await this.run(120_000);
    expect(this.events.slice(length), 'events after shutdown').to.deep.equal([]);
  }

  async stopWithin(ms: number): Promise<{ readonly settled: boolean }> {
    let settled = false;
    void this.server.shutdown().then(() => (settled = true));
    await this.run(ms);
    return { settled };
  }
}

export class Visitor {
  readonly socket: WebSocket;
  /** Control messages as objects and audio as its length, in order. */
  readonly received: unknown[] = [];
  readonly audio: Buffer[] = [];
  /** How the connection ended: `1013 Reason.`; undefined while it is on. */
  end: string | undefined;

  constructor(sockets: Sockets, device: string | undefined, protocol: ProtocolVersion) {
    const createConnection = () => sockets.connect({ host: 'hub', port: PORT, tls: false });
    this.socket = new WebSocket(`ws://hub:${PORT}`, protocol === TARS_V2 ? [TARS_V2] : [], {
      createConnection: createConnection as unknown as () => never,
      headers: device === undefined ? {} : { 'TARS-Device': device },
      perMessageDeflate: false,
    });
    this.socket.on('message', (data, isBinary) => this.heard(data as Buffer, isBinary));
    this.socket.on('close', (code, reason) => (this.end = `${code} ${reason.toString()}`.trim()));
    this.socket.on('error', () => undefined);
  }

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  say(message: object | string): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  speak(pcm: Buffer): void {
    this.socket.send(pcm);
  }

  /** Types of the control messages that came, and `audio` for each run of binary ones. */
  get types(): string[] {
    const types = this.received.map((each) =>
      typeof each === 'number' ? 'audio' : (each as { type: string }).type,
    );
    return types.filter((type, at) => type !== 'audio' || types[at - 1] !== 'audio');
  }

  leave(): void {
    this.socket.terminate();
  }

  private heard(data: Buffer, isBinary: boolean): void {
    if (isBinary) this.audio.push(data);
    this.received.push(isBinary ? data.length : JSON.parse(data.toString()));
  }
}

export class RawVisitor {
  readonly stream: Duplex;
  private readonly chunks: Buffer[] = [];
  isClosed = false;

  constructor(stream: Duplex) {
    this.stream = stream;
    stream.on('data', (bytes: Buffer) => this.chunks.push(bytes));
    stream.on('error', () => stream.destroy());
    stream.on('close', () => (this.isClosed = true));
  }

  write(bytes: Buffer | string): void {
    this.stream.write(bytes);
  }

  /** All that came, as text. */
  get text(): string {
    return Buffer.concat(this.chunks).toString('latin1');
  }

  /** The code of the close frame that came last, short as ours are; undefined without one. */
  get closeCode(): number | undefined {
    const bytes = Buffer.concat(this.chunks);
    const at = bytes.lastIndexOf(0x88);
    return at < 0 || at + 4 > bytes.length ? undefined : bytes.readUInt16BE(at + 2);
  }

  leave(): void {
    this.stream.destroy();
  }
}

/** A correct request for an upgrade, and what a test wants besides or instead. */
export function upgradeRequest(headers: Readonly<Record<string, string>> = {}): string {
  const all = {
    Host: 'hub',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET / HTTP/1.1\r\n${lines.join('')}\r\n`;
}

export const OPCODE = {
  continuation: 0x0,
  text: 0x1,
  binary: 0x2,
  close: 0x8,
  ping: 0x9,
  pong: 0xa,
} as const;

/** One frame of RFC 6455 section 5.2, right unless told otherwise; the mask is of zeros. */
export function frame(
  opcode: number,
  payload: Buffer | string,
  { isMasked = true, flags = 0x80 }: { isMasked?: boolean; flags?: number } = {},
): Buffer {
  const body = Buffer.from(payload);
  const mask = isMasked ? Buffer.alloc(4) : Buffer.alloc(0);
  return Buffer.concat([Buffer.from([flags | opcode]), lengthOf(body, isMasked), mask, body]);
}

function lengthOf({ length }: Buffer, isMasked: boolean): Buffer {
  const bit = isMasked ? 0x80 : 0;
  if (length < 126) return Buffer.from([bit | length]);
  const bytes = Buffer.alloc(9);
  bytes[0] = bit | 127;
  bytes.writeBigUInt64BE(BigInt(length), 1);
  return bytes;
}
