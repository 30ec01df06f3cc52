import { checkRunnable, simulateChecked } from '../sim/simulation';

import type { RecordedEvent } from '../events';
import type { Scenario, ScenarioInput } from '../sim/scenario';
import { compare } from './compare';
import type { Verdict } from './conformance';
import { runInNamespaces } from './netns-run';

export interface NetnsOptions {
  readonly seed: number;
  readonly toleranceMs: number;
  /** Ends the comparison before its time. */
  readonly signal: AbortSignal;
  /** Called for each story as it is done. */
  readonly onDone: (verdict: Verdict) => void;
}

const ALL_EVENTS = 1_000_000;

/**
 * Plays each story in virtual time and, all at once, with processes in network namespaces, and
 * compares what the hosts observed. Rejects where a story cannot be played, or is aborted.
 */
export async function checkNamespaces(
  stories: readonly ScenarioInput[],
  options: NetnsOptions,
): Promise<readonly Verdict[]> {
  const played: { scenario: Scenario; virtual: readonly RecordedEvent[] }[] = [];
  for (const story of stories) played.push(await playVirtually(story, options.seed));
  // One that fails ends the others, so that each cleans up before anybody hears of it.
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const runs = played.map(async ({ scenario, virtual }): Promise<Verdict> => {
    try {
      const { events, stallMs } = await runInNamespaces(scenario, signal);
      // A stall may begin before one event and end after the next.
      const toleranceMs = options.toleranceMs + 2 * stallMs;
      const how = { scale: 1, toleranceMs, asProcesses: true };
      const verdict = {
        name: scenario.name,
        agreement: compare(virtual, events, how),
      };
      options.onDone(verdict);
      return verdict;
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  });
  await Promise.allSettled(runs);
  return Promise.all(runs);
}

/** Until the story's end; afterwards a run sees whether all comes to rest, and that is its own. */
async function playVirtually(
  story: ScenarioInput,
  seed: number,
): Promise<{ scenario: Scenario; virtual: readonly RecordedEvent[] }> {
  const runnable = await checkRunnable(story, seed);
  const { lastEvents } = await simulateChecked(runnable, { seed, keepEvents: ALL_EVENTS });
  const { scenario } = runnable;
  return { scenario, virtual: lastEvents.filter(({ atMs }) => atMs < scenario.lasts) };
}
