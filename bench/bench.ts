/**
 * `npm run bench`: how fast the simulator is, beside a baseline of bare fake timers in the same
 * run.
 *
 * On one core, best of several. A ratio of virtual to real time says little by itself, because an
 * idle hour is empty; so steps and runs a second stand beside it.
 */
import { simulate, type RunResult } from '../src/sim/simulation';

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { createClock } from '@sinonjs/fake-timers';

import type { ScenarioInput } from '../src/sim/scenario';
import { idle, oneSession, stream, year } from './cases';
import {
  pipeTo,
  roundTripUs,
  throughput,
  TOXICS,
  toxiproxyTo,
  virtualMib,
  virtualMibWithoutProxy,
} from './toxic-cases';

interface Case {
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

const CASES: readonly Case[] = [
  { name: '(a) 24 h idle', aim: '500,000 x', scenario: idle('24 h'), runs: 1, rounds: 5 },
  { name: '(b) 1 h streaming', aim: '3,000 x', scenario: stream(), runs: 1, rounds: 5 },
  { name: '(c) 5 min, a session', aim: '100 runs/s', scenario: oneSession(), runs: 50, rounds: 5 },
  { name: '(d) 5 min, a pair', aim: '1,000 runs/s', scenario: idle('5 min'), runs: 200, rounds: 5 },
  { name: '(e) a year', aim: 'under 5 min', scenario: year(), runs: 1, rounds: 1 },
];

const TOXIC_CASE = '(f) a MiB, toxic';
const LOOPBACK_CASE = '(g) loopback';
const TOXIC_ROUNDS = 40;
const LOOPBACK_ROUNDS = 5;
const LOOPBACK_MIB = 256;
const PING_PONGS = 5_000;

const BASELINE_STEPS = 200_000;

/** Taken before a run replaces it. */
const now = performance.now.bind(performance);

async function main(): Promise<void> {
  const wanted = process.argv[2];
  const isWanted = (name: string): boolean => wanted === undefined || name.includes(wanted);
  const baseline = await best(5, bareTimers);
  const baselineUs = perStepUs(baseline);
  print('case', 'x real time', 'steps/s', 'us/step', 'of bare', 'runs/s', 'wall', 'aim');
  show('(0) bare timers', '', baseline, 1, baselineUs);
  for (const each of CASES) {
    if (!isWanted(each.name)) continue;
    const heapBefore = heapMb();
    const measured = await best(each.rounds, () => measure(each));
    show(each.name, each.aim, measured, each.runs, baselineUs);
    if (each.rounds === 1)
      process.stdout.write(`    heap ${heapBefore} MB before, ${heapMb()} MB after\n`);
  }
  if (isWanted(TOXIC_CASE)) await showToxics();
  if (isWanted(LOOPBACK_CASE)) await showLoopback();
}

/** Wall milliseconds of a MiB in virtual time, in turns, the least of several. */
async function showToxics(): Promise<void> {
  print(TOXIC_CASE, 'wall ms', 'of direct', 'of a proxy');
  const least: Record<string, number> = {};
  const take = (name: string, wallMs: number): void => {
    least[name] = Math.min(least[name] ?? Infinity, wallMs);
  };
  for (let round = 0; round < TOXIC_ROUNDS; round += 1) {
    take('no proxy', await virtualMibWithoutProxy());
    for (const [name, toxic] of Object.entries(TOXICS)) take(name, await virtualMib(toxic));
  }
  const { 'a proxy': plain = NaN, 'no proxy': direct = NaN } = least;
  for (const [name, wallMs] of Object.entries(least)) {
    const times = [wallMs / direct, wallMs / plain].map((each) => `${each.toFixed(1)} x`);
    print(`    ${name}`, wallMs.toFixed(2), ...times);
  }
}

/** Our Toxiproxy without toxics beside a bare pipe, in turns, best of several. */
async function showLoopback(): Promise<void> {
  print(LOOPBACK_CASE, 'MiB/s', 'of a pipe', 'us/round', 'of a pipe', '', '', 'aim');
  const mib = { pipe: 0, proxy: 0 };
  const us = { pipe: Infinity, proxy: Infinity };
  for (let round = 0; round < LOOPBACK_ROUNDS; round += 1) {
    mib.pipe = Math.max(mib.pipe, await throughput(pipeTo, LOOPBACK_MIB));
    mib.proxy = Math.max(mib.proxy, await throughput(toxiproxyTo, LOOPBACK_MIB));
    us.pipe = Math.min(us.pipe, await roundTripUs(pipeTo, PING_PONGS));
    us.proxy = Math.min(us.proxy, await roundTripUs(toxiproxyTo, PING_PONGS));
  }
  print('    a bare pipe', whole(mib.pipe), '', us.pipe.toFixed(1));
  const times = [`${(mib.pipe / mib.proxy).toFixed(2)} x`, `${(us.proxy / us.pipe).toFixed(2)} x`];
  const figures = [whole(mib.proxy), times[0] ?? '', us.proxy.toFixed(1), times[1] ?? ''];
  print('    our Toxiproxy', ...figures, '', '', 'within 1.3 x');
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

async function measure({ name, runs, scenario }: Case): Promise<Measured> {
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

function print(name: string, ...columns: readonly string[]): void {
  const cells = columns.map((column) => column.padStart(13));
  process.stdout.write(`${name.padEnd(22)}${cells.join('')}\n`);
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** What is in use, and not merely uncollected. */
function heapMb(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return Math.round(process.memoryUsage().heapUsed / 1_048_576);
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
