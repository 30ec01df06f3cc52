import type { Outcome } from '../sim/expectation';
import type { Measurement } from '../sim/invariants/invariant';
import type { Failure, InvariantVerdict } from '../sim/simulation';
import type { Crash } from '../sim/hosted-world';
import type { Recovery } from '../sim/recovery-tally';
import type { Compared } from './html/compared';
import type { Trace } from './html/trace';

/** One run of a scenario with one seed, as plain data that a worker can hand back. */
export interface ScenarioRun {
  readonly scenario: string;
  readonly story: string;
  /** Relative to the working directory where it lies below it. */
  readonly file: string;
  readonly seed: number;
  readonly passed: boolean;
  readonly failures: readonly Failure[];
  readonly outcomes: readonly Outcome[];
  readonly invariants: Readonly<Record<string, InvariantVerdict>>;
  readonly measurements: readonly Measurement[];
  readonly recovery: Recovery;
  readonly crashes: readonly Crash[];
  readonly events: number;
  readonly steps: number;
  /** Empty where the run could not be made. */
  readonly hash: string;
  readonly virtualMs: number;
  readonly wallMs: number;
  /** The command that runs it again. */
  readonly replay: string;
  /** Only where a reporter shows it, and only in `finished`: all together would fill memory. */
  readonly trace?: Trace;
  /** Another recording of the same, to be seen beside it. */
  readonly compared?: Compared;
}

/** What is known before the first run. */
export interface Plan {
  readonly runs: number;
  readonly scenarios: number;
  readonly firstSeed: number;
  readonly lastSeed: number;
  /** Seeds for each scenario. */
  readonly repeat: number;
}

/** What is known after the last run. */
export interface Summary {
  readonly passed: number;
  readonly failed: number;
  /** Runs that were planned and not started: after Ctrl-C, or after too many failures. */
  readonly skipped: number;
  readonly virtualMs: number;
  readonly wallMs: number;
  /** How soon all was well again after each kind of fault, over all runs. */
  readonly recovery: Recovery;
  /** What is wrong beyond single runs: hashes that differ, a canary that did not fail. */
  readonly problems: readonly string[];
  /** What a reader may want to know besides. */
  readonly notes: readonly string[];
}

/** Is given results and writes them down. It computes none. */
export interface Reporter {
  begin?(plan: Plan): void;
  /** Runs come in the order of the plan, whichever was finished first. */
  finished?(run: ScenarioRun): void;
  end?(summary: Summary, runs: readonly ScenarioRun[]): void;
}
