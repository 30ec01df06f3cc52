/** What a campaign costs: lives a second under every fault, and runs to shrink a failure. */
import { simulate } from '../src/sim/simulation';

import { shrink } from '../src/fuzz/shrink';
import { Sometimes } from '../src/fuzz/sometimes';
import { runTrial } from '../src/fuzz/trial';
import type { ScenarioInput } from '../src/sim/scenario';
import { print } from './table';

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
const SHRUNK_EACH = 5;
/** Lives in which they are looked for. */
const SEARCHED = 400;
/** Fewer faults than this are shrunk already. */
const LEAST_FAULTS = 4;

/**
 * Lives of a house with all its faults, one after the other, by the processor time that all threads
 * of the process take; from a cold start, and once more when everything is compiled.
 */
export async function showFuzz(name: string): Promise<void> {
  print(name, 'runs/s', 'min a run', '5 min/s', '', '', '', 'aim');
  await showLives('all faults, cold');
  await showLives('all faults, warm');
}

async function showLives(row: string): Promise<void> {
  const before = process.cpuUsage();
  let runs = 0;
  let virtualMs = 0;
  for (let life = 1; life <= LIVES; life += 1) {
    for (const { result } of await runTrial(life, () => undefined)) {
      runs += 1;
      virtualMs += result.virtualMs;
    }
  }
  const { system, user } = process.cpuUsage(before);
  const seconds = (system + user) / 1_000_000;
  const minutes = virtualMs / 60_000;
  const figures = [runs / seconds, minutes / runs, minutes / 5 / seconds];
  print(`    ${row}`, ...figures.map((each) => each.toFixed(1)), '', '', '', '100 of 5 min');
}

/** Failures of several kinds, each shrunk until no fault can be left out; medians. */
export async function showShrinking(name: string): Promise<void> {
  print(name, 'failures', 'runs', 'most runs', 'wall ms', 'minimal', '', 'aim');
  const evaluations: number[] = [];
  const walls: number[] = [];
  let minimal = 0;
  for (const { life, scenario, state } of await failingLives()) {
    const startMs = now();
    const shrunk = await shrink(scenario, {
      failedAtMs: Infinity,
      stillFails: (candidate) => reaches(candidate, life, state),
    });
    walls.push(now() - startMs);
    evaluations.push(shrunk.evaluations);
    if (shrunk.isMinimal) minimal += 1;
  }
  const all = String(walls.length);
  const figures = [median(evaluations), Math.max(...evaluations), Math.round(median(walls))];
  print('    by delta debugging', all, ...figures.map(String), `${minimal}`, '', '100 runs, 2 s');
}

interface FailingLife {
  readonly life: number;
  readonly scenario: ScenarioInput;
  readonly state: string;
}

/** Lives with several faults that reach one of the states, some of each. */
async function failingLives(): Promise<readonly FailingLife[]> {
  const found: FailingLife[] = [];
  const isWanted = (state: string): boolean =>
    FAILURES.some((failure) => failure === state) &&
    found.filter((each) => each.state === state).length < SHRUNK_EACH;
  for (let life = 1; life <= SEARCHED; life += 1) {
    const reached = new Set<string>();
    const sometimes = new Sometimes((state) => reached.add(state));
    const [run] = await runTrial(life, (event) => sometimes.observe(event));
    if (run === undefined || (run.scenario.faults?.length ?? 0) < LEAST_FAULTS) continue;
    for (const state of [...reached].filter(isWanted)) {
      // It may have been the life's second run that reached it, or only both together.
      const { scenario } = run;
      if (await reaches(scenario, life, state)) found.push({ life, scenario, state });
    }
  }
  return found;
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
