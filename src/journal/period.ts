import type { Outage } from './outages';

/** Losses that come at a fixed distance. */
export interface Period {
  readonly everyMs: number;
  /** How far the distances are from it at most. */
  readonly withinMs: number;
  readonly count: number;
}

/** Fewer may be chance. */
const LEAST_COUNT = 4;
/** Distances that differ by more are no period: this share of it, and at least a second. */
const TOLERANCE = 0.02;
const LEAST_TOLERANCE_MS = 1_000;

/** The period of the losses, where most of the distances between them are alike. */
export function periodOf(outages: readonly Outage[]): Period | undefined {
  const times = outages.map(({ fromMs, lost }) => lost?.atMs ?? fromMs);
  const gaps = times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
  if (gaps.length < LEAST_COUNT - 1) return undefined;
  const everyMs = median(gaps);
  const withinMs = Math.max(LEAST_TOLERANCE_MS, everyMs * TOLERANCE);
  const alike = gaps.filter((gap) => Math.abs(gap - everyMs) <= withinMs);
  const isPeriod = everyMs > withinMs * 2 && alike.length >= Math.max(3, gaps.length * 0.7);
  return isPeriod ? { everyMs, withinMs, count: alike.length + 1 } : undefined;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? 0;
}
