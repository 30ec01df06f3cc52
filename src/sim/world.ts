import { whileDrained } from './event-loop';
import type { Life } from './life';
import { hopBetween } from './hops';
import { HostedWorld, type WorldOptions } from './hosted-world';
import type { Forgetting } from './idle-timeout';
import { Network, type NetworkObserver } from './network';
import {
  inflict,
  type CorruptionSpec,
  type Direction,
  type Fault,
  type FaultTarget,
  type Heal,
} from './network-faults';
import { all } from './path';
import { lendRandomBytes } from './seeded-crypto';
import type { Scenario } from './scenario';
import { untimely, type TlsCode } from './tls-handshake';
import { toxicBody, type ToxicFault } from './toxics';
import { ToxiproxyProgram } from './toxiproxy-program';
import { Trap } from './trap';
import { VirtualClock, type Order } from './virtual-clock';
import { WorldError } from './world-error';

/** Node takes small buffers from pools of 8 KiB, each of which holds two frames of audio. */
const POOL_BYTES = 65_536;

/** More steps than this in one instant, and time has stopped: something goes in circles. */
const MAX_STEPS_IN_AN_INSTANT = 100_000;

/**
 * The simulated world: time, hosts and the network between them. It runs one thing at a time, knows
 * on which host that is, and lets the event loop drain before the next.
 */
export class World extends HostedWorld implements FaultTarget, NetworkObserver {
  readonly clock: VirtualClock;
  readonly network: Network;
  readonly afterwardsMs = 60_000;
  private readonly trap: Trap;
  private readonly usualPoolBytes = Buffer.poolSize;
  /** Whether any program has run since the event loop was last drained. */
  private hasRun = false;
  /** Lives with code that waits for its turn, and how many pieces of it. */
  private readonly waiting = new WeakMap<Life, number>();
  private steps = 0;
  private instantMs = 0;
  private stepsInInstant = 0;
  private entries = 0;
  private toxics = 0;
  private readonly scenario: Scenario;
  private readonly scale: number;

  constructor(options: WorldOptions) {
    super(options);
    const { scale = 1, scenario } = options;
    this.scenario = scenario;
    this.scale = scale;
    this.clock = new VirtualClock(scenario.interleave ? { order: this.drawnOrder() } : {});
    this.network = new Network({
      clock: this.clock,
      observer: this,
      latencyMs: scenario.latency,
      scale,
      untimely: (client, server) =>
        untimely(this.host(this.beyond(server)).validity, this.host(client).wallTime()),
    });
    this.standBeside();
    this.addHosts(options);
    this.trap = this.makeTrap();
  }

  /** How many entries of the clock were run. */
  get entriesRun(): number {
    return this.entries;
  }

  /**
   * Whatever reaches past a port is caught from here on, and what crashes is charged to its host.
   */
  arm(): void {
    const keys = this.random.fork('handshake keys');
    lendRandomBytes((size) => {
      const bytes = Buffer.alloc(size);
      keys.fill(bytes);
      return bytes;
    });
    this.trap.arm();
    Buffer.poolSize = POOL_BYTES;
  }

  disarm(): void {
    Buffer.poolSize = this.usualPoolBytes;
    this.trap.disarm();
    lendRandomBytes(undefined);
  }

  settled(): Promise<void> {
    return this.advance(this.clock.now());
  }

  /** Lets the world go on until `untilMs`, or until `isDone` says so after an event. */
  advance(untilMs: number, isDone: () => boolean = () => false): Promise<void> {
    return new Promise((resolve, reject) => {
      // The first drain is for what was started from outside, at this very instant.
      whileDrained(() => {
        this.hasRun = false;
        try {
          if (this.runEntries(untilMs, isDone)) return true;
          resolve();
        } catch (error) {
          reject(error as Error);
        }
        return false;
      });
    });
  }

