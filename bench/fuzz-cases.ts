/** What a campaign costs: lives a second under every fault, and what it takes to shrink a failure. */
import { simulate } from '../src/sim/simulation';

import { drawLife } from '../src/fuzz/life';
import { shrink } from '../src/fuzz/shrink';
import { CATALOGUE, Sometimes } from '../src/fuzz/sometimes';
import { runTrial } from '../src/fuzz/trial';
import type { ScenarioInput } from '../src/sim/scenario';

/** Taken before a run replaces it. */
const now = performance.now.bind(performance);

const LIVES = 60;
/** States that take a fault or more to reach; a failure is played by one of them. */
const FAILURES = [
  'loss: while processing_response',
  'heartbeat: a deadline late by a stall',
  'session: never answered',
  'replaced: its close comes late',
  'wait: longer after a link that was up for a moment',
  'answer: the speaker fails',
] as const;
const SHRUNK_EACH = 8;

export interface FuzzSpeed {
  readonly runs: number;
  readonly runsPerSecond: number;
  /** Virtual minutes of a run, on average. */
  readonly minutes: number;
}

/** Lives of a house with all its faults, one after the other on one core. */
export async function fuzzSpeed(): Promise<FuzzSpeed> {
  const startMs = now();
  let runs = 0;
  let virtualMs = 0;
  for (let life = 1; life <= LIVES; life += 1) {
    for (const { result } of await runTrial(life, () => undefined)) {
      runs += 1;
      virtualMs += result.virtualMs;
    }
  }
  const runsPerSecond = (runs * 1_000) / (now() - startMs);
  return { runs, runsPerSecond, minutes: virtualMs / runs / 60_000 };
}

export interface ShrinkCost {
  readonly failures: number;
  readonly evaluations: number;
  readonly wallMs: number;
  readonly minimal: number;
}

/** Medians over failures of several kinds, each shrunk until no fault can be left out. */
export async function shrinkCost(): Promise<ShrinkCost> {
  const evaluations: number[] = [];
  const walls: number[] = [];
  let minimal = 0;
  for (const state of FAILURES) {
    if (!CATALOGUE.includes(state)) throw new Error(`There is no state '${state}'.`);
    for (const { life, scenario } of await casesOf(state)) {
      const startMs = now();
      const shrunk = await shrink(scenario, {
        failedAtMs: Infinity,
        stillFails: (candidate) => reaches(candidate, life, state),
      });
      walls.push(now() - startMs);
      evaluations.push(shrunk.evaluations);
      if (shrunk.isMinimal) minimal += 1;
    }
  }
  return {
    failures: walls.length,
    evaluations: median(evaluations),
    wallMs: median(walls),
    minimal,
  };
}

/** Lives with several faults that reach the state. */
async function casesOf(
  state: string,
): Promise<readonly { readonly life: number; readonly scenario: ScenarioInput }[]> {
  const cases: { readonly life: number; readonly scenario: ScenarioInput }[] = [];
  for (let life = 1; cases.length < SHRUNK_EACH && life < 2_000; life += 1) {
    if (drawLife(life).faults.length < 4) continue;
    const [first] = await runTrial(life, () => undefined);
    if (first !== undefined && (await reaches(first.scenario, life, state))) {
      cases.push({ life, scenario: first.scenario });
    }
  }
  return cases;
}

async function reaches(scenario: ScenarioInput, seed: number, state: string): Promise<boolean> {
  let isReached = false;
  const sometimes = new Sometimes((each) => (isReached ||= each === state));
  const onEvent = sometimes.observe.bind(sometimes);
  try {
    await simulate(scenario, { seed, onEvent, keepEvents: 0 });
  } catch {
    // What is left out may leave no scenario.
    return false;
  }
  return isReached;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
