/**
 * How fast the simulator is, beside bare fake timers in the same run: on one core, best of several.
 *
 * A ratio of virtual to real time says little by itself, because an idle hour is empty; so steps
 * and runs a second stand beside it.
 */
import { simulate, type RunResult } from '../src/sim/simulation';

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { createClock } from '@sinonjs/fake-timers';

import type { ScenarioInput } from '../src/sim/scenario';
import { idle, oneSession, stream, year } from './scenarios';
import { print, whole } from './table';

interface SimulatorCase {
  readonly name: string;
  readonly aim: string;
  readonly scenario: ScenarioInput;
  /** Runs that are measured together, because one alone is too short. */
  readonly runs: number;
  readonly rounds: number;
}

interface Measured {
  readonly wallMs: number;
  readonly virtualMs: number;
  readonly steps: number;
}

const CASES: readonly SimulatorCase[] = [
  { name: '(a) 24 h idle', aim: '500,000 x', scenario: idle('24 h'), runs: 1, rounds: 5 },
  { name: '(b) 1 h streaming', aim: '3,000 x', scenario: stream(), runs: 1, rounds: 5 },
  { name: '(c) 5 min, a session', aim: '100 runs/s', scenario: oneSession(), runs: 50, rounds: 5 },
  { name: '(d) 5 min, a pair', aim: '1,000 runs/s', scenario: idle('5 min'), runs: 200, rounds: 5 },
  { name: '(e) a year', aim: 'under 5 min', scenario: year(), runs: 1, rounds: 1 },
];

const BASELINE_STEPS = 200_000;
const BASELINE_ROUNDS = 5;

/** Taken before a run replaces it. */
const now = performance.now.bind(performance);

/** Each prints a row; the first one the baseline as well. */
export const SIMULATOR_CASES = CASES.map((each) => ({
  name: each.name,
  show: () => showCase(each),
}));

let baseline: Promise<number> | undefined;

async function showCase(each: SimulatorCase): Promise<void> {
  baseline ??= showBaseline();
  const baselineUs = await baseline;
  const heapBefore = heapMb();
  const measured = await best(each.rounds, () => measure(each));
  show(each.name, each.aim, measured, each.runs, baselineUs);
  if (each.rounds === 1) print(`    heap ${heapBefore} MB before, ${heapMb()} MB after`);
}

/** Microseconds a step. */
async function showBaseline(): Promise<number> {
  const measured = await best(BASELINE_ROUNDS, bareTimers);
  const us = perStepUs(measured);
  print('case', 'x real time', 'steps/s', 'us/step', 'of bare', 'runs/s', 'wall', 'aim');
  show('(0) bare timers', '', measured, 1, us);
  return us;
}

/** As many timers as steps, each with one drain of the event loop, and nothing else. */
async function bareTimers(): Promise<Measured> {
  const clock = createClock(0);
  const startMs = now();
  for (let step = 0; step < BASELINE_STEPS; step += 1) {
    clock.setTimeout(() => undefined, 1_000);
    clock.next();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { wallMs: now() - startMs, virtualMs: BASELINE_STEPS * 1_000, steps: BASELINE_STEPS };
}

async function measure({ name, runs, scenario }: SimulatorCase): Promise<Measured> {
  const startMs = now();
  let virtualMs = 0;
  let steps = 0;
  for (let seed = 1; seed <= runs; seed += 1) {
    const result = await simulate(scenario, { seed, keepEvents: 100 });
    requirePassed(name, result);
    virtualMs += result.virtualMs;
    steps += result.steps;
  }
  return { wallMs: now() - startMs, virtualMs, steps };
}

/** A figure counts only if the run was right. */
function requirePassed(name: string, { failures, passed }: RunResult): void {
  if (passed) return;
  const [first] = failures;
  throw new Error(
    `${name} failed: ${first?.kind ?? ''} ${first?.expected ?? ''}, ${first?.seen ?? ''}`,
  );
}

async function best(rounds: number, round: () => Promise<Measured>): Promise<Measured> {
  let fastest = await round();
  for (let index = 1; index < rounds; index += 1) {
    const next = await round();
    if (next.wallMs < fastest.wallMs) fastest = next;
  }
  return fastest;
}

function show(name: string, aim: string, measured: Measured, runs: number, bareUs: number): void {
  const { steps, virtualMs, wallMs } = measured;
  const stepUs = perStepUs(measured);
  print(
    name,
    whole(virtualMs / wallMs),
    whole((steps / wallMs) * 1_000),
    stepUs.toFixed(2),
    `${(stepUs / bareUs).toFixed(1)} x`,
    ((runs / wallMs) * 1_000).toFixed(2),
    `${(wallMs / 1_000).toFixed(2)} s`,
    aim,
  );
}

function perStepUs({ steps, wallMs }: Measured): number {
  return (wallMs * 1_000) / steps;
}

/** What is in use, and not merely uncollected. */
function heapMb(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return Math.round(process.memoryUsage().heapUsed / 1_048_576);
}
