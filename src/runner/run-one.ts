/** One run, in this process or in a worker of the pool: the pool calls the default export. */
import { checkRunnable, simulate, type RunResult } from '../sim/simulation';

import path from 'node:path';

import { playable, runInRealTime } from '../realtime/real-run';
import { MAX_TRACE_EVENTS, traceOf } from '../report/html/trace';
import type { ScenarioRun } from '../report/scenario-run';
import type { ScenarioInput } from '../sim/scenario';
import type { PlannedRun } from './plan';
import { readStory } from './stories';

/** Kept from before a run, in which the real clock is out of reach. */
const realNow = performance.now.bind(performance);

export interface RunOneOptions {
  readonly onProgress?: (virtualMs: number) => void;
}

/** Runs a scenario file with a seed. */
export default async function runOne(
  planned: PlannedRun,
  options: RunOneOptions = {},
): Promise<ScenarioRun> {
  const { scenario } = await readStory(planned.file);
  const startMs = realNow();
  const run = planned.realTime === undefined ? runVirtually : runReally;
  const result = await run(scenario, planned, options);
  const wallMs = realNow() - startMs;
  return {
    ...(await asReported(scenario, result, planned.traced)),
    ...whereabouts(planned),
    wallMs,
  };
}

/** What of a result a reporter is given: its trace, too, where one asked for it. */
export async function asReported(
  scenario: ScenarioInput,
  result: RunResult,
  traced = false,
): Promise<Omit<ScenarioRun, 'file' | 'replay' | 'wallMs'>> {
  const { heard: _heard, lastEvents: _lastEvents, ...rest } = result;
  if (!traced) return rest;
  const { sounds } = await checkRunnable(scenario, result.seed);
  return { ...rest, trace: traceOf(result, (name) => sounds.sound(name)) };
}

function runVirtually(
  scenario: ScenarioInput,
  { scale = 1, seed, traced }: PlannedRun,
  { onProgress }: RunOneOptions,
): Promise<RunResult> {
  return simulate(scenario, {
    ...{ scale, seed, ...keeping(traced) },
    ...(onProgress === undefined ? {} : { onProgress }),
  });
}

/** How many events a run keeps, where it is not the usual number. */
export function keeping(traced: boolean | undefined): { readonly keepEvents?: number } {
  return traced === true ? { keepEvents: MAX_TRACE_EVENTS } : {};
}

async function runReally(
  scenario: ScenarioInput,
  { realTime, scale = 1, seed, traced }: PlannedRun,
): Promise<RunResult> {
  const runnable = await playable(scenario, seed);
  if ('reason' in runnable) throw new Error(runnable.reason);
  const { result } = await runInRealTime(runnable, {
    ...{ scale, seed, ...keeping(traced), ...realTime },
  });
  // It would never be the same again.
  return { ...result, hash: '' };
}

/** What stands for a run that could not be made: its file has gone, or its worker has died. */
export function unmadeRun(planned: PlannedRun, error: unknown): ScenarioRun {
  const { name, seed } = planned;
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const claim = 'The run can be made.';
  return {
    scenario: name,
    story: claim,
    seed,
    passed: false,
    failures: [
      { kind: 'runner', claim, expected: 'a verdict', seen: message, atMs: 0, before: [] },
    ],
    outcomes: [],
    invariants: {},
    measurements: [],
    recovery: [],
    crashes: [{ host: 'runner', atMs: 0, stack: stack ?? message }],
    events: 0,
    steps: 0,
    hash: '',
    virtualMs: 0,
    wallMs: 0,
    ...whereabouts(planned),
  };
}

function whereabouts({
  file,
  realTime,
  scale = 1,
  seed,
}: PlannedRun): Pick<ScenarioRun, 'file' | 'replay'> {
  const place = nearPath(file);
  const world = realTime === undefined ? '' : ' --world toxiproxy';
  const speed = scale === 1 ? '' : ` --scale ${scale}`;
  const command = `npm run scenarios -- ${quoted(place)} --seed ${seed}${world}${speed}`;
  return { file: place, replay: command };
}

/** So that the command can be pasted into a shell. */
export function quoted(file: string): string {
  return /^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`;
}

function nearPath(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith('..') ? file : relative;
}
