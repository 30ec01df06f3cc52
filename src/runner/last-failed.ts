import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { z } from 'zod';

import type { ScenarioRun } from '../report/scenario-run';

const failedRuns = z.array(z.strictObject({ file: z.string(), seed: z.int() }));

export type FailedRun = Readonly<z.output<typeof failedRuns>[number]>;

/** Below the working directory, where tools keep such things. */
const FILE = path.join('node_modules', '.cache', 'tars-link', 'last-failed.json');

/** Keeps what failed, for the next time; nothing, where the cache cannot be written. */
export function rememberFailed(runs: readonly ScenarioRun[]): void {
  const failed = runs
    .filter(({ passed }) => !passed)
    .map(({ file, seed }): FailedRun => ({ file: path.resolve(file), seed }));
  try {
    mkdirSync(path.dirname(FILE), { recursive: true });
    writeFileSync(FILE, JSON.stringify(failed));
  } catch {
    // Somebody else's folder, or a read-only one: the option then has nothing, and says so.
  }
}

/** What failed the last time; `undefined` where nothing is known of it. */
export function recallFailed(): readonly FailedRun[] | undefined {
  try {
    return failedRuns.parse(JSON.parse(readFileSync(FILE, 'utf8')));
  } catch {
    return undefined;
  }
}
