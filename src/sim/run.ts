import type { RecordedEvent } from '../events';
import { captureUncaught } from './event-loop';
import { judge, type Judge, type Outcome } from './expectation';
import type { SoundLibrary } from './fake-audio';
import type { Host, ProgramStarter } from './host';
import type { WorldClock } from './host-clock';
import type { Crash, HostedWorld, WorldOptions } from './hosted-world';
import { allInvariants } from './invariants/catalogue';
import type { Breach, Invariant, Measurement } from './invariants/invariant';
import { Jury } from './invariants/jury';
import type { Fault, Heal } from './network-faults';
import { Recorder } from './recorder';
import { RecoveryMeter } from './recovery';
import type { Recovery } from './recovery-tally';
import type { Act, Scenario } from './scenario';
import { WorldError } from './world-error';

export interface SimulateOptions {
  /** What all chance of the run comes from: a whole number. */
  readonly seed: number;
  /** How many of the last events the result holds. Default 5,000. */
  readonly keepEvents?: number;
  /**
   * What runs on a host in place of the program that the scenario names, by host: for programs that
   * do what ours must not.
   */
  readonly programs?: Readonly<Record<string, ProgramStarter>>;
  /**
   * Real milliseconds for a millisecond of the scenario; default 1. Every time of the scenario and
   * every constant of client and server is multiplied by it; what a kernel or a Toxiproxy counts
   * for itself keeps its length. All times of the result are the scenario's.
   */
  readonly scale?: number;
  /** Sees each event as it happens. It must not throw. */
  readonly onEvent?: (event: RecordedEvent) => void;
  /** Sees all bytes that arrive anywhere, after the event of each. It must not throw. */
  readonly onBytes?: (bytes: Buffer) => void;
  /** Is given the world before anything happens in it, for a debugger. */
  readonly onWorld?: (world: RunWorld) => void;
  /** Called now and then with the virtual time, in milliseconds. */
  readonly onProgress?: (virtualMs: number) => void;
}

/** One thing that a run has against the code. */
export interface Failure {
  /** `S1`, `L3` ...; or `expectation`, `liveness`, `stuck`. */
  readonly kind: string;
  readonly claim: string;
  readonly expected: string;
  readonly seen: string;
  readonly atMs: number;
  readonly host?: string;
  /** What it means to the person in the room. */
  readonly meaning?: string;
  /** The events before it, oldest first. */
  readonly before: readonly RecordedEvent[];
}

export type InvariantVerdict = 'held' | 'broken' | 'unknown';

export interface RunResult {
  readonly scenario: string;
  readonly story: string;
  readonly seed: number;
  readonly passed: boolean;
  readonly failures: readonly Failure[];
  readonly outcomes: readonly Outcome[];
  readonly invariants: Readonly<Record<string, InvariantVerdict>>;
  readonly measurements: readonly Measurement[];
  /** How soon all was well again after each kind of fault. */
  readonly recovery: Recovery;
  readonly events: number;
  /** Entries of the virtual clock that were run: timers, arrivals, acts and faults. */
  readonly steps: number;
  /** SHA-256 over every event and every byte on the wire. */
  readonly hash: string;
  readonly virtualMs: number;
  readonly lastEvents: readonly RecordedEvent[];
  readonly crashes: readonly Crash[];
  /** What each host's speaker played: 16 kHz mono s16le PCM, its first 60 s. */
  readonly heard: ReadonlyMap<string, Buffer>;
}

/** After all is healed, the longest that anything may take to come to rest. */
const LIVENESS_MS = 150_000;
/** Longer than a shutdown may take. */
const SHUTDOWN_MS = 10_000;
const EVENTS_BEFORE_A_FAILURE = 25;

/** The world of a run: the simulated one, or one in real time. */
export interface RunWorld extends Pick<
  HostedWorld,
  'crashes' | 'crashed' | 'record' | 'recordWorld'
> {
  readonly clock: Pick<WorldClock, 'now' | 'schedule'>;
  readonly hosts: ReadonlyMap<string, Host>;
  /** How many entries of a virtual clock were run. */
  readonly entriesRun: number;
  host(name: string): Host;
  /** How long a world without programs is watched for signs of life. */
  readonly afterwardsMs: number;
  arm(): void | Promise<void>;
  disarm(): void | Promise<void>;
  /** Resolves once what was begun before the story's first instant is done. */
  settled(): Promise<void>;
  /** Puts a fault into the world; what comes back undoes it, where there is something to undo. */
  inflict(fault: Fault): Heal | undefined;
  /** Lets the world go on until `untilMs`, or until `isDone` says so after an event. */
  advance(untilMs: number, isDone?: () => boolean): Promise<void>;
}

