import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import type { FuzzFailure } from '../fuzz/report';
import { failureText } from '../fuzz/verdict';

/** Where scenarios go that the machine has found, until somebody keeps one. */
export const FAILURES_FOLDER = 'fuzz-failures';

/** Writes the least scenario that fails, and says what it does and how to run it. */
export function tellFailure(failure: FuzzFailure, folder: string): void {
  process.stdout.write(failureText(failure, writeFailure(failure, folder)));
}

/** Writes the least scenario that fails. Returns the file. */
export function writeFailure(failure: FuzzFailure, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const { scenario } = failure.shrunk;
  const file = path.join(folder, `${scenario.name}.json`);
  writeFileSync(file, `${JSON.stringify(scenario, null, 2)}\n`);
  return file;
}