  /** Runs what is due until a program has run, and says whether there may be more to do. */
  private runEntries(untilMs: number, isDone: () => boolean): boolean {
    while (!isDone()) {
      const entry = this.clock.next(untilMs);
      if (entry === undefined) return false;
      this.count(entry.atMs);
      entry.run();
      // What only the network did leaves nothing to the event loop.
      if (this.hasRun) return true;
    }
    return false;
  }

  /**
   * One program at a time, one callback at a time: what comes before the event loop was drained has
   * to wait, so that promises and ticks are charged to the life that left them there.
   */
  run(life: Life, code: () => void): void {
    const waiting = this.waiting.get(life) ?? 0;
    if (!this.hasRun && waiting === 0) {
      this.runNow(life, code);
      return;
    }
    this.waiting.set(life, waiting + 1);
    const takeTurn = (): void => {
      this.waiting.set(life, (this.waiting.get(life) ?? 1) - 1);
      if (life.isPaused) life.receive('io', code);
      else this.runNow(life, code);
    };
    this.clock.schedule(0, takeTurn, life);
  }

  // What the wire tells.

  onOpened(flow: number, from: string, to: string): void {
    this.recordWorld({ type: 'wire.opened', flow, from, to });
  }

  onDelivered(flow: number, from: string, to: string, bytes: Buffer): void {
    this.recordWorld({ type: 'wire.delivered', flow, from, to, bytes: bytes.length });
    this.foldBytes(bytes);
  }

  onClosed(flow: number, from: string, to: string, how: 'fin' | 'reset'): void {
    this.recordWorld({ type: 'wire.closed', flow, from, to, how });
  }

  // What faults do.

  inflict(fault: Fault): Heal | undefined {
    return inflict(this, fault);
  }

  addToxic(fault: ToxicFault): Heal {
    this.toxics += 1;
    const body = toxicBody(fault, `toxic-${this.toxics}`, this.scale);
    const [client, server] = fault.between;
    this.atHop(client, server, (hop) => hop.addToxic(body));
    return () => this.atHop(client, server, (hop) => hop.removeToxic(body.name));
  }

  takeProxyDown(client: string, server: string): Heal {
    this.atHop(client, server, (hop) => hop.takeDown());
    return () => this.atHop(client, server, (hop) => hop.bringUp());
  }

  addLatency(a: string, b: string, direction: Direction, ms: number): Heal {
    return all(this.paths(a, b, direction).map((path) => path.slow(ms)));
  }

  limitRate(a: string, b: string, direction: Direction, bytesPerSecond: number): Heal {
    return all(this.paths(a, b, direction).map((path) => path.limit(bytesPerSecond)));
  }

  corrupt(a: string, b: string, direction: Direction, { every, spread }: CorruptionSpec): Heal {
    const chance = this.random.fork(`corruption at ${this.clock.now()} ms`);
    const paths = this.paths(a, b, direction);
    return all(paths.map((path, way) => path.corrupt(every, spread, chance.fork(`${way}`))));
  }

  forgetIdle(a: string, b: string, afterMs: number, how: Forgetting): Heal {
    return this.network.forgetIdle(a, this.nextTo(a, b), afterMs, how);
  }

  answerDials(a: string, b: string, status: number, page: string): Heal {
    return this.network.answerDials(a, this.nextTo(a, b), status, page);
  }

  failTls(a: string, b: string, code: TlsCode): Heal {
    return this.network.path(a, this.nextTo(a, b)).failTls(code);
  }

  cut(a: string, b: string, direction: Direction): Heal {
    return all(this.paths(a, b, direction).map((path) => path.cut()));
  }

  loseDials(a: string, b: string): Heal {
    return this.network.path(a, this.nextTo(a, b)).loseDials();
  }

  forgetConnections(a: string, b: string, direction: Direction, openedBefore?: number): void {
    for (const path of this.paths(a, b, direction)) path.silence(openedBefore);
  }

  resetConnections(a: string, b: string, direction: Direction, openedBefore?: number): void {
    this.network.resetFlows(a, this.nextTo(a, b), direction, openedBefore);
  }