/** A scenario in a world, from its first event to its verdict. */
export class Run {
  private readonly scenario: Scenario;
  private readonly options: SimulateOptions;
  private readonly sounds: SoundLibrary;
  private readonly world: RunWorld;
  private readonly recorder: Recorder;
  private readonly invariants: readonly Invariant[];
  private readonly jury: Jury;
  private readonly recovery = new RecoveryMeter();
  private readonly broken = new Set<Invariant>();
  private readonly judges: readonly Judge[];
  private readonly failures: Failure[] = [];
  private readonly heals = new Map<number, () => void>();
  private faults = 0;
  private judging = true;

  constructor(
    scenario: Scenario,
    options: SimulateOptions,
    sounds: SoundLibrary,
    makeWorld: (options: WorldOptions) => RunWorld,
    isJudged: (invariant: Invariant) => boolean = () => true,
  ) {
    this.scenario = scenario;
    this.options = options;
    this.sounds = sounds;
    this.judges = scenario.expect.map(judge);
    this.recorder = new Recorder({
      observers: [(event) => this.observe(event), ...(options.onEvent ? [options.onEvent] : [])],
      ...(options.onBytes === undefined ? {} : { onBytes: options.onBytes }),
      keep: options.keepEvents ?? 5_000,
    });
    const { programs = {}, scale = 1, seed } = options;
    this.invariants = allInvariants().filter(isJudged);
    this.jury = new Jury(this.invariants, (...found) => this.breached(...found));
    this.world = makeWorld({ scenario, seed, scale, sounds, programs, recorder: this.recorder });
    options.onWorld?.(this.world);
  }

  async run(): Promise<RunResult> {
    const release = captureUncaught((error) => this.world.crashed(error));
    try {
      await this.world.arm();
      await this.phases();
    } catch (error) {
      if (!(error instanceof WorldError)) throw error;
      this.fail('stuck', 'Time goes on.', 'an instant that ends', error.message);
    } finally {
      await this.world.disarm();
      release();
    }
    return this.result();
  }

  private async phases(): Promise<void> {
    const { name, lasts } = this.scenario;
    this.world.recordWorld({ type: 'run.started', scenario: name, seed: this.options.seed });
    this.enterPhase('safety');
    await this.prepare();
    this.schedule();
    await this.advance(lasts);
    this.enterPhase('liveness');
    this.healAll();
    const restedBy = lasts + LIVENESS_MS;
    // What is healed has to be at work again before it can be pending.
    await this.advance(lasts);
    await this.advance(restedBy, () => this.pending().length === 0);
    for (const what of this.pending()) {
      this.fail('liveness', 'Once all is healed, everything comes to rest.', 'rest', what);
    }
    this.judging = false;
    await this.shutdown();
    this.enterPhase('afterwards');
    await this.advance(this.world.clock.now() + this.world.afterwardsMs);
    this.checkOverdue();
  }

  /** What is wrong from the first instant on is so before any program looks. */
  private async prepare(): Promise<void> {
    const { faults, hosts } = this.scenario;
    for (const [name, { program }] of Object.entries(hosts)) {
      if (program === 'toxiproxy') this.world.host(name).start();
    }
    await this.world.settled();
    for (const fault of faults) if (fault.at === 0) this.begin(fault);
    await this.world.settled();
  }

  private schedule(): void {
    const { acts, faults, hosts } = this.scenario;
    for (const [name, { program, startsAt }] of Object.entries(hosts)) {
      if (startsAt === 'never' || program === 'toxiproxy') continue;
      this.world.clock.schedule(startsAt, () => this.world.host(name).start(), this);
    }
    for (const fault of faults) {
      if (fault.at > 0) this.world.clock.schedule(fault.at, () => this.begin(fault), this);
    }
    for (const act of acts) this.world.clock.schedule(act.at, () => this.act(act), this);
  }

  private begin(fault: Fault): void {
    this.faults += 1;
    const id = this.faults;
    const { kind } = fault;
    const hosts = 'host' in fault ? [fault.host] : fault.between;
    this.world.recordWorld({ type: 'fault.began', fault: kind, id, hosts });
    const heal = this.world.inflict(fault);
    const end = (): void => {
      if (!this.heals.delete(id)) return;
      heal?.();
      this.world.recordWorld({ type: 'fault.ended', fault: kind, id });
    };
    this.heals.set(id, end);
    if (heal === undefined) end();
    else if ('for' in fault && fault.for !== undefined)
      this.world.clock.schedule(fault.for, end, this);
  }

