import type { AnyEvent } from '../events';
import type { Clock } from '../ports';
import { FakeAudio, type SoundLibrary } from './fake-audio';
import { Host, type HostNetwork, type HostWorld, type ProgramStarter } from './host';
import type { WorldClock } from './host-clock';
import type { HostSpec } from './host-spec';
import type { Life } from './life';
import type { Heal } from './network-faults';
import { programOf } from './programs';
import { SeededRandom } from './random';
import type { Recorder } from './recorder';
import type { Scenario } from './scenario';
import type { Entry } from './virtual-clock';

/**
 * What went wrong in a run for reasons of the code, not of the scenario; with the stack to print.
 */
export interface Crash {
  readonly host: string;
  readonly atMs: number;
  readonly stack: string;
}

export interface WorldOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly sounds: SoundLibrary;
  readonly recorder: Recorder;
  /** What runs on a host in place of the program that the scenario names. */
  readonly programs?: Readonly<Record<string, ProgramStarter>>;
  /**
   * Real milliseconds for a millisecond of the story, default 1. What no constant of ours decides
   * keeps its length: the timers of kernels, the whole milliseconds of a Toxiproxy.
   */
  readonly scale?: number;
}

/**
 * What every world has, whether its time is virtual or real: hosts and what befalls them, chance,
 * and a recording in which all that happens is stamped.
 */
export abstract class HostedWorld implements HostWorld {
  abstract readonly clock: WorldClock;
  abstract readonly network: HostNetwork;
  readonly random: SeededRandom;
  readonly sounds: SoundLibrary;
  readonly tickMs: number;
  readonly crashes: Crash[] = [];
  /** The life whose code ran last. */
  protected running: Life | undefined;
  private readonly recorder: Recorder;
  private readonly all = new Map<string, Host>();

  constructor({ recorder, scale = 1, scenario, seed, sounds }: WorldOptions) {
    this.tickMs = 1 / scale;
    this.recorder = recorder;
    this.sounds = sounds;
    // One that was found by chance keeps it under any name.
    const { name, seed: own } = scenario;
    this.random = own === undefined ? new SeededRandom(seed, name) : new SeededRandom(own, 'found');
  }

  get hosts(): ReadonlyMap<string, Host> {
    return this.all;
  }

  host(name: string): Host {
    const host = this.all.get(name);
    if (host === undefined) throw new Error(`There is no host '${name}'.`);
    return host;
  }

  /** Runs code of this life's program; what it leaves to the event loop is the life's too. */
  abstract run(life: Life, code: () => void): void;

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
        atMs: this.stampMs(),
        wallMs: host?.wallTime() ?? 0,
        host: host?.name ?? 'world',
        boot: host?.boot ?? 0,
        step: this.currentStep(),
      },
      event,
    );
  }

  recordWorld(event: AnyEvent): void {
    this.record(undefined, event);
  }

  /** Folds bytes of the wire into the hash of the recording. */
  protected foldBytes(bytes: Buffer): void {
    this.recorder.foldBytes(bytes);
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

  failMicrophone(name: string, opens: number): void {
    this.atDevice(name, (host) => host.failMicrophone(opens));
  }

  failSpeaker(name: string): void {
    this.atDevice(name, (host) => host.failSpeaker());
  }

  stepWallClock(name: string, byMs: number): void {
    this.host(name).stepWallClock(byMs);
  }

  /** Counts the turns in which nothing else happened; see {@link Stamp.step}. */
  protected abstract currentStep(): number;

  /** The time that events of this turn have, in milliseconds. */
  protected stampMs(): number {
    return this.clock.now();
  }

  /** For a constructor that has made its clock and network. */
  protected addHosts({ programs = {}, scale = 1, scenario }: WorldOptions): void {
    for (const [name, spec] of Object.entries(scenario.hosts)) {
      const starter = programs[name] ?? programOf(spec, scale);
      this.all.set(name, new Host(name, spec, this, this.makeAudio(spec), starter));
    }
  }

  /** Runs code now, and charges what it throws to its host. */
  protected runNow(life: Life, code: () => void): void {
    if (!life.isAlive) return;
    this.running = life;
    try {
      code();
    } catch (error) {
      this.crashed(error);
    }
  }

  /** What a device does is heard by the program that has it. */
  private atDevice(name: string, act: (host: Host) => void): void {
    const host = this.host(name);
    if (host.life !== undefined) this.run(host.life, () => act(host));
  }

  private makeAudio(spec: HostSpec): FakeAudio {
    const echoes = spec.program === 'client' && spec.acoustics === 'echo';
    return new FakeAudio(clockOf(this.clock), this.sounds.hotword, echoes);
  }
}

/** The clock of what belongs to no program: a room goes on while none runs. */
function clockOf(clock: WorldClock): Clock {
  return {
    now: () => clock.now(),
    setTimeout: (callback, delayMs) => clock.schedule(Math.max(1, Math.ceil(delayMs)), callback),
    clearTimeout: (timer) => clock.cancel(timer as Entry | undefined),
  };
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
