import assert from 'node:assert';

import type { AnyEvent } from '../events';
import type { Clock, EventSink, Lag, Random, Sockets, WallClock } from '../ports';
import type { SimulatorEvent } from '../simulator-events';
import type { FakeAudio, HostAudio, SoundLibrary } from './fake-audio';
import type { WorldClock } from './host-clock';
import type { HostSpec } from './host-spec';
import { Life } from './life';
import { once, type Undo } from './path';
import type { SeededRandom } from './random';
import { USUAL_VALIDITY, type Validity } from './tls-handshake';
import type { RunOnHost } from './virtual-nic';

/** A program that runs on a host. */
export interface Program {
  /** Ends it gracefully, as SIGTERM does. */
  shutdown(): Promise<void>;
  /** Ends the session, where it is a client with one. */
  endSession?(reason: 'microphone_ended'): void;
}

/** Everything that a program on a host may touch. */
export interface HostPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly sockets: Sockets;
  readonly events: EventSink;
  readonly lag: Lag;
  readonly audio: HostAudio;
  /** The clock of services elsewhere, such as an engine's: its timers are not the program's. */
  readonly remoteClock: Clock;
  /** A fixture by its name, as 16 kHz mono s16le PCM. */
  readonly sound: (name: string) => Buffer;
  /** Tells what is none of the program's own doing, such as an engine's. */
  readonly report: (event: SimulatorEvent) => void;
}

/** Starts the host's program. What it throws, now or later, is a crash of the host. */
export type ProgramStarter = (ports: HostPorts) => Program;

/** The sockets of one life of a host's program. */
export type HostNic = Sockets;

/** What hosts need of the network between them. */
export interface HostNetwork<Nic extends HostNic = HostNic> {
  nic(host: string, boot: number, runOnHost: RunOnHost): Nic;
  /** The process is gone: its kernel closes every socket and unbinds every port. */
  kill(nic: Nic): void;
  /** The machine is gone: it sends nothing. */
  powerOff(nic: Nic): void;
  openSockets(nic: Nic): number;
  /** Ports that it listens on. */
  boundPorts(nic: Nic): number;
  dialsInFlight(nic: Nic): number;
}

/** What a host needs of the world that it stands in. */
export interface HostWorld {
  readonly clock: WorldClock;
  readonly network: HostNetwork;
  readonly random: SeededRandom;
  readonly sounds: SoundLibrary;
  /** The shortest time that a program's timer can have, in milliseconds of the story. */
  readonly tickMs: number;
  /** Runs code of this life's program; what it leaves to the event loop is the life's too. */
  run(life: Life, code: () => void): void;
  record(host: Host, event: AnyEvent): void;
}

/** 2026-01-01T00:00:00Z: what every host's wall clock shows when a run begins. */
const WALL_EPOCH_MS = 1_767_225_600_000;

/**
 * A machine: it has a name, a wall clock and audio devices, and one life after another of its
 * program.
 */
export class Host implements WallClock {
  readonly name: string;
  readonly audio: FakeAudio;
  private readonly world: HostWorld;
  private readonly starter: ProgramStarter;
  private readonly spec: HostSpec;
  private currentLife: Life | undefined;
  private boots = 0;
  private wallOffsetMs = 0;
  /** Whether the program was ever started, so that it starts again after a fault. */
  private isWanted = false;
  /** How many faults keep the program from starting. */
  private offs = 0;

  constructor(
    name: string,
    spec: HostSpec,
    world: HostWorld,
    audio: FakeAudio,
    starter: ProgramStarter,
  ) {
    this.name = name;
    this.spec = spec;
    this.world = world;
    this.audio = audio;
    this.starter = starter;
  }

  get life(): Life | undefined {
    return this.currentLife;
  }

  get boot(): number {
    return this.boots;
  }

  wallTime(): number {
    return WALL_EPOCH_MS + this.world.clock.now() + this.wallOffsetMs;
  }

  /** When the certificate is valid that it shows to TLS dials. */
  get validity(): Validity {
    const expiresAt = this.spec.program === 'server' ? this.spec.certificateExpiresAt : undefined;
    if (expiresAt === undefined) return USUAL_VALIDITY;
    return { ...USUAL_VALIDITY, untilMs: WALL_EPOCH_MS + expiresAt };
  }

  /** What its program draws first in this life of it. */
  draws(boot: number): readonly number[] {
    return this.spec.program === 'client' ? (this.spec.draws[boot - 1] ?? []) : [];
  }

