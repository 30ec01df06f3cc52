import { simulateChecked } from '../sim/simulation';

import { Piscina } from 'piscina';

import { formatMs } from '../format-ms';
import type { Story } from '../runner/stories';
import type { Direction, Fault } from '../sim/network-faults';
import type { RunResult } from '../sim/run';
import type { Scenario } from '../sim/scenario';
import { compare, type Agreement } from './compare';
import { playable, type RealResult } from './real-run';
import type { RealJob } from './real-worker';

export interface ConformanceOptions {
  readonly seed: number;
  /** Real milliseconds for a millisecond of a scenario. */
  readonly scale: number;
  readonly toleranceMs: number;
  /** Runs in real time that go on at once. */
  readonly workers: number;
  /** The API of a Toxiproxy; without it, each run starts one of our own. */
  readonly toxiproxyUrl?: string;
  /** Called for each scenario as it is done. */
  readonly onDone: (verdict: Verdict) => void;
}

/** What came of a scenario: how far the worlds agree, or why they were not compared. */
export interface Verdict {
  readonly name: string;
  readonly agreement?: Agreement;
  readonly leftOut?: string;
}

/** A run in virtual time, and how coarse a Toxiproxy makes the times of its real counterpart. */
interface Virtual {
  readonly result: RunResult;
  readonly grainMs: number;
}

/**
 * A toxic `bandwidth` lets go of a piece this often; how a message lies in the pieces hangs by how
 * much was read at a time, which no scheduler does twice.
 */
const BANDWIDTH_PIECE_MS = 100;

/** Nobody waits longer for a single scenario. */
const LONGEST_REAL_MS = 300_000;
const ALL_EVENTS = 1_000_000;

/**
 * Plays each scenario in both worlds, through a Toxiproxy in either, and compares what the hosts
 * observed. The virtual runs come first: a real one leaves sockets behind that would reach into
 * them.
 */
export async function checkConformance(
  stories: readonly Story[],
  options: ConformanceOptions,
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  const done = (verdict: Verdict): void => {
    verdicts.push(verdict);
    options.onDone(verdict);
  };
  const virtual = new Map<Story, Virtual>();
  for (const story of stories) {
    const result = await playVirtually(story, options);
    if (typeof result === 'string') done({ name: story.scenario.name, leftOut: result });
    else virtual.set(story, result);
  }
  const pool = new Piscina<RealJob, RealResult>({
    filename: require.resolve('./real-worker'),
    maxThreads: options.workers,
  });
  try {
    const each = [...virtual].map(async ([{ file, scenario }, { grainMs, result }]) => {
      const real = await pool.run({ ...jobOptions(options), file });
      // A stall may begin before one event and end after the next.
      const toleranceMs = options.toleranceMs + grainMs + 2 * real.stallMs;
      const worlds = [result.lastEvents, real.result.lastEvents] as const;
      const agreement = compare(...worlds, { scale: options.scale, toleranceMs });
      done({ name: scenario.name, agreement });
    });
    await Promise.all(each);
  } finally {
    await pool.destroy();
  }
  return verdicts;
}

/** The run in virtual time; or why there is none in real time to compare it with. */
async function playVirtually(
  { scenario: input }: Story,
  options: ConformanceOptions,
): Promise<Virtual | string> {
  const { scale, seed, toxiproxyUrl } = options;
  const runnable = await playable(input, seed);
  if ('reason' in runnable) return runnable.reason;
  const { lasts } = runnable.scenario;
  if (lasts * scale > LONGEST_REAL_MS) {
    return `it would take ${formatMs(lasts * scale)} at this scale`;
  }
  if (outpacesTimers(runnable.scenario, scale)) {
    return 'its engine speaks faster than timers can tell at this scale';
  }
  if (toxiproxyUrl !== undefined && needsChance(runnable.scenario)) {
    return 'it needs chance, which another Toxiproxy cannot seed';
  }
  const run = (scenario: Scenario): Promise<RunResult> =>
    simulateChecked({ ...runnable, scenario }, { seed, scale, keepEvents: ALL_EVENTS });
  const result = await run(runnable.scenario);
  // Where so little changes what happens, real time decides as it likes.
  const byMs = Math.ceil(options.toleranceMs / scale);
  for (const direction of ['upstream', 'downstream'] as const) {
    const slower = await run(delayed(runnable.scenario, direction, byMs));
    const { disagreements } = compare(result.lastEvents, slower.lastEvents, TIMELESS);
    if (disagreements.length > 0) return `it hangs by less than the tolerance: ${disagreements[0]}`;
  }
  return { result, grainMs: hasPieces(runnable.scenario) ? BANDWIDTH_PIECE_MS : 0 };
}

const TIMELESS = { scale: 1, toleranceMs: Infinity };
/** When everybody is connected who connects at the start. */
const CONNECTED_MS = 500;

/** The scenario with a little more latency in a direction, once the links are up. */
function delayed(scenario: Scenario, direction: Direction, oneWay: number): Scenario {
  const faults = Object.entries(scenario.hosts).flatMap(([name, spec]): Fault[] => {
    if (spec.program !== 'client') return [];
    return [{ kind: 'latency', at: CONNECTED_MS, between: [name, spec.server], direction, oneWay }];
  });
  return { ...scenario, faults: [...scenario.faults, ...faults] };
}

function hasPieces({ faults }: Scenario): boolean {
  return faults.some(
    (fault) => fault.kind === 'toxic' && fault.type === 'bandwidth' && fault.attributes.rate > 0,
  );
}

/** Node has no timer below a millisecond. */
function outpacesTimers({ hosts }: Scenario, scale: number): boolean {
  return Object.values(hosts).some((spec) => {
    const everyMs = spec.program === 'server' ? (spec.engine?.pieceEvery ?? 0) : 0;
    return everyMs > 0 && everyMs * scale < 1;
  });
}

function needsChance({ faults }: Scenario): boolean {
  return faults.some((fault) => {
    if (fault.kind !== 'toxic') return false;
    if (fault.toxicity > 0 && fault.toxicity < 1) return true;
    if (fault.type === 'latency') return fault.attributes.jitter > 0;
    return fault.type === 'slicer' && fault.attributes.size_variation > 0;
  });
}

function jobOptions({ scale, seed, toxiproxyUrl }: ConformanceOptions): Omit<RealJob, 'file'> {
  const url = toxiproxyUrl === undefined ? {} : { toxiproxyUrl };
  return { scale, seed, keepEvents: ALL_EVENTS, ...url };
}
