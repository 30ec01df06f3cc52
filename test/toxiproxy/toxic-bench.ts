/**
 * A client, a proxy and a server on three simulated hosts, and exact virtual time. Every way
 * between two hosts takes 1 ms, so that what passes unharmed is 2 ms on its way.
 */
import { HostClock } from '../../src/sim/host-clock';
import type { VirtualNic } from '../../src/sim/virtual-nic';
import type { Listener, SocketStream } from '../../src/ports';
import { Toxiproxy } from '../../src/toxiproxy/toxiproxy';
import type { ToxicSettings } from '../../src/toxiproxy/toxic-chains';
import { World } from '../sim/two-hosts';

/** A stream at one end, and what it emitted and when: `[instant, what]`, data by its length. */
export class Peer {
  readonly trace: [number, string | number][] = [];
  readonly #chunks: Buffer[] = [];

  constructor(
    private readonly world: World,
    readonly stream: SocketStream,
  ) {
    stream.on('data', (bytes: Buffer) => {
      this.#chunks.push(bytes);
      this.#saw(bytes.length);
    });
    stream.on('end', () => this.#saw('end'));
    stream.on('error', (error: NodeJS.ErrnoException) => this.#saw(error.code ?? ''));
  }

  get received(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  /** What came since the last look. */
  news(): [number, string | number][] {
    return this.trace.splice(0);
  }

  #saw(what: string | number): void {
    this.trace.push([this.world.clock.now(), what]);
  }
}

export interface Pair {
  readonly client: Peer;
  readonly server: Peer;
}

export class Bench {
  readonly world: World;
  readonly nic: VirtualNic;
  readonly clock: HostClock;
  readonly toxiproxy: Toxiproxy;
  /** What is drawn next; 0 where it is empty. */
  readonly chance: number[] = [];
  /** How often chance was asked. */
  drawn = 0;
  readonly accepted: Peer[] = [];
  serverPort: Listener | undefined;

  constructor(bufferBytes = 262_144) {
    const buffers = { sendBufferBytes: bufferBytes, receiveBufferBytes: bufferBytes };
    this.world = new World({ latencyMs: 1, ...buffers });
    this.nic = this.world.boot('proxy');
    this.clock = new HostClock(this.world.clock, (run) => run());
    const random = { next: () => this.#draw() };
    this.toxiproxy = new Toxiproxy({ clock: this.clock, random, sockets: this.nic });
  }

  /** A proxy from `proxy:1` to `hub:2`, with these toxics. */
  async start(...toxics: readonly ToxicSettings[]): Promise<void> {
    this.serverPort = await this.world.server.listen({ host: '::', port: 2 }, ({ stream }) => {
      this.accepted.push(new Peer(this.world, stream));
    });
    await this.toxiproxy.create({ name: 'link', listen: 'proxy:1', upstream: 'hub:2' });
    for (const toxic of toxics) this.add(toxic);
  }

  dial(): Peer {
    const stream = this.world.client.connect({ host: 'proxy', port: 1, tls: false });
    return new Peer(this.world, stream);
  }

  /** Opens a connection; the clock then stands at a whole hundred. */
  async pair(): Promise<Pair> {
    const client = this.dial();
    const before = this.accepted.length;
    await this.world.until(() => this.accepted.length > before);
    await this.world.runTo(Math.ceil((this.now + 1) / 100) * 100);
    const server = this.accepted.at(-1);
    if (server === undefined) throw new Error('nothing was accepted');
    return { client, server };
  }

  /** Starts with these toxics, and opens a connection, at 100 ms. */
  async open(...toxics: readonly ToxicSettings[]): Promise<Pair> {
    await this.start(...toxics);
    return this.pair();
  }

  add(toxic: ToxicSettings): void {
    this.toxiproxy.addToxic('link', toxic);
  }

  update(name: string, attributes: Readonly<Record<string, number>>, toxicity?: number): void {
    this.toxiproxy.updateToxic('link', name, { attributes, toxicity });
  }

  remove(name: string): void {
    this.toxiproxy.removeToxic('link', name);
  }

  get now(): number {
    return this.world.clock.now();
  }

  runTo(ms: number): Promise<void> {
    return this.world.runTo(ms);
  }

  /** Closes the proxy, and says what it has left behind. */
  async leftovers(): Promise<Record<string, number>> {
    let isClosed = false;
    void this.toxiproxy.close().then(() => (isClosed = true));
    await this.world.runFor(0);
    const { network } = this.world;
    return {
      open: isClosed ? 0 : 1,
      timers: this.clock.pending,
      sockets: network.openSockets(this.nic),
      dials: network.dialsInFlight(this.nic),
      ports: this.nic.machine.ports.size,
    };
  }

  #draw(): number {
    this.drawn += 1;
    return this.chance.shift() ?? 0;
  }
}

export const NOTHING = { open: 0, timers: 0, sockets: 0, dials: 0, ports: 0 };

/** Bytes that tell where they belong. */
export function pattern(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) % 256));
}