  private act({ ends, inspects, on, says, stops }: Act): void {
    const host = this.world.host(on);
    if (says !== undefined) {
      const ms = host.audio.say(this.sounds.sound(says));
      this.world.record(host, { type: 'user.spoke', sound: says, ms });
    } else if (stops !== undefined) {
      host.retire();
    } else if (inspects !== undefined) {
      host.inspect();
    } else if (ends !== undefined) {
      host.endRecording();
    } else {
      this.world.record(host, { type: 'user.pressed' });
      host.press();
    }
  }

  private healAll(): void {
    for (const heal of [...this.heals.values()]) heal();
  }

  /** Clients first, so that servers see them go. What is none of ours is not asked. */
  private async shutdown(): Promise<void> {
    this.enterPhase('shutdown');
    const all = Object.entries(this.scenario.hosts);
    for (const kind of ['client', 'server', 'peer', 'toxiproxy'] as const) {
      const group = all.filter(([, { program }]) => program === kind);
      const hosts = group.map(([name]) => this.world.host(name));
      for (const host of hosts) if (kind !== 'peer') host.stop();
      const untilMs = this.world.clock.now() + SHUTDOWN_MS;
      const areOver = (): boolean =>
        kind === 'peer' || hosts.every(({ life }) => life === undefined);
      await this.advance(untilMs, areOver);
      for (const host of hosts) host.kill();
    }
  }

  private async advance(untilMs: number, isDone?: () => boolean): Promise<void> {
    const { onProgress } = this.options;
    if (onProgress === undefined) return this.world.advance(untilMs, isDone);
    const EVENTS_A_LOOK = 5_000;
    let looked = 0;
    return this.world.advance(untilMs, () => {
      if (this.recorder.events - looked > EVENTS_A_LOOK) {
        looked = this.recorder.events;
        onProgress(this.world.clock.now());
      }
      return isDone?.() ?? false;
    });
  }

  private enterPhase(phase: 'safety' | 'liveness' | 'shutdown' | 'afterwards'): void {
    this.world.recordWorld({ type: 'phase.changed', phase });
  }

  private pending(): readonly string[] {
    return this.invariants.flatMap((invariant) => invariant.pending());
  }

  private observe(event: RecordedEvent): void {
    if (this.judging) for (const each of this.judges) each.observe(event);
    this.jury.observe(event);
    this.recovery.observe(event);
  }

  private checkOverdue(): void {
    this.jury.pass(this.world.clock.now());
  }

  /** The first breach tells the story; those that follow from it would hide it. */
  private breached(invariant: Invariant, { atMs, expected, host, seen }: Breach): void {
    if (this.broken.has(invariant)) return;
    this.broken.add(invariant);
    const { claim, id: kind, meaning } = invariant;
    this.failures.push({
      kind,
      claim,
      expected,
      seen,
      atMs,
      host,
      meaning,
      before: this.eventsBefore(atMs),
    });
  }

  private fail(kind: string, claim: string, expected: string, seen: string, host?: string): void {
    const atMs = this.world.clock.now();
    const before = this.eventsBefore(atMs);
    const where = host === undefined ? {} : { host };
    this.failures.push({ kind, claim, expected, seen, atMs, ...where, before });
  }

  /** Without the wire's own, which would crowd out the rest. */
  private eventsBefore(atMs: number): readonly RecordedEvent[] {
    const telling = this.recorder
      .lastEvents()
      .filter((event) => event.atMs <= atMs && !event.type.startsWith('wire.'));
    return telling.slice(-EVENTS_BEFORE_A_FAILURE);
  }

  private result(): RunResult {
    const outcomes = this.judges.map((each) => each.outcome());
    for (const { atMs, expected, holds, seen, that } of outcomes) {
      if (holds) continue;
      const at = atMs ?? this.scenario.lasts;
      const before = this.eventsBefore(at);
      this.failures.push({ kind: 'expectation', claim: that, expected, seen, atMs: at, before });
    }
    const { failures, recorder, world } = this;
    return {
      scenario: this.scenario.name,
      story: this.scenario.story,
      seed: this.options.seed,
      passed: failures.length === 0,
      failures,
      outcomes,
      invariants: Object.fromEntries(this.invariants.map((each) => [each.id, this.verdict(each)])),
      measurements: this.invariants.flatMap((each) => each.measurements()),
      recovery: this.recovery.read(world.clock.now()),
      events: recorder.events,
      steps: world.entriesRun,
      hash: recorder.digest(),
      virtualMs: world.clock.now(),
      lastEvents: recorder.lastEvents(),
      crashes: world.crashes,
      heard: new Map([...world.hosts].map(([name, host]) => [name, host.audio.heard()])),
    };
  }

  private verdict(invariant: Invariant): InvariantVerdict {
    if (this.broken.has(invariant)) return 'broken';
    return invariant.judged ? 'held' : 'unknown';
  }
}