  closeConnections(a: string, b: string, direction: Direction, openedBefore?: number): void {
    this.network.closeFlows(a, this.nextTo(a, b), direction, openedBefore);
  }

  refuseDials(host: string): Heal {
    return this.network.refuseDials(host);
  }

  makeUnreachable(host: string): Heal {
    const others = [...this.hosts.keys()].filter((name) => name !== host);
    return all(others.map((other) => this.network.path(host, other).makeUnreachable()));
  }

  breakDns(host: string, code: 'EAI_AGAIN' | 'ENOTFOUND'): Heal {
    return this.network.failLookups(host, code);
  }

  losePower(name: string): Heal {
    const host = this.host(name);
    host.losePower();
    return host.keepOff();
  }

  pause(name: string): Heal {
    return this.host(name).pause();
  }

  suspend(name: string): Heal {
    const others = [...this.hosts.keys()].filter((other) => other !== name);
    const cuts = others.map((other) => this.cut(name, other, 'both'));
    return all([...cuts, this.host(name).suspend()]);
  }

  protected override runNow(life: Life, code: () => void): void {
    if (!life.isAlive) return;
    this.steps += 1;
    this.hasRun = true;
    super.runNow(life, code);
  }

  protected override currentStep(): number {
    return this.steps;
  }

  private drawnOrder(): Order {
    const chance = this.random.fork('order');
    return (count) => Math.floor(chance.next() * count);
  }

  /** A Toxiproxy stands beside the server: what is far away is the client. */
  private standBeside(): void {
    for (const [name, spec] of Object.entries(this.scenario.hosts)) {
      if (spec.program !== 'toxiproxy') continue;
      this.network.path(name, spec.upstream).latencyMs = 0;
      this.network.path(spec.upstream, name).latencyMs = 0;
    }
  }

  private atHop(client: string, server: string, act: (hop: ToxiproxyProgram) => void): void {
    const { life } = this.host(this.nextTo(client, server));
    const hop = life?.running;
    if (life === undefined || !(hop instanceof ToxiproxyProgram)) return;
    this.run(life, () => act(hop));
  }

  /** A Toxiproxy shows the certificate of the server behind it. */
  private beyond(name: string): string {
    const spec = this.scenario.hosts[name];
    return spec?.program === 'toxiproxy' ? spec.upstream : name;
  }

  /** Faults on the way to a server befall the way to its Toxiproxy, where there is one. */
  private nextTo(client: string, server: string): string {
    return hopBetween(this.scenario, client, server) ?? server;
  }

  private paths(a: string, b: string, direction: Direction): ReturnType<Network['path']>[] {
    const there = this.network.path(a, this.nextTo(a, b));
    const back = this.network.path(this.nextTo(a, b), a);
    if (direction === 'both') return [there, back];
    return [direction === 'upstream' ? there : back];
  }

  private count(atMs: number): void {
    this.entries += 1;
    this.steps += 1;
    this.stepsInInstant = atMs === this.instantMs ? this.stepsInInstant + 1 : 1;
    this.instantMs = atMs;
    if (this.stepsInInstant <= MAX_STEPS_IN_AN_INSTANT) return;
    const where = this.running?.host.name ?? 'nowhere';
    throw new WorldError(
      'SIM_TIME_STOPPED',
      `Time stands still at ${atMs} ms: after ${MAX_STEPS_IN_AN_INSTANT} steps there are more, ` +
        `the last one on '${where}'.`,
    );
  }

  private makeTrap(): Trap {
    const chance = this.random.fork('trapped');
    return new Trap({
      setTimeout: (callback, delayMs) => {
        const clock = this.running?.libraryClock;
        return clock?.setTimeout(callback, delayMs) ?? this.clock.schedule(1, callback);
      },
      clearTimeout: (timer) => this.running?.libraryClock.clearTimeout(timer),
      wallTime: () => this.running?.host.wallTime() ?? 0,
      random: () => chance.next(),
      onSprung: (what, site) =>
        this.record(this.running?.host, { type: 'trap.sprung', what, site }),
    });
  }
}
