import type { ScenarioRun } from '../scenario-run';
import { embeddedJson } from './embedded-json';
import type { RunDetail, RunRow } from './report-data';

/** Traces and findings together have so many characters at most: a browser opens that at once. */
export const MAX_DETAIL_CHARS = 48_000_000;
/** So many runs are listed at most. */
export const MAX_LISTED_RUNS = 20_000;

export interface RunLimits {
  readonly detailChars: number;
  readonly listedRuns: number;
}

interface Kept {
  readonly row: RunRow;
  /** The JSON of its detail, ready for the page; empty where there is none. */
  readonly detail: string;
}

/**
 * Keeps of a campaign what fits into a page. Failed runs come first: for one that failed the last
 * passed ones give up their traces, and in the end their lines.
 */
export class RunStore {
  private readonly limits: RunLimits;
  private readonly kept: Kept[] = [];
  /** Places in `kept` of passed runs that have a detail, and of passed runs at all. */
  private readonly detailed: number[] = [];
  private detailChars = 0;
  private count = 0;
  private unlisted = 0;

  constructor(limits: Partial<RunLimits> = {}) {
    this.limits = { detailChars: MAX_DETAIL_CHARS, listedRuns: MAX_LISTED_RUNS, ...limits };
  }

  add(run: ScenarioRun): void {
    const id = this.count;
    this.count += 1;
    if (this.kept.length >= this.limits.listedRuns && !this.makeRoomFor(run)) {
      this.unlisted += 1;
      return;
    }
    const { kind, text } = this.detailOf(run);
    this.detailChars += text.length;
    if (run.passed && text !== '') this.detailed.push(this.kept.length);
    this.kept.push({ row: rowOf(run, id, kind), detail: text });
  }

  /** Runs that are not even in the list. */
  get unlistedRuns(): number {
    return this.unlisted;
  }

  rows(): readonly RunRow[] {
    return this.kept.map(({ row }) => row);
  }

  /** The JSON of each detail, with the id of its run. */
  *details(): IterableIterator<readonly [number, string]> {
    for (const { detail, row } of this.kept) if (detail !== '') yield [row.id, detail];
  }

  private detailOf(run: ScenarioRun): { readonly kind: RunRow['detail']; readonly text: string } {
    const { compared, crashes, failures, invariants, measurements, outcomes, trace } = run;
    const findings = { failures, outcomes, invariants, measurements, crashes };
    const detail: RunDetail = {
      ...findings,
      ...(trace === undefined ? {} : { trace }),
      ...(compared === undefined ? {} : { compared }),
    };
    const text = embeddedJson(detail);
    if (this.fits(text, run.passed)) {
      return { kind: trace === undefined ? 'findings' : 'trace', text };
    }
    const small = embeddedJson(findings);
    if (this.fits(small, run.passed)) return { kind: 'findings', text: small };
    return { kind: 'none', text: '' };
  }

  /** Whether a detail has room, which passed runs make for one that failed. */
  private fits({ length }: string, passed: boolean): boolean {
    const { detailChars } = this.limits;
    if (length > detailChars) return false;
    while (!passed && this.detailChars + length > detailChars && this.detailed.length > 0) {
      this.strip(this.detailed.pop() as number);
    }
    return this.detailChars + length <= detailChars;
  }

  private strip(place: number): void {
    const { detail, row } = this.kept[place] as Kept;
    this.detailChars -= detail.length;
    this.kept[place] = { row: { ...row, detail: 'none' }, detail: '' };
  }

  /** In a full list a run that failed takes the place of the last one that passed. */
  private makeRoomFor({ passed }: ScenarioRun): boolean {
    if (passed) return false;
    const place = this.kept.findLastIndex(({ row }) => row.passed);
    if (place === -1) return false;
    if (this.detailed.at(-1) === place) this.detailed.pop();
    this.strip(place);
    this.kept.splice(place, 1);
    this.unlisted += 1;
    return true;
  }
}

function rowOf(run: ScenarioRun, id: number, detail: RunRow['detail']): RunRow {
  const { events, failures, hash, passed, replay, scenario, seed, virtualMs, wallMs } = run;
  const kinds = [...new Set(failures.map(({ kind }) => kind))];
  return {
    id,
    ...{ scenario, seed, passed, kinds, events, virtualMs, wallMs, replay, detail },
    hash: hash.slice(0, 12),
  };
}
