import type { FailedRun } from './last-failed';
import type { Story } from './stories';

/** One run that is to be made. */
export interface PlannedRun {
  readonly file: string;
  readonly name: string;
  readonly seed: number;
  /** Real milliseconds for one of the scenario; default 1. */
  readonly scale?: number;
  /** Whether what happened is kept, for a reporter that shows it. */
  readonly traced?: boolean;
  /** Absent: in virtual time. */
  readonly realTime?: {
    /** The API of a Toxiproxy; without it, each run starts one of our own. */
    readonly toxiproxyUrl?: string;
  };
}

/** The part of a campaign that one machine runs: the `index`-th of `count`, from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

export interface PlanOptions {
  readonly seed: number;
  /** Seeds for each scenario: `seed`, `seed + 1`, ... */
  readonly repeat: number;
  readonly shard?: Shard;
}

/**
 * All runs in the order in which they are reported. A shard takes every n-th of them, so that each
 * has some of every scenario, and all together have each run once.
 */
export function planRuns(stories: readonly Story[], options: PlanOptions): readonly PlannedRun[] {
  const { repeat, seed, shard } = options;
  const all = stories.flatMap(({ file, scenario: { name } }) =>
    Array.from({ length: repeat }, (_, index) => ({ file, name, seed: seed + index })),
  );
  if (shard === undefined) return all;
  return all.filter((_, index) => index % shard.count === shard.index - 1);
}

/** What failed, with its seeds, in the order of the stories. */
export function planAgain(
  stories: readonly Story[],
  failed: readonly FailedRun[],
): readonly PlannedRun[] {
  return stories.flatMap(({ file, scenario: { name } }) =>
    failed.filter((run) => run.file === file).map(({ seed }) => ({ file, name, seed })),
  );
}
