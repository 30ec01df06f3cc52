import type { AnyEvent } from '../events';
import { onceDrained } from './event-loop';
import { FakeAudio, type SoundLibrary } from './fake-audio';
import { Host, type HostWorld, type Life, type ProgramStarter } from './host';
import type { HostSpec } from './host-spec';
import type { Forgetting } from './idle-timeout';
import { Network, type NetworkObserver } from './network';
import type { CorruptionSpec, Direction, FaultTarget, Heal } from './network-faults';
import { all } from './path';
import type { PortalStatus } from './portal';
import { programOf } from './programs';
import { SeededRandom } from './random';
import type { Recorder } from './recorder';
import type { Scenario } from './scenario';
import { lendRandomBytes } from './seeded-crypto';
import { untimely, type TlsCode } from './tls-handshake';
import { Trap } from './trap';
import { VirtualClock } from './virtual-clock';

/** Node takes small buffers from pools of 8 KiB, each of which holds two frames of audio. */
const POOL_BYTES = 65_536;

/** More steps than this in one instant, and time has stopped: something goes in circles. */
const MAX_STEPS_IN_AN_INSTANT = 100_000;

/**
 * What went wrong in a run for reasons of the code, not of the scenario; with the stack to print.
 */
export interface Crash {
  readonly host: string;
  readonly atMs: number;
  readonly stack: string;
}

/** A run cannot go on. */
export class WorldError extends Error {
  readonly code: 'SIM_TIME_STOPPED';

  constructor(code: 'SIM_TIME_STOPPED', message: string) {
    super(message);
    this.code = code;
  }
}

export interface WorldOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly sounds: SoundLibrary;
  readonly recorder: Recorder;
  /** What runs on a host in place of the program that the scenario names. */
  readonly programs?: Readonly<Record<string, ProgramStarter>>;
}

/**
 * The simulated world: time, hosts and the network between them. It runs one thing at a time, knows
 * on which host that is, and lets the event loop drain before the next.
 */
export class World implements HostWorld, FaultTarget, NetworkObserver {
  readonly clock = new VirtualClock();
  readonly network: Network;
  readonly random: SeededRandom;
  readonly sounds: SoundLibrary;
  readonly hosts: ReadonlyMap<string, Host>;
  readonly crashes: Crash[] = [];
  private readonly recorder: Recorder;
  private readonly trap: Trap;
  private readonly usualPoolBytes = Buffer.poolSize;
  private running: Life | undefined;
  /** Whether any program has run since the event loop was last drained. */
  private hasRun = false;
  /** Lives with code that waits for its turn, and how many pieces of it. */
  private readonly waiting = new WeakMap<Life, number>();
  private steps = 0;
  private instantMs = 0;
  private stepsInInstant = 0;
  private entries = 0;