  /** Starts the program; does nothing while it runs. What is kept off starts afterwards. */
  start(): void {
    this.isWanted = true;
    if (this.currentLife !== undefined || this.offs > 0) return;
    this.boots += 1;
    const life = new Life(this, this.world, this.boots);
    this.currentLife = life;
    for (const event of startedEvents(this.spec)) this.world.record(this, event);
    this.world.run(life, () => life.begin(this.starter));
  }

  /** Keeps the program from starting, until this is undone as often as it was called. */
  keepOff(): Undo {
    this.offs += 1;
    return once(() => {
      this.offs -= 1;
      if (this.isWanted) this.start();
    });
  }

  /** The process is gone, and its kernel closes the sockets. */
  kill(): void {
    this.die('host.killed', (life) => this.world.network.kill(life.nic));
  }

  losePower(): void {
    this.die('host.lost_power', (life) => this.world.network.powerOff(life.nic));
  }

  /** The program has thrown where nothing caught it. */
  crash(error: string): void {
    if (this.currentLife === undefined) return;
    this.world.record(this, { type: 'host.crashed', error });
    this.bury((life) => this.world.network.kill(life.nic));
  }

  /**
   * Tells the program to stop, each time it is called, as a person at Ctrl-C does. `onStopped` is
   * called when it has stopped; at once, where it does not run.
   */
  stop(onStopped: () => void = () => undefined): void {
    const life = this.currentLife;
    if (life === undefined) {
      onStopped();
      return;
    }
    life.whenOver(onStopped);
    this.world.record(this, { type: 'host.stopping', signal: 'SIGTERM' });
    life.receive('io', () => life.stop(() => this.stopped(life)));
  }

  /** Tells the program to stop for good: no fault that is over starts it again. */
  retire(): void {
    this.isWanted = false;
    this.stop();
  }

  /** Somebody presses the button. */
  press(): void {
    this.currentLife?.receive('io', () => this.audio.press());
  }

  /** What is heard was a recording, and it is over. */
  endRecording(): void {
    const life = this.currentLife;
    life?.receive('io', () => life.running?.endSession?.('microphone_ended'));
  }

  /** The process stands still until this is undone. Several pauses may overlap. */
  pause(): Undo {
    const life = this.currentLife;
    if (life === undefined) return () => undefined;
    if (!life.isPaused) this.world.record(this, { type: 'host.paused' });
    life.pause();
    return once(() => this.resume(life));
  }

  /** As a pause, and monotonic time stands still as well: the machine sleeps. */
  suspend(): Undo {
    const resume = this.pause();
    const goOn = this.currentLife?.standStill();
    return () => {
      goOn?.();
      resume();
    };
  }

  /** Reports what the program holds; nothing, where it does not run. */
  inspect(): void {
    const { life } = this;
    if (life !== undefined) this.world.record(this, { type: 'host.inspected', ...life.holdings() });
  }

  stepWallClock(byMs: number): void {
    this.wallOffsetMs += byMs;
    this.world.record(this, { type: 'host.wall_stepped', byMs });
    this.currentLife?.noticeStep();
  }

  /** The microphone fails now, if it is open, and the next `opens` times that it is opened. */
  failMicrophone(opens: number): void {
    this.currentLife?.devices.failMicrophone(opens);
  }

  /** What the speaker plays now fails. */
  failSpeaker(): void {
    this.currentLife?.devices.failSpeaker();
  }

  private resume(life: Life): void {
    if (life !== this.currentLife) return;
    const pausedMs = life.pausedForMs();
    if (life.pauses === 1) this.world.record(this, { type: 'host.resumed', pausedMs });
    life.resume();
  }

  private stopped(life: Life): void {
    if (life !== this.currentLife) return;
    this.world.record(this, { type: 'host.stopped', ...life.holdings() });
    this.bury(() => this.world.network.kill(life.nic));
  }

  private die(type: 'host.killed' | 'host.lost_power', cut: (life: Life) => void): void {
    if (this.currentLife === undefined) return;
    this.world.record(this, { type });
    this.bury(cut);
  }

  private bury(cut: (life: Life) => void): void {
    const life = this.currentLife;
    assert(life !== undefined);
    this.currentLife = undefined;
    life.end();
    cut(life);
    life.announceEnd();
  }
}

function startedEvents(spec: HostSpec): readonly AnyEvent[] {
  const { program } = spec;
  const server = program === 'client' ? { server: spec.server } : {};
  const hasOwn = 'settings' in spec && Object.keys(spec.settings).length > 0;
  const settings = hasOwn ? { settings: spec.settings } : {};
  const started = { type: 'host.started', program, ...server, ...settings } as const;
  if (spec.program !== 'server' || spec.tokens === undefined) return [started];
  return [started, { type: 'server.admits', devices: spec.tokens.map(({ device }) => device) }];
}
