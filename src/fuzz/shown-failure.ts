import { simulate } from '../sim/simulation';

import type { ScenarioRun } from '../report/scenario-run';
import { asReported, keeping } from '../runner/run-one';
import type { FuzzFailure } from './report';

/** A run whose scenario is not in a file yet. */
export type UnfiledRun = Omit<ScenarioRun, 'file' | 'replay'>;

/** Kept from before a run, in which the real clock is out of reach. */
const realNow = performance.now.bind(performance);

/** Runs the least scenario of a failure once more, for a reporter that shows what happened. */
export async function shownFailure({ life, shrunk }: FuzzFailure): Promise<UnfiledRun> {
  const { scenario } = shrunk;
  const startMs = realNow();
  const result = await simulate(scenario, { seed: life, ...keeping(true) });
  const wallMs = realNow() - startMs;
  return { ...(await asReported(scenario, result, true)), wallMs };
}
