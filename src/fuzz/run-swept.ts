/** One run of a sweep, in this process or in a worker of the pool. */
import { simulate } from '../sim/simulation';

import { explain } from './explain';
import type { FuzzFailure } from './report';
import type { SweptScenario } from './sweep';

export interface SweptRun {
  readonly fault: string;
  readonly atMs: number;
  readonly virtualMs: number;
  readonly failure?: FuzzFailure;
}

/** Runs it, and shrinks it if it fails. */
export default async function runSwept(swept: SweptScenario): Promise<SweptRun> {
  const { atMs, fault, scenario } = swept;
  const seed = scenario.seed ?? 1;
  const result = await simulate(scenario, { seed, keepEvents: 0 });
  const run = { fault, atMs, virtualMs: result.virtualMs };
  return result.passed ? run : { ...run, failure: await explain(scenario, seed, result) };
}