  constructor({ programs = {}, recorder, scenario, seed, sounds }: WorldOptions) {
    this.recorder = recorder;
    this.sounds = sounds;
    this.random = new SeededRandom(seed, scenario.name);
    this.network = new Network({
      clock: this.clock,
      observer: this,
      latencyMs: scenario.latency,
      untimely: (client, server) =>
        untimely(this.host(server).validity, this.host(client).wallTime()),
    });
    this.hosts = new Map(
      Object.entries(scenario.hosts).map(([name, spec]) => [
        name,
        new Host(name, spec, this, this.makeAudio(spec), programs[name] ?? programOf(spec)),
      ]),
    );
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

  host(name: string): Host {
    const host = this.hosts.get(name);
    if (host === undefined) throw new Error(`There is no host '${name}'.`);
    return host;
  }

  /** Lets the world go on until `untilMs`, or until `isDone` says so after an event. */
  advance(untilMs: number, isDone: () => boolean = () => false): Promise<void> {
    return new Promise((resolve, reject) => {
      const goOn = (): void => {
        this.hasRun = false;
        try {
          if (this.runEntries(untilMs, isDone)) onceDrained(goOn);
          else resolve();
        } catch (error) {
          reject(error as Error);
        }
      };
      // What was started from outside, at this very instant, comes first.
      onceDrained(goOn);
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
    this.clock.schedule(0, () => {
      this.waiting.set(life, (this.waiting.get(life) ?? 1) - 1);
      if (life.isPaused) life.receive('io', code);
      else this.runNow(life, code);
    });
  }

  /** An error that nothing caught, thrown by the host that ran last. */
  crashed(error: unknown): void {
    const { running } = this;
    if (running === undefined) throw error;
    const { host } = running;
    this.crashes.push({ host: host.name, atMs: this.clock.now(), stack: stackOf(error) });
    if (host.life === running) host.crash(labelOf(error));
    else this.record(host, { type: 'host.acted_late', port: 'none, but it threw' });
  }

  record(host: Host | undefined, event: AnyEvent): void {
    this.recorder.record(
      {
        atMs: this.clock.now(),
        wallMs: host?.wallTime() ?? 0,
        host: host?.name ?? 'world',
        boot: host?.boot ?? 0,
        step: this.steps,
      },
      event,
    );
  }

  // What the wire tells.

  onOpened(flow: number, from: string, to: string): void {
    this.recordWorld({ type: 'wire.opened', flow, from, to });
  }

  onDelivered(flow: number, from: string, to: string, bytes: Buffer): void {
    this.recordWorld({ type: 'wire.delivered', flow, from, to, bytes: bytes.length });
    this.recorder.foldBytes(bytes);
  }

  onClosed(flow: number, from: string, to: string, how: 'fin' | 'reset'): void {
    this.recordWorld({ type: 'wire.closed', flow, from, to, how });
  }

  // What faults do.

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
    return this.network.forgetIdle(a, b, afterMs, how);
  }

  answerDials(a: string, b: string, status: PortalStatus, page: string): Heal {
    return this.network.answerDials(a, b, status, page);
  }

  failTls(a: string, b: string, code: TlsCode): Heal {
    return this.network.path(a, b).failTls(code);
  }

  cut(a: string, b: string, direction: Direction): Heal {
    return all(this.paths(a, b, direction).map((path) => path.cut()));
  }

  loseDials(a: string, b: string): Heal {
    return this.network.path(a, b).loseDials();
  }

  forgetConnections(a: string, b: string, direction: Direction): void {
    for (const path of this.paths(a, b, direction)) path.silence();
  }

  resetConnections(a: string, b: string): void {
    this.network.resetFlows(a, b);
  }

  closeConnections(a: string, b: string): void {
    this.network.closeFlows(a, b);
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

  kill(name: string): Heal {
    const host = this.host(name);
    host.kill();
    return host.keepOff();
  }

  stop(name: string): Heal {
    const host = this.host(name);
    host.stop();
    const letStart = host.keepOff();
    return () => host.stop(letStart);
  }

  pause(name: string): Heal {
    return this.host(name).pause();
  }

  suspend(name: string): Heal {
    const others = [...this.hosts.keys()].filter((other) => other !== name);
    const cuts = others.map((other) => this.cut(name, other, 'both'));
    return all([...cuts, this.host(name).suspend()]);
  }

  failMicrophone(name: string, opens: number): void {
    this.atDevice(name, (host) => host.failMicrophone(opens));
  }

  failSpeaker(name: string): void {
    this.atDevice(name, (host) => host.failSpeaker());
  }

  stepWallClock(name: string, byMs: number): void {
    this.host(name).stepWallClock(byMs);
  }

  recordWorld(event: AnyEvent): void {
    this.record(undefined, event);
  }

  /** What a device does is heard by the program that has it. */
  private atDevice(name: string, act: (host: Host) => void): void {
    const host = this.host(name);
    if (host.life !== undefined) this.run(host.life, () => act(host));
  }

  private runNow(life: Life, code: () => void): void {
    if (!life.isAlive) return;
    this.steps += 1;
    this.running = life;
    this.hasRun = true;
    try {
      code();
    } catch (error) {
      this.crashed(error);
    }
  }

  private paths(a: string, b: string, direction: Direction): ReturnType<Network['path']>[] {
    const there = this.network.path(a, b);
    const back = this.network.path(b, a);
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

  private makeAudio(spec: HostSpec): FakeAudio {
    const { clock } = this;
    return new FakeAudio(
      {
        now: () => clock.now(),
        setTimeout: (callback, delayMs) =>
          clock.schedule(Math.max(1, Math.ceil(delayMs)), callback),
        clearTimeout: (timer) => clock.cancel(timer as ReturnType<VirtualClock['schedule']>),
      },
      this.sounds.hotword,
      spec.program === 'client' && spec.acoustics === 'echo',
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

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** An error in one stable word: its code, or else its class. */
function labelOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : error.name;
}
