/** One run, in this process or in a worker of the pool: the pool calls the default export. */
import { simulate } from '../sim/simulation';

import path from 'node:path';

import type { ScenarioRun } from '../report/scenario-run';
import type { PlannedRun } from './plan';
import { readStory } from './stories';

/** Kept from before a run, in which the real clock is out of reach. */
const realNow = performance.now.bind(performance);

export interface RunOneOptions {
  readonly onProgress?: (virtualMs: number) => void;
}

/** Runs a scenario file with a seed. */
export default async function runOne(
  { file, seed }: PlannedRun,
  { onProgress }: RunOneOptions = {},
): Promise<ScenarioRun> {
  const { scenario } = await readStory(file);
  const startMs = realNow();
  const {
    heard: _heard,
    lastEvents: _lastEvents,
    ...result
  } = await simulate(scenario, {
    seed,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  return { ...result, ...whereabouts(file, seed), wallMs: realNow() - startMs };
}

/** What stands for a run that could not be made: its file has gone, or its worker has died. */
export function unmadeRun({ file, name, seed }: PlannedRun, error: unknown): ScenarioRun {
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
    crashes: [{ host: 'runner', atMs: 0, stack: stack ?? message }],
    events: 0,
    steps: 0,
    hash: '',
    virtualMs: 0,
    wallMs: 0,
    ...whereabouts(file, seed),
  };
}

function whereabouts(file: string, seed: number): Pick<ScenarioRun, 'file' | 'replay'> {
  const place = nearPath(file);
  return { file: place, replay: `npm run scenarios -- ${quoted(place)} --seed ${seed}` };
}

/** So that the command can be pasted into a shell. */
function quoted(file: string): string {
  return /^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`;
}

function nearPath(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith('..') ? file : relative;
}
