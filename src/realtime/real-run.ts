import { checkRunnable, type Runnable } from '../sim/simulation';

import { monitorEventLoopDelay } from 'node:perf_hooks';

import type { WorldOptions } from '../sim/hosted-world';
import type { Invariant } from '../sim/invariants/invariant';
import { Run, type RunResult } from '../sim/run';
import { chanceOf, SeededRandom } from '../sim/random';
import type { Scenario } from '../sim/scenario';
import { startToxiproxy, type RunningToxiproxy } from './embedded-toxiproxy';
import { loosened, NOISE_MS } from './loosened';
import { hopsOf, RealWorld } from './real-world';
import { throughToxiproxy, type LeftOut } from './through-toxiproxy';

export interface RealRunOptions {
  readonly seed: number;
  /** Real milliseconds for a millisecond of the scenario. */
  readonly scale: number;
  /** The API of a Toxiproxy; without it, one of our own is started for each that the story has. */
  readonly toxiproxyUrl?: string;
  readonly keepEvents?: number;
}

/**
 * The scenario as a Toxiproxy plays it, in either world. Rejects with `ScenarioError` for one that
 * is wrong in any.
 */
export async function playable(input: unknown, seed: number): Promise<Runnable | LeftOut> {
  const { scenario, sounds } = await checkRunnable(input, seed);
  const through = throughToxiproxy(scenario);
  return 'reason' in through ? through : { scenario: through, sounds };
}

/**
 * Invariants that ask for an order and not for a time. Those that do are exact to the millisecond,
 * and real timers are not.
 */
const TIMELESS: ReadonlySet<string> = new Set([
  ...['S3', 'S4', 'S5', 'S6', 'S7', 'S8', 'S12', 'S14', 'S15', 'S16'],
  'L4',
]);

/** What came of a run in real time. */
export interface RealResult {
  /** Its steps and its hash say nothing: no two runs have the same. */
  readonly result: RunResult;
  /** The most that the machine was late with anything meanwhile, in real milliseconds. */
  readonly stallMs: number;
}

/** Plays a scenario in real time. */
export async function runInRealTime(
  { scenario, sounds }: Runnable,
  { keepEvents, scale, seed, toxiproxyUrl }: RealRunOptions,
): Promise<RealResult> {
  const own = toxiproxyUrl === undefined ? await startOwn(scenario, seed) : undefined;
  const world = { scale, toxiproxyOf: (hop: string) => own?.get(hop)?.url ?? toxiproxyUrl ?? '' };
  const options = { seed, scale, ...(keepEvents === undefined ? {} : { keepEvents }) };
  const stalls = monitorEventLoopDelay({ resolution: 5 });
  stalls.enable();
  try {
    let mostLateMs = (): number => 0;
    const makeWorld = (parts: WorldOptions): RealWorld => {
      const made = new RealWorld(parts, world);
      mostLateMs = () => made.clock.mostLateMs;
      return made;
    };
    const isJudged = ({ id }: Invariant): boolean => TIMELESS.has(id);
    const expect = scenario.expect.map((each) => loosened(each, NOISE_MS / scale));
    const run = new Run({ ...scenario, expect }, options, sounds, makeWorld, isJudged);
    const result = await run.run();
    return { result, stallMs: Math.max(stalls.max / 1e6, mostLateMs()) };
  } finally {
    stalls.disable();
    for (const toxiproxy of own?.values() ?? []) await toxiproxy.close();
  }
}

/** One for each that the simulator has as a host, with the chance of that host. */
async function startOwn(
  scenario: Scenario,
  seed: number,
): Promise<ReadonlyMap<string, RunningToxiproxy>> {
  const random = new SeededRandom(seed, scenario.name);
  const own = new Map<string, RunningToxiproxy>();
  for (const hop of hopsOf(scenario)) {
    own.set(hop, await startToxiproxy(chanceOf(random, hop, 1, 'program')));
  }
  return own;
}
