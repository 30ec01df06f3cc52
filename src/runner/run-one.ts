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
  const place = nearPath(file);
  return {
    ...result,
    file: place,
    wallMs: realNow() - startMs,
    replay: `npm run scenarios -- ${place} --seed ${seed}`,
  };
}

function nearPath(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith('..') ? file : relative;
}
