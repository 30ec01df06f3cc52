/** How durations are distributed, as plain data: what a worker hands back, and a report holds. */
export interface Distribution {
  readonly count: number;
  /** Half of them were no longer; within {@link RELATIVE_ERROR}. */
  readonly p50Ms: number;
  /** 99 of 100 were no longer; within {@link RELATIVE_ERROR}. */
  readonly p99Ms: number;
  /** The longest, exactly. */
  readonly maxMs: number;
  /** Milliseconds that stand for all that are about as long, and how many those are; ascending. */
  readonly buckets: readonly (readonly [ms: number, count: number])[];
}

/** Durations below are kept to the whole millisecond that they reached. */
const EXACT_BELOW_MS = 128;
/** By so much of itself a duration from 128 ms on may differ from what stands for it. */
export const RELATIVE_ERROR = 1 / EXACT_BELOW_MS;
/** Longer ones (12 days) are all about as long; the longest is exact all the same. */
const LONGEST_MS = 2 ** 30 - 1;

/**
 * Counts durations in bounded memory, however many there are: 64 buckets for each doubling from
 * 128 ms on, as HdrHistogram has them, which makes at most 1,600. Two can be joined without loss,
 * in any order.
 */
export class Histogram {
  private readonly buckets = new Map<number, number>();
  private count = 0;
  private maxMs = 0;

  /** @param ms - not negative. */
  add(ms: number): void {
    this.put(ms, 1);
    this.maxMs = Math.max(this.maxMs, ms);
  }

  join({ buckets, maxMs }: Distribution): void {
    for (const [ms, count] of buckets) this.put(ms, count);
    this.maxMs = Math.max(this.maxMs, maxMs);
  }

  read(): Distribution {
    const buckets = [...this.buckets].sort(([a], [b]) => a - b);
    const { count, maxMs } = this;
    const atShare = (share: number): number => msAtRank(buckets, Math.ceil(share * count), maxMs);
    return { count, p50Ms: atShare(0.5), p99Ms: atShare(0.99), maxMs, buckets };
  }

  private put(ms: number, count: number): void {
    const bucket = bucketOf(ms);
    this.buckets.set(bucket, (this.buckets.get(bucket) ?? 0) + count);
    this.count += count;
  }
}

/** What stands for a duration: the middle of its bucket, which is in that bucket itself. */
function bucketOf(ms: number): number {
  const whole = Math.min(Math.floor(ms), LONGEST_MS);
  if (whole < EXACT_BELOW_MS) return whole;
  const LEADING_BITS = 7;
  const width = 2 ** (32 - Math.clz32(whole) - LEADING_BITS);
  return whole - (whole % width) + width / 2;
}

function msAtRank(buckets: Distribution['buckets'], rank: number, maxMs: number): number {
  let left = rank;
  for (const [ms, count] of buckets.slice(0, -1)) {
    left -= count;
    if (left <= 0) return ms;
  }
  const [lastMs = 0, lastCount = 0] = buckets.at(-1) ?? [];
  // The last of all is known exactly.
  return left >= lastCount ? maxMs : Math.min(lastMs, maxMs);
}
