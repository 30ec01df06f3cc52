import { TELLING_LAG_MS } from '../constants';
import type { Clock, EventSink, Lag, TimerHandle, WallClock } from '../ports';
import { Stalls } from '../stalls';

export interface LoopWatchPorts {
  /** Its timers must not keep the program alive: there is always one. */
  readonly clock: Clock & WallClock;
  readonly events: EventSink;
}

/** What a standstill is known by: it is told as up to so much shorter than it was. */
const SAMPLE_MS = 250;

/**
 * Knows when the event loop stood still, by how late a timer is, and when the time of day has
 * jumped away from monotonic time. While a machine sleeps, monotonic time stands still: that is a
 * jump, and no standstill.
 */
export class LoopWatch implements Lag {
  private readonly ports: LoopWatchPorts;
  private readonly stalls = new Stalls();
  private timer: TimerHandle | undefined;
  private dueMs = 0;
  private dayOffsetMs: number;
  private isClosed = false;

  constructor(ports: LoopWatchPorts) {
    this.ports = ports;
    this.dayOffsetMs = this.offsetMs();
    this.sampleLater();
  }

  /** A timer of the program's may have come first: a standstill that has just ended counts. */
  since(sinceMs: number): number {
    this.look();
    return this.stalls.since(sinceMs);
  }

  /** Nothing is told afterwards. May be called twice. */
  close(): void {
    this.isClosed = true;
    this.ports.clock.clearTimeout(this.timer);
  }

  private look(): void {
    if (this.isClosed || this.ports.clock.now() < this.dueMs) return;
    this.ports.clock.clearTimeout(this.timer);
    this.sample();
  }

  private sample(): void {
    const atMs = this.ports.clock.now();
    const ms = atMs - this.dueMs;
    this.sampleLater();
    if (ms > 0) this.stalls.add(atMs, ms);
    if (ms >= TELLING_LAG_MS) this.ports.events.emit({ type: 'loop.stalled', ms });
    this.noticeStep();
  }

  private noticeStep(): void {
    const offsetMs = this.offsetMs();
    const byMs = offsetMs - this.dayOffsetMs;
    // Each time anew: what is slewed is never so much at once.
    this.dayOffsetMs = offsetMs;
    if (Math.abs(byMs) >= TELLING_LAG_MS) this.ports.events.emit({ type: 'clock.stepped', byMs });
  }

  private offsetMs(): number {
    return this.ports.clock.wallTime() - this.ports.clock.now();
  }

  private sampleLater(): void {
    const { clock } = this.ports;
    this.dueMs = clock.now() + SAMPLE_MS;
    this.timer = clock.setTimeout(() => this.sample(), SAMPLE_MS);
  }
}
