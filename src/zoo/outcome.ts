import type { FuzzReport } from '../fuzz/report';
import type { ScenarioRun } from '../report/scenario-run';
import type { ChildExit } from './child';

/** What became of a mutant at the hands of the scenarios, or of the fuzzer. */
export type Outcome =
  | {
      readonly how: 'caught';
      /** `S1`, `L3`, or `expectation`, `liveness`, `stuck`. */
      readonly kind: string;
      readonly claim: string;
      /** The scenario, or the life of the fuzzer. */
      readonly where: string;
      /** So many were made, the last of which caught it ... */
      readonly runs: number;
      /** ... in all this virtual time, in milliseconds. */
      readonly virtualMs: number;
    }
  | { readonly how: 'survived'; readonly runs: number; readonly virtualMs: number }
  /** Nothing is known: it could not be run, or came to no end. */
  | { readonly how: 'broke'; readonly why: string }
  | { readonly how: 'skipped' };

/** What is an invariant or a bound; whatever else ends a run is an error of the zoo. */
const BITES = /^([SLH]\d+|expectation|liveness|stuck)$/;

/** The part of the scenarios' JSON report that counts here. */
export interface ScenariosReport {
  readonly runs: readonly Pick<ScenarioRun, 'failures' | 'passed' | 'scenario' | 'virtualMs'>[];
}

/** @param report - what the scenarios wrote; undefined where they wrote none. */
export function outcomeOfScenarios(exit: ChildExit, report: ScenariosReport | undefined): Outcome {
  if (report === undefined || !hasEnded(exit)) return broke(exit);
  const { runs } = report;
  const virtualMs = runs.reduce((sum, run) => sum + run.virtualMs, 0);
  const failed = runs.find(({ passed }) => !passed);
  if (failed !== undefined) {
    return bite(failed.failures, { where: failed.scenario, runs: runs.length, virtualMs });
  }
  return exit.code === 0 ? { how: 'survived', runs: runs.length, virtualMs } : broke(exit);
}

/** The part of the fuzzer's JSON report that counts here. */
export type FuzzPart = Pick<FuzzReport, 'differences' | 'runs' | 'virtualMs'> & {
  readonly failures: readonly Pick<FuzzReport['failures'][number], 'failure' | 'life'>[];
};

/** @param report - what the fuzzer wrote; undefined where it wrote none. */
export function outcomeOfFuzz(exit: ChildExit, report: FuzzPart | undefined): Outcome {
  if (report === undefined || !hasEnded(exit)) return broke(exit);
  const { differences, failures, runs, virtualMs } = report;
  const [failed] = failures;
  if (failed !== undefined) {
    return bite([failed.failure], { where: `life ${failed.life}`, runs, virtualMs });
  }
  if (differences.length > 0) return { how: 'broke', why: differences[0] ?? '' };
  return exit.code === 0 ? { how: 'survived', runs, virtualMs } : broke(exit);
}

function bite(
  failures: readonly { readonly kind: string; readonly claim: string; readonly seen: string }[],
  found: { readonly where: string; readonly runs: number; readonly virtualMs: number },
): Outcome {
  const biting = failures.find(({ kind }) => BITES.test(kind));
  if (biting !== undefined) {
    return { how: 'caught', kind: biting.kind, claim: biting.claim, ...found };
  }
  const [first] = failures;
  return { how: 'broke', why: `${found.where}: ${first?.seen ?? 'it failed, and said not why'}` };
}

/** 0 and 1 are verdicts of a program; all else is its death. */
function hasEnded({ code }: ChildExit): boolean {
  return code === 0 || code === 1;
}

function broke({ code, stderr, timedOut }: ChildExit): Outcome {
  if (timedOut) return { how: 'broke', why: 'it came to no end' };
  const said = stderr
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^ {2}.* \.\.\.$/.test(line));
  const error = said.find((line) => /^\w*Error\b/.test(line)) ?? said.at(-1) ?? 'nothing was said';
  return { how: 'broke', why: `exit code ${code ?? 'none'}: ${error.trim()}` };
}
