import { TELLING_LAG_MS } from '../constants';
import type { Holdings, LinkEvent } from '../events';
import type { Clock, Random } from '../ports';
import { Stalls } from '../stalls';
import type { HostAudio } from './fake-audio';
import type { Host, HostNic, HostPorts, HostWorld, Program, ProgramStarter } from './host';
import { HostClock } from './host-clock';
import type { Undo } from './path';
import { chanceOf, ToldRandom } from './random';

/** One incarnation of a host's program, and the ports that were made for it. */
export class Life {
  readonly host: Host;
  readonly nic: HostNic;
  readonly boot: number;
  private readonly world: HostWorld;
  private readonly clock: HostClock;
  private readonly remoteClock: HostClock;
  private readonly audio: HostAudio;
  private readonly held: Record<'timer' | 'io', (() => void)[]> = { timer: [], io: [] };
  private readonly onOver: (() => void)[] = [];
  private program: Program | undefined;
  /** How many pauses hold it. */
  pauses = 0;
  private pausedAtMs = 0;
  private alive = true;
  private readonly stalls = new Stalls();
  private stalledFromMs = 0;
  /** How far the time of day was from monotonic time when the program last looked. */
  private dayOffsetMs: number;

  constructor(host: Host, world: HostWorld, boot: number) {
    this.host = host;
    this.world = world;
    this.boot = boot;
    this.nic = world.network.nic(host.name, boot, (kind, code) => this.receive(kind, code));
    const { clock, tickMs } = world;
    this.clock = new HostClock(clock, (code) => this.receive('timer', code), tickMs);
    this.remoteClock = new HostClock(clock, (code) => this.receive('io', code), tickMs);
    this.audio = host.audio.forLife(this.clock, (event) => this.world.record(host, event));
    this.dayOffsetMs = host.wallTime() - this.clock.now();
  }

  /** Undefined before it was started. */
  get running(): Program | undefined {
    return this.program;
  }

  get devices(): HostAudio {
    return this.audio;
  }

  get isAlive(): boolean {
    return this.alive;
  }

  get isPaused(): boolean {
    return this.pauses > 0;
  }

  begin(starter: ProgramStarter): void {
    this.program = starter(this.ports());
  }

  stop(onStopped: () => void): void {
    void this.program?.shutdown().then(onStopped);
  }

  whenOver(callback: () => void): void {
    this.onOver.push(callback);
  }

  announceEnd(): void {
    for (const callback of this.onOver.splice(0)) callback();
  }

  pause(): void {
    if (!this.isPaused) {
      this.pausedAtMs = this.world.clock.now();
      this.stalledFromMs = this.clock.now();
    }
    this.pauses += 1;
  }

  standStill(): Undo {
    return this.clock.standStill();
  }

  pausedForMs(): number {
    return this.world.clock.now() - this.pausedAtMs;
  }

  /**
   * As Node does after a stall: the timers that have expired first, and then what the sockets have.
   */
  resume(): void {
    this.pauses -= 1;
    if (this.isPaused) return;
    this.noticeStall();
    for (const code of [...this.held.timer.splice(0), ...this.held.io.splice(0)]) {
      this.world.clock.schedule(0, () => this.receive('io', code), this);
    }
  }

  /** The time of day may have jumped, which a program sees when it looks next. */
  noticeStep(): void {
    if (this.isPaused) return;
    const offsetMs = this.host.wallTime() - this.clock.now();
    const byMs = offsetMs - this.dayOffsetMs;
    this.dayOffsetMs = offsetMs;
    if (Math.abs(byMs) >= TELLING_LAG_MS) this.report({ type: 'clock.stepped', byMs });
  }

  /** What the program still holds of its ports. */
  holdings(): Holdings {
    const { network } = this.world;
    return {
      timers: this.clock.pending,
      // One that listens is a socket as well.
      sockets: network.openSockets(this.nic) + network.boundPorts(this.nic),
      dials: network.dialsInFlight(this.nic),
      devices: this.audio.openDevices(),
    };
  }

  /** Revokes the ports: nothing of this life acts again. */
  end(): void {
    this.alive = false;
    this.clock.clearAll();
    this.remoteClock.clearAll();
    this.audio.close();
  }

  /** A timer that a library set by itself, on the clock of the host that ran then. */
  get libraryClock(): Clock {
    return this.clock;
  }

  /** Runs code as the program: later where it is paused, never where it is over. */
  receive(kind: 'timer' | 'io', code: () => void): void {
    if (!this.alive) return;
    if (this.isPaused) this.held[kind].push(code);
    else this.world.run(this, code);
  }

  /** While a machine sleeps its monotonic time stands still, and no stall is seen. */
  private noticeStall(): void {
    const atMs = this.clock.now();
    const ms = atMs - this.stalledFromMs;
    if (ms > 0) this.stalls.add(atMs, ms);
    if (ms >= TELLING_LAG_MS) this.report({ type: 'loop.stalled', ms });
    this.noticeStep();
  }

  private ports(): HostPorts {
    const { clock, host, world } = this;
    const masks = chanceOf(world.random, host.name, this.boot, 'masks');
    return {
      clock: {
        now: () => clock.now(),
        setTimeout: (callback, delayMs) => this.use('clock').clock.setTimeout(callback, delayMs),
        clearTimeout: (timer) => clock.clearTimeout(timer),
      },
      random: this.chance(),
      sockets: {
        connect: (options) => this.use('sockets').nic.connect(options),
        listen: (address, onSocket) => this.use('sockets').nic.listen(address, onSocket),
        generateMask: (mask) => masks.fill(mask),
      },
      events: { emit: (event: LinkEvent) => this.report(event) },
      lag: this.stalls,
      audio: this.audio,
      remoteClock: this.remoteClock,
      sound: (name) => world.sounds.sound(name),
      report: (event) => {
        if (this.alive) world.record(host, event);
      },
    };
  }

  private chance(): Random {
    const { boot, host, world } = this;
    const chance = chanceOf(world.random, host.name, boot, 'program');
    return new ToldRandom(host.draws(boot), chance);
  }

  private report(event: LinkEvent): void {
    if (this.use(event.type).alive) this.world.record(this.host, event);
  }

  /** A program that is over and uses a port is told on; nothing comes of it. */
  private use(port: string): this {
    if (!this.alive) this.world.record(this.host, { type: 'host.acted_late', port });
    return this;
  }
}
