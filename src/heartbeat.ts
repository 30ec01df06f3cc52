import type { Clock, TimerHandle } from './ports';

/** How a {@link Heartbeat} beats; all times in milliseconds. */
export interface HeartbeatOptions {
  readonly clock: Clock;
  /** From connecting to the first ping, and from ping to ping. */
  readonly intervalMs: number;
  /** From a ping to the deadline by which something must have come in. */
  readonly timeoutMs: number;
  /** A deadline that runs later than this was delayed by a stall of our own ... */
  readonly lateMs: number;
  /** ... and is put off once by this much, so that what waits in the socket can be read first. */
  readonly graceMs: number;
  readonly sendPing: () => void;
  /** A deadline ran late and was put off. */
  readonly onLate: (lateMs: number) => void;
  /** Nothing came in. Called once; the heartbeat has stopped. */
  readonly onDead: () => void;
}

/**
 * Tells a live peer from a dead one, at either end of a link.
 *
 *   ping --- interval --- ping --- interval --- ping
 *    |-- timeout --|       |-- timeout --| dead: nothing came in since that ping
 *
 * Any inbound frame is life; what we send ourselves never is, because the kernel takes it whether
 * or not anyone is there. Node runs expired timers before it reads sockets, so after a stall the
 * deadline fires while the pong already waits: hence the grace (field report: 123 false kills in a
 * day).
 */
export class Heartbeat {
  private readonly options: HeartbeatOptions;
  private pingTimer: TimerHandle | undefined;
  private deadlineTimer: TimerHandle | undefined;

  constructor(options: HeartbeatOptions) {
    this.options = options;
  }

  start(): void {
    this.stop();
    this.schedulePing();
  }

  /** Any inbound frame: whatever was asked of the peer is answered. */
  heard(): void {
    // Most frames come when nothing was asked: thousands of devices make each look-up count.
    if (this.deadlineTimer === undefined) return;
    this.options.clock.clearTimeout(this.deadlineTimer);
    this.deadlineTimer = undefined;
  }

  stop(): void {
    this.heard();
    this.options.clock.clearTimeout(this.pingTimer);
    this.pingTimer = undefined;
  }

  private schedulePing(): void {
    const { clock, intervalMs } = this.options;
    this.pingTimer = clock.setTimeout(() => this.ping(), intervalMs);
  }

  private ping(): void {
    const { sendPing, timeoutMs } = this.options;
    this.schedulePing();
    // A deadline that still stands is the older one, and stays: silence is never put off by asking
    // again.
    if (this.deadlineTimer === undefined) this.armDeadline(timeoutMs, true);
    sendPing();
  }

  private armDeadline(delayMs: number, mayBePutOff: boolean): void {
    const { clock } = this.options;
    const dueMs = clock.now() + delayMs;
    this.deadlineTimer = clock.setTimeout(() => this.deadline(dueMs, mayBePutOff), delayMs);
  }

  private deadline(dueMs: number, mayBePutOff: boolean): void {
    const { clock, graceMs, lateMs, onDead, onLate } = this.options;
    const lateness = clock.now() - dueMs;
    if (mayBePutOff && lateness > lateMs) {
      this.armDeadline(graceMs, false);
      onLate(lateness);
      return;
    }
    this.stop();
    onDead();
  }
}
