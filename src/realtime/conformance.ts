import { simulateChecked } from '../sim/simulation';

import { Piscina } from 'piscina';

import { formatMs } from '../format-ms';
import type { Story } from '../runner/stories';
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
  const virtual = new Map<Story, RunResult>();
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
    const each = [...virtual].map(async ([{ file, scenario }, result]) => {
      const real = await pool.run({ ...jobOptions(options), file });
      // A stall may begin before one event and end after the next.
      const toleranceMs = options.toleranceMs + 2 * real.stallMs;
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
): Promise<RunResult | string> {
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
  const run = (latency: number): Promise<RunResult> => {
    const scenario = { ...runnable.scenario, latency };
    return simulateChecked({ ...runnable, scenario }, { seed, scale, keepEvents: ALL_EVENTS });
  };
  const result = await run(0);
  // Where so little changes what happens, real time decides as it likes.
  const slower = await run(Math.ceil(options.toleranceMs / 4 / scale));
  const { disagreements } = compare(result.lastEvents, slower.lastEvents, TIMELESS);
  if (disagreements.length > 0) return `it hangs by less than the tolerance: ${disagreements[0]}`;
  return result;
}

const TIMELESS = { scale: 1, toleranceMs: Infinity };

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
