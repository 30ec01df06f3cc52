import { simulate } from '../sim/simulation';

import { ScenarioError, type ScenarioInput } from '../sim/scenario';
import type { Failure, RunResult } from '../sim/simulation';
import type { FuzzFailure } from './report';
import { shrink } from './shrink';

/** Kept from before a run, in which the real clock is out of reach. */
const realNow = performance.now.bind(performance);

/** Shrinks a scenario that failed with this seed, and runs the least one again to tell of it. */
export async function explain(
  scenario: ScenarioInput,
  seed: number,
  result: Pick<RunResult, 'failures'>,
): Promise<FuzzFailure> {
  const failure = firstOf(scenario, result);
  const startMs = realNow();
  const { scenario: least, ...how } = await shrink(scenario, {
    failedAtMs: failure.atMs,
    stillFails: (candidate) => failsAlike(candidate, seed, failure.kind),
  });
  const wallMs = realNow() - startMs;
  const again = await simulate(least, { seed });
  return {
    life: seed,
    scenario,
    failure: again.failures[0] ?? failure,
    crashes: again.crashes,
    lastEvents: again.failures[0]?.before ?? [],
    shrunk: { ...how, scenario: least, wallMs, faultsBefore: scenario.faults?.length ?? 0 },
  };
}

/** Tells of a scenario that failed with this seed as it is. */
export function tell(scenario: ScenarioInput, seed: number, result: RunResult): FuzzFailure {
  const { crashes, lastEvents } = result;
  const faultsBefore = scenario.faults?.length ?? 0;
  return {
    life: seed,
    scenario,
    failure: firstOf(scenario, result),
    crashes,
    lastEvents,
    shrunk: { scenario, evaluations: 0, isMinimal: false, wallMs: 0, faultsBefore },
  };
}

function firstOf({ name }: ScenarioInput, { failures }: Pick<RunResult, 'failures'>): Failure {
  const [first] = failures;
  if (first === undefined) throw new Error(`${name} failed, and nothing was wrong.`);
  return first;
}

async function failsAlike(scenario: ScenarioInput, seed: number, kind: string): Promise<boolean> {
  try {
    const { failures } = await simulate(scenario, { seed, keepEvents: 0 });
    return failures.some((failure) => failure.kind === kind);
  } catch (error) {
    // What is left out or made smaller may leave no scenario.
    if (error instanceof ScenarioError) return false;
    throw error;
  }
}
