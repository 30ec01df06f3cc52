import type { RecordedEvent } from '../events';
import type { Recovery } from '../sim/recovery-tally';
import type { ScenarioInput } from '../sim/scenario';
import type { Crash, Failure } from '../sim/simulation';
import type { UnfiledRun } from './shown-failure';

/** A run of a campaign that failed, and the least scenario that still does. */
export interface FuzzFailure {
  /** The seed of the life, which is also that of the run. */
  readonly life: number;
  readonly scenario: ScenarioInput;
  readonly failure: Failure;
  readonly crashes: readonly Crash[];
  readonly lastEvents: readonly RecordedEvent[];
  readonly shrunk: {
    readonly scenario: ScenarioInput;
    readonly evaluations: number;
    readonly isMinimal: boolean;
    readonly wallMs: number;
    readonly faultsBefore: number;
  };
}

/** What came of one life, as plain data that a worker can hand back. */
export interface LifeReport {
  readonly life: number;
  /** The hash of each of its runs. */
  readonly hashes: readonly string[];
  readonly virtualMs: number;
  readonly steps: number;
  readonly reached: readonly string[];
  readonly pairs: readonly string[];
  readonly recovery: Recovery;
  readonly failure?: FuzzFailure;
  /** The failure's least scenario, run once more; only for a reporter that shows it. */
  readonly shown?: UnfiledRun;
}

/** What came of a campaign, or of several that were merged. */
export interface FuzzReport {
  readonly version: 1;
  readonly seed: number;
  /** `all`, or which shards of how many. */
  readonly shards: string;
  readonly lives: number;
  readonly runs: number;
  readonly steps: number;
  readonly virtualMs: number;
  readonly wallMs: number;
  /** How many lives reached each state of the catalogue, and met each pair. */
  readonly reached: Readonly<Record<string, number>>;
  readonly pairs: Readonly<Record<string, number>>;
  /** How soon all was well again after each kind of fault. */
  readonly recovery: Recovery;
  readonly failures: readonly FuzzFailure[];
  /** Lives that another process lived as well, and what it found different. */
  readonly rerun: number;
  readonly differences: readonly string[];
  /** Alarms that the canary did not set off. */
  readonly deadAlarms: readonly string[];
  readonly interrupted: boolean;
}
