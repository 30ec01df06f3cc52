import type { Clock } from '../ports';

export interface RateLimitOptions {
  readonly clock: Clock;
  /** Units a second, in the long run. */
  readonly perSecond: number;
  /** Units that may be taken at once, after a rest that was long enough. */
  readonly burst: number;
}

/** A token bucket: full at first, emptied by use, filled by time. */
export class RateLimit {
  private readonly options: RateLimitOptions;
  private left: number;
  private countedAtMs: number;

  constructor(options: RateLimitOptions) {
    this.options = options;
    this.left = options.burst;
    this.countedAtMs = options.clock.now();
  }

  /** Takes so many units. Returns whether there were as many; if not, none is taken. */
  take(units = 1): boolean {
    this.fill();
    if (units > this.left) return false;
    this.left -= units;
    return true;
  }

  private fill(): void {
    const { burst, clock, perSecond } = this.options;
    const nowMs = clock.now();
    this.left = Math.min(burst, this.left + ((nowMs - this.countedAtMs) * perSecond) / 1_000);
    this.countedAtMs = nowMs;
  }
}
