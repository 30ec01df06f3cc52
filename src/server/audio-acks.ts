import type { Clock, TimerHandle } from '../ports';

/** From the first byte that is not acknowledged to its acknowledgement, if one may be sent. */
const GATHER_MS = 20;

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
 */
export class AudioAcks {
  private readonly options: AudioAcksOptions;
  private bytes = 0;
  private lastMs = -Infinity;
  private timer: TimerHandle | undefined;

  constructor(options: AudioAcksOptions) {
    this.options = options;
  }

  /** Audio was taken. */
  took(bytes: number): void {
    this.bytes += bytes;
    if (this.timer !== undefined) return;
    const { clock, intervalMs } = this.options;
    const delayMs = Math.max(GATHER_MS, this.lastMs + intervalMs - clock.now());
    this.timer = clock.setTimeout(() => this.due(), Math.ceil(delayMs));
  }

  /** Nothing is acknowledged any more. */
  stop(): void {
    this.options.clock.clearTimeout(this.timer);
    this.timer = undefined;
  }

  private due(): void {
    this.timer = undefined;
    this.lastMs = this.options.clock.now();
    this.options.onDue(this.bytes);
  }
}
