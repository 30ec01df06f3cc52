/** What tests of the network share: two hosts, a driver as small as can be, streams under watch. */
import type { Duplex } from 'node:stream';

import { Network, type NetworkOptions } from '../../src/sim/network';
import type { VirtualNic } from '../../src/sim/virtual-nic';
import { VirtualClock } from '../../src/sim/virtual-clock';

/** Two hosts, and a driver that is as small as can be. */
export class World {
  readonly clock = new VirtualClock();
  readonly wire: string[] = [];
  readonly network: Network;
  readonly paused = new Map<string, (() => void)[]>();
  client: VirtualNic;
  server: VirtualNic;
  entries = 0;
  #boots = 0;

  constructor(options: Partial<NetworkOptions> = {}) {
    this.network = new Network({
      clock: this.clock,
      latencyMs: 10,
      observer: {
        onOpened: (flow, from, to) => this.#saw(`${flow} ${from}>${to} opened`),
        onDelivered: (flow, from, to, { length }) => this.#saw(`${flow} ${from}>${to} ${length}`),
        onClosed: (flow, from, to, how) => this.#saw(`${flow} ${from}>${to} ${how}`),
      },
      ...options,
    });
    this.client = this.boot('pi');
    this.server = this.boot('hub');
  }

  boot(host: string): VirtualNic {
    this.#boots += 1;
    return this.network.nic(host, this.#boots, (_, run) => {
      const waiting = this.paused.get(host);
      if (waiting === undefined) run();
      else waiting.push(run);
    });
  }

  async resume(host: string): Promise<void> {
    const waiting = this.paused.get(host) ?? [];
    this.paused.delete(host);
    for (const run of waiting) run();
    await immediate();
  }

  async runTo(untilMs: number): Promise<void> {
    await immediate();
    for (let entry = this.clock.next(untilMs); entry; entry = this.clock.next(untilMs)) {
      entry.run();
      this.entries += 1;
      await immediate();
    }
  }

  async runFor(ms: number): Promise<void> {
    await this.runTo(this.clock.now() + ms);
  }

  async until(condition: () => boolean): Promise<void> {
    const deadlineMs = this.clock.now() + 60_000;
    await immediate();
    while (!condition()) {
      const entry = this.clock.next(deadlineMs);
      if (entry === undefined) throw new Error('waited in vain');
      entry.run();
      await immediate();
    }
  }

  #saw(what: string): void {
    this.wire.push(`${this.clock.now()} ${what}`);
  }
}

/** A stream, and what it emitted and when. */
export class Watched {
  readonly trace: string[] = [];

  constructor(
    readonly world: World,
    readonly stream: Duplex,
  ) {
    stream.on('connect', () => this.#saw('connect'));
    stream.on('data', (bytes: Buffer) => this.#saw(`data ${bytes.toString()}`));
    stream.on('end', () => this.#saw('end'));
    stream.on('error', (error: Error & { code?: string }) => this.#saw(String(error.code)));
    stream.on('close', () => this.#saw('close'));
  }

  #saw(what: string): void {
    this.trace.push(`${this.world.clock.now()} ${what}`);
  }
}

export const PORT = 8765;

export function dial(world: World, host = 'hub'): Watched {
  return new Watched(world, world.client.connect({ host, port: PORT, tls: false }));
}

export async function listen(world: World, accepted: Watched[] = []): Promise<Watched[]> {
  await world.server.listen({ host: '::', port: PORT }, ({ stream }) => {
    accepted.push(new Watched(world, stream));
  });
  return accepted;
}

/** Connected since 20 ms (client) and 30 ms (server); it is 100 ms. */
export async function pairIn(world: World): Promise<{ client: Watched; server: Watched }> {
  const accepted = await listen(world);
  const client = dial(world);
  await world.runTo(100);
  const [server] = accepted;
  if (server === undefined) throw new Error('nothing was accepted');
  client.trace.length = 0;
  return { client, server };
}

function immediate(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
