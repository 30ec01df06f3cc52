import type { Clock, TimerHandle } from '../ports';

/** From the first byte that is not acknowledged to its acknowledgement, if one may be sent. */
const GATHER_MS = 20;
/** How much longer a stream is waited for, whose next message takes the acknowledgement along. */
const NEXT_MESSAGE_MS = 100;

export interface AudioAcksOptions {
  readonly clock: Clock;
  /** Milliseconds between two acknowledgements, at least. */
  readonly intervalMs: number;
  /** An acknowledgement is due, for this many bytes of the session so far. */
  readonly onDue: (bytes: number) => void;
}

/**
 * When to tell a client how much of its audio was taken. It keeps no more than two seconds on their
 * way, so that a slow link makes it drop old sound and not speak from the past.
 *
 *   first sound  --20 ms-->  acknowledged, with what came meanwhile
 *   the next one after 500 ms:  acknowledged in its turn, without a timer
 *   none for 600 ms:  what is left is acknowledged by a timer
 *
 * To be woken for an acknowledgement alone costs a server as much as two messages do.
 */
export class AudioAcks {
  private readonly options: AudioAcksOptions;
  private bytes = 0;
  private lastMs = -Infinity;
  private dueMs = 0;
  private timer: TimerHandle | undefined;

  constructor(options: AudioAcksOptions) {
    this.options = options;
  }

  /** Audio was taken. */
  took(bytes: number): void {
    this.bytes += bytes;
    const nowMs = this.options.clock.now();
    if (this.timer === undefined) this.await(nowMs);
    else if (nowMs >= this.dueMs) this.due(nowMs);
  }

  /** Nothing is acknowledged any more. */
  stop(): void {
    this.options.clock.clearTimeout(this.timer);
    this.timer = undefined;
  }

  private await(nowMs: number): void {
    const { clock, intervalMs } = this.options;
    const mayMs = this.lastMs + intervalMs;
    this.dueMs = Math.max(nowMs + GATHER_MS, mayMs);
    // Two delays and no others: Node keeps a list of timers for each, and wakes up for each list.
    const delayMs = this.dueMs > mayMs ? GATHER_MS : intervalMs + NEXT_MESSAGE_MS;
    this.timer = clock.setTimeout(() => this.due(clock.now()), delayMs);
  }

  private due(nowMs: number): void {
    this.stop();
    this.lastMs = nowMs;
    this.options.onDue(this.bytes);
  }
}
