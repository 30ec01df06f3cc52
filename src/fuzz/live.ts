/** One life, in this process or in a worker of the pool: the pool calls the default export. */
import { simulate } from '../sim/simulation';

import type { RecordedEvent } from '../events';
import { ScenarioError, type ScenarioInput } from '../sim/scenario';
import { Pairs } from './pairs';
import type { FuzzFailure, LifeReport } from './report';
import { shrink } from './shrink';
import { Sometimes } from './sometimes';
import { runTrial, type TrialRun } from './trial';

/** Kept from before a run, in which the real clock is out of reach. */
const realNow = performance.now.bind(performance);

/** Lives the life of a seed, watches what it reaches, and shrinks what fails. */
export default async function live(life: number): Promise<LifeReport> {
  const reached = new Set<string>();
  const pairs = new Set<string>();
  const watch = watcher(reached, pairs);
  const runs = await runTrial(life, watch);
  const failed = runs.find(({ result }) => !result.passed);
  return {
    life,
    hashes: runs.map(({ result }) => result.hash),
    virtualMs: runs.reduce((sum, { result }) => sum + result.virtualMs, 0),
    steps: runs.reduce((sum, { result }) => sum + result.steps, 0),
    reached: [...reached],
    pairs: [...pairs],
    ...(failed === undefined ? {} : { failure: await explain(life, failed) }),
  };
}

/** Watches one run after the other. */
function watcher(reached: Set<string>, pairs: Set<string>): (event: RecordedEvent) => void {
  let sometimes = new Sometimes((state) => reached.add(state));
  let met = new Pairs((pair) => pairs.add(pair));
  return (event) => {
    if (event.type === 'run.started') {
      sometimes = new Sometimes((state) => reached.add(state));
      met = new Pairs((pair) => pairs.add(pair));
    }
    sometimes.observe(event);
    met.observe(event);
  };
}

async function explain(life: number, { result, scenario }: TrialRun): Promise<FuzzFailure> {
  const [failure] = result.failures;
  if (failure === undefined) throw new Error(`Life ${life} failed, and nothing was wrong.`);
  const startMs = realNow();
  const { scenario: least, ...how } = await shrink(scenario, {
    failedAtMs: failure.atMs,
    stillFails: (candidate) => failsAlike(candidate, life, failure.kind),
  });
  const wallMs = realNow() - startMs;
  const again = await simulate(least, { seed: life });
  return {
    life,
    scenario,
    failure: again.failures[0] ?? failure,
    crashes: again.crashes,
    lastEvents: again.failures[0]?.before ?? [],
    shrunk: { ...how, scenario: least, wallMs, faultsBefore: scenario.faults?.length ?? 0 },
  };
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
