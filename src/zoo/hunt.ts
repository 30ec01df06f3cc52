import { readFileSync } from 'node:fs';
import path from 'node:path';

import { runChild, type ChildExit } from './child';
import type { Mutant } from './mutant';
import {
  outcomeOfFuzz,
  outcomeOfScenarios,
  type FuzzPart,
  type Outcome,
  type ScenariosReport,
} from './outcome';
import { PlantError, type Planted, type Sandbox } from './sandbox';

export interface HuntOptions {
  readonly sandbox: Sandbox;
  /** Runs that the fuzzer makes at most. */
  readonly runs: number;
  readonly seed: number;
  /** Whether the scenarios are left out. */
  readonly onlyFuzz: boolean;
  readonly signal: AbortSignal;
}

/** A mutant and what became of it. */
export interface Hunted {
  readonly mutant: Mutant;
  readonly scenarios: Outcome;
  readonly fuzz: Outcome;
}

/** Ten times what the longest takes on a slow machine: a mutant may make a program run for ever. */
const LIMIT_MS = 15 * 60_000;
const SKIPPED: Outcome = { how: 'skipped' };

/** Plants a mutant, and lets scenarios and fuzzer look for it; each stops at the first failure. */
export async function hunt(mutant: Mutant, options: HuntOptions): Promise<Hunted> {
  let planted: Planted;
  try {
    planted = await options.sandbox.plant(mutant);
  } catch (error) {
    if (!(error instanceof PlantError)) throw error;
    const broke: Outcome = { how: 'broke', why: error.message };
    return { mutant, scenarios: broke, fuzz: broke };
  }
  try {
    const scenarios = options.onlyFuzz ? SKIPPED : await byScenarios(planted, options);
    const fuzz = options.signal.aborted ? SKIPPED : await byFuzz(planted, options);
    return { mutant, scenarios, fuzz };
  } finally {
    planted.remove();
  }
}

async function byScenarios(planted: Planted, options: HuntOptions): Promise<Outcome> {
  const args = ['--max-failures', '1', '--reporter', 'json=scenarios.json'];
  const exit = await run(planted, 'scenarios', args, options);
  return outcomeOfScenarios(exit, reportIn<ScenariosReport>(planted, 'scenarios.json'));
}

async function byFuzz(planted: Planted, options: HuntOptions): Promise<Outcome> {
  const { runs, seed } = options;
  const args = ['--max-failures', '1', '--no-shrink', '--json', 'fuzz.json', '--workers', '1'];
  const budget = ['--runs', `${runs}`, '--seed', `${seed}`];
  const exit = await run(planted, 'fuzz', [...args, ...budget], options);
  return outcomeOfFuzz(exit, reportIn<FuzzPart>(planted, 'fuzz.json'));
}

function run(
  { cwd, program }: Planted,
  name: string,
  args: readonly string[],
  { signal }: HuntOptions,
): Promise<ChildExit> {
  return runChild({ file: program(name), args, cwd, limitMs: LIMIT_MS, signal });
}

/** What a program wrote before its end; undefined where it did not come so far. */
function reportIn<Report>({ cwd }: Planted, name: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(path.join(cwd, name), 'utf8')) as Report;
  } catch {
    // Not there, empty, or broken off: it was ended before.
    return undefined;
  }
}
