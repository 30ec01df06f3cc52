import type { Clock, TimerHandle } from '../ports';
import { once, type Undo } from './path';
import type { Entry } from './virtual-clock';

/** The time of a world, in whole milliseconds or with fractions, and what happens in it. */
export interface WorldClock {
  now(): number;
  /**
   * Calls back once, after a whole number of milliseconds; what comes of it is the caller's. Where
   * the order within an instant is drawn, entries of one `lane` still keep theirs.
   */
  schedule(delayMs: number, run: () => void, lane?: object): Entry;
  /** An entry that has run, was cancelled or is undefined is left alone. */
  cancel(entry: Entry | undefined): void;
}

/** A timer of a host's clock; without an entry while the clock stands still. */
class HostTimer {
  entry: Entry | undefined;
  leftMs: number;

  constructor(
    readonly callback: () => void,
    delayMs: number,
  ) {
    this.leftMs = delayMs;
  }
}

/**
 * A host's view of the world's time. Like Node it counts delays in whole ticks, and knows none that
 * is shorter.
 */
export class HostClock implements Clock {
  private readonly clock: WorldClock;
  private readonly deliver: (code: () => void) => void;
  private readonly tickMs: number;
  private readonly timers = new Set<HostTimer>();
  private stoodStillMs = 0;
  private stoppedAtMs: number | undefined;
  private stops = 0;

  /** @param tickMs - a millisecond of Node's, which is more in a story that is told faster. */
  constructor(clock: WorldClock, deliver: (code: () => void) => void, tickMs = 1) {
    this.clock = clock;
    this.deliver = deliver;
    this.tickMs = tickMs;
  }

  get pending(): number {
    return this.timers.size;
  }

  now(): number {
    return (this.stoppedAtMs ?? this.clock.now()) - this.stoodStillMs;
  }

  setTimeout(callback: () => void, delayMs: number): TimerHandle {
    const ticks = Math.max(1, Math.ceil(delayMs / this.tickMs));
    const timer = new HostTimer(callback, Math.ceil(ticks * this.tickMs));
    this.timers.add(timer);
    this.schedule(timer);
    return timer;
  }

  clearTimeout(timer: TimerHandle | undefined): void {
    if (!(timer instanceof HostTimer) || !this.timers.delete(timer)) return;
    this.clock.cancel(timer.entry);
  }

  clearAll(): void {
    for (const timer of this.timers) this.clock.cancel(timer.entry);
    this.timers.clear();
  }

  /**
   * The machine is suspended, until this is undone: time stands still for it, and its timers with
   * it. Several may overlap.
   */
  standStill(): Undo {
    if (this.stops === 0) this.stop();
    this.stops += 1;
    return once(() => {
      this.stops -= 1;
      if (this.stops === 0) this.goOn();
    });
  }

  private stop(): void {
    this.stoppedAtMs = this.clock.now();
    for (const timer of this.timers) {
      if (timer.entry === undefined) continue;
      timer.leftMs = Math.max(0, Math.ceil(timer.entry.atMs - this.stoppedAtMs));
      this.clock.cancel(timer.entry);
    }
  }

  private goOn(): void {
    if (this.stoppedAtMs === undefined) return;
    this.stoodStillMs += this.clock.now() - this.stoppedAtMs;
    this.stoppedAtMs = undefined;
    for (const timer of this.timers) this.schedule(timer);
  }

  private schedule(timer: HostTimer): void {
    const expire = (): void =>
      this.deliver(() => {
        // A timer that expired while the host stood still can be cleared before it runs.
        if (this.timers.delete(timer)) timer.callback();
      });
    timer.entry = this.clock.schedule(timer.leftMs, expire, this);
  }
}
