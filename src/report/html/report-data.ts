/**
 * What a page is made from: `ReportData` once, and a `RunDetail` for each run of which there is
 * more to see. The page reads a detail when somebody looks at its run.
 */
import type { Outcome } from '../../sim/expectation';
import type { Crash } from '../../sim/hosted-world';
import type { Measurement } from '../../sim/invariants/invariant';
import type { Failure, InvariantVerdict } from '../../sim/simulation';
import type { Summary } from '../scenario-run';
import type { Compared } from './compared';
import type { Trace } from './trace';

export interface ReportData {
  /** What was run: `scenarios`, `fuzz`. */
  readonly title: string;
  readonly summary: Summary;
  /** By the name of the scenario. */
  readonly stories: Readonly<Record<string, string>>;
  readonly runs: readonly RunRow[];
  readonly tables: readonly ReportTable[];
}

/** A run in the list. */
export interface RunRow {
  /** Its place among all that were made, from 0; its detail goes by it. */
  readonly id: number;
  readonly scenario: string;
  readonly seed: number;
  readonly passed: boolean;
  /** What kinds of failure it has. */
  readonly kinds: readonly string[];
  readonly events: number;
  readonly virtualMs: number;
  readonly wallMs: number;
  readonly hash: string;
  readonly replay: string;
  /** What more there is to see: a time line, the findings alone, or nothing. */
  readonly detail: 'trace' | 'findings' | 'none';
}

/** What is shown of a run that somebody looks at. */
export interface RunDetail {
  readonly failures: readonly Failure[];
  readonly outcomes: readonly Outcome[];
  readonly invariants: Readonly<Record<string, InvariantVerdict>>;
  readonly measurements: readonly Measurement[];
  readonly crashes: readonly Crash[];
  readonly trace?: Trace;
  readonly compared?: Compared;
}

/** A table that belongs to all runs: how long recovery takes, which states were reached. */
export interface ReportTable {
  readonly title: string;
  /** A sentence that says how to read it. */
  readonly note?: string;
  readonly columns: readonly string[];
  /** Numbers are set to the right; null is a cell that cannot be. */
  readonly rows: readonly (readonly (string | number | null)[])[];
  /** Places of the rows that tell of what must never be. */
  readonly failing?: readonly number[];
}
