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
 *   audio    | | | | | | | | | | | |          |          one timer, for the first and the last;
 *   timer    '-ack                '-----ack   '-ack      in between an acknowledgement goes out
 *   message      ... ack ... ack ...                     in the turn of a message that has come
 *
 * To be woken for each acknowledgement would cost a server as much as three messages do.
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
    const delayMs = Math.max(GATHER_MS, mayMs + NEXT_MESSAGE_MS - nowMs);
    this.timer = clock.setTimeout(() => this.due(clock.now()), Math.ceil(delayMs));
  }

  private due(nowMs: number): void {
    this.stop();
    this.lastMs = nowMs;
    this.options.onDue(this.bytes);
  }
}
