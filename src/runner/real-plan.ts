import { simulateChecked } from '../sim/simulation';

import { formatMs } from '../format-ms';
import { playable } from '../realtime/real-run';
import type { PlannedRun } from './plan';
import { readStory } from './stories';

/** The runs of a plan that can be made in real time, and why the others cannot. */
export interface RealPlan {
  readonly plan: readonly PlannedRun[];
  /** A line for each scenario that is left out, or for each seed where it is only some. */
  readonly leftOut: readonly string[];
}

/** Nobody waits longer for a single run. */
const LONGEST_REAL_MS = 3_600_000;

/**
 * Leaves out what a Toxiproxy cannot do, and what is another story with one on the way: that is
 * found out in virtual time, which costs next to nothing.
 */
export async function planForRealTime(
  plan: readonly PlannedRun[],
  scale: number,
): Promise<RealPlan> {
  const kept: PlannedRun[] = [];
  const leftOut = new Set<string>();
  for (const planned of plan) {
    const reason = await whyNot(planned, scale);
    if (reason === undefined) kept.push(planned);
    else leftOut.add(`Skipped ${planned.name}: ${reason}.`);
  }
  return { plan: kept, leftOut: [...leftOut] };
}

async function whyNot({ file, seed }: PlannedRun, scale: number): Promise<string | undefined> {
  const runnable = await playable((await readStory(file)).scenario, seed);
  if ('reason' in runnable) return runnable.reason;
  const realMs = runnable.scenario.lasts * scale;
  if (realMs > LONGEST_REAL_MS) return `it takes ${formatMs(realMs)}, and --scale makes it shorter`;
  const { failures } = await simulateChecked(runnable, { seed, scale, keepEvents: 100 });
  const [first] = failures;
  if (first === undefined) return undefined;
  const { claim, expected, seen } = first;
  const difference = `${claim}: ${expected}, and there ${seen}`;
  return `with a Toxiproxy on the way it is another story (${difference})`;
}
