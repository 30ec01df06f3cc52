#!/usr/bin/env node
/** `npm run fuzz`: lives that nobody thought of, until something breaks or time is up. */
// First, because the simulator has to come before `ws`.
import { deadAlarms } from '../runner/canary';

import { availableParallelism } from 'node:os';

import { Command, InvalidArgumentError, Option } from 'commander';

import { formatMs } from '../format-ms';
import { FuzzCampaign, type Tally } from '../fuzz/fuzz-campaign';
import type { FuzzReport } from '../fuzz/report';
import { CATALOGUE } from '../fuzz/sometimes';
import { compareWithTwin, playTwin, twinOf, type TwinTask } from '../fuzz/twin';
import { failureText } from '../fuzz/verdict';
import type { Shard } from '../runner/plan';
import {
  FAILED,
  INTERRUPTED,
  onOutputClosed,
  onSignals,
  runMain,
  wholeNumber,
  writeOutput,
} from './command-line';
import { FAILURES_FOLDER, writeFailure } from './failing-scenario';
import { tellOutcome } from './fuzz-outcome';
import {
  fuzzReporterOption,
  makeFuzzReporters,
  type FuzzReporterSpecs,
  type Told,
} from './fuzz-reporters';
import { Progress } from './progress';
import { toShard } from './shard-option';

interface Options {
  readonly runs: number;
  readonly for?: number;
  readonly seed: number;
  readonly workers: number;
  readonly shard?: Shard;
  readonly maxFailures: number;
  readonly shrink: boolean;
  readonly json?: string;
  readonly reporter: FuzzReporterSpecs;
  readonly out: string;
  readonly twin?: TwinTask;
  readonly lives?: readonly number[];
  readonly event: number;
}

const DEFAULT_RUNS = 500;
/** One life in so many is lived again in another process: five percent. */
const RERUN_EVERY = 20;

const NOT_RERUN = { differences: [], rerun: 0 };

async function main(): Promise<number> {
  onOutputClosed(() => process.exit(FAILED));
  const command = makeCommand();
  command.parse();
  const options = command.opts<Options>();
  if (options.twin !== undefined) {
    const write = (text: string): void => void process.stdout.write(text);
    await playTwin(options.twin, options.lives ?? [], options.event, write);
    return 0;
  }
  return fuzz(options);
}

function makeCommand(): Command {
  return new Command('npm run fuzz --')
    .description(
      'Draws lives of a house with faults, engines and people as bad as they come, runs them in ' +
        'virtual time, and makes what fails as small as it can be.',
    )
    .addOption(
      new Option('-n, --runs <number>', 'make so many runs')
        .argParser(wholeNumber(1))
        .default(DEFAULT_RUNS)
        .conflicts('for'),
    )
    .option('--for <time>', 'go on for so long: 90s, 10m or 8h', toDuration)
    .option(
      '-s, --seed <number>',
      'what all chance of the campaign comes from',
      wholeNumber(Number.MIN_SAFE_INTEGER),
      1,
    )
    .option(
      '-w, --workers <number>',
      'live on so many threads',
      wholeNumber(1, 256),
      availableParallelism(),
    )
    .option('--shard <i/n>', 'the i-th of n parts, which together are the campaign', toShard)
    .option(
      '--max-failures <number>',
      'begin no further life after so many failures',
      wholeNumber(1),
      10,
    )
    .option('--no-shrink', 'tell of failures as they are: without a search for the least of each')
    .option('--lives <seeds>', 'only these lives, by their seeds: 7,42', toSeeds)
    .addOption(fuzzReporterOption())
    .option('--json <file>', 'write what came of it to a file too, for npm run merge')
    .option('--out <folder>', 'where failing scenarios are written', FAILURES_FOLDER)
    .addOption(new Option('--twin <task>').choices(['hashes', 'trace', 'around']).hideHelp())
    .addOption(new Option('--event <number>').argParser(wholeNumber(0)).default(0).hideHelp())
    .addHelpText(
      'after',
      '\nA life whose faults are aimed at a moment is run twice. From 2,000 runs on every state ' +
        'of the\ncatalogue and every pair of fault and state must have been met.' +
        '\nExit code: 0 nothing found, 1 something failed, 2 wrong use, 130 interrupted by Ctrl-C.',
    )
    .exitOverride();
}

function toSeeds(text: string): readonly number[] {
  const seeds = text.split(',').map(Number);
  if (seeds.every((seed) => Number.isSafeInteger(seed) && seed >= 0)) return seeds;
  throw new InvalidArgumentError('They must be whole numbers, joined by commas.');
}

/** `90s`, `10m`, `8h`: real time, in milliseconds. */
function toDuration(text: string): number {
  const UNITS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };
  const [, count, unit = ''] = /^(\d+)(s|m|h)$/.exec(text) ?? [];
  const unitMs = UNITS_MS[unit];
  if (unitMs !== undefined) return Number(count) * unitMs;
  throw new InvalidArgumentError('It must be like 90s, 10m or 8h.');
}

async function fuzz(options: Options): Promise<number> {
  const progress = new Progress();
  const told = makeFuzzReporters(options.reporter);
  told.write(`Fuzzing with seed ${options.seed}.\n`);
  if (options.json !== undefined) writeOutput('--json', options.json, '');
  const silent = await deadAlarms(options.seed);
  const campaign = makeCampaign(options, progress, told);
  let interrupted = false;
  const release = onSignals(() => {
    interrupted = true;
    campaign.stop();
  });
  const ends =
    options.for === undefined ? undefined : setTimeout(() => campaign.stop(), options.for);
  await campaign.run();
  clearTimeout(ends);
  const wallMs = progress.elapsedMs();
  const rerun = interrupted ? NOT_RERUN : await liveSomeAgain(campaign);
  release();
  const { seed, shard } = options;
  const shards = shard === undefined ? 'all' : `${shard.index}/${shard.count}`;
  const counted = campaign.tally.report();
  const found = { deadAlarms: silent, interrupted, ...rerun, ...counted };
  const report: FuzzReport = { version: 1, seed, shards, wallMs, ...found };
  const exitCode = tellOutcome(report, options.json, told.write);
  told.page?.end(report);
  return interrupted ? INTERRUPTED : exitCode;
}

function makeCampaign(options: Options, progress: Progress, told: Told): FuzzCampaign {
  return new FuzzCampaign({
    ...options,
    runs: (options.for ?? options.lives) === undefined ? options.runs : Infinity,
    traced: told.page !== undefined,
    onFinished: ({ failure, shown }, soFar) => {
      if (failure !== undefined) {
        const file = writeFailure(failure, options.out);
        told.write(failureText(failure, file));
        if (shown !== undefined) told.page?.failed(shown, file);
      }
      progress.tell(() => soFarText(soFar, progress.elapsedMs()));
    },
  });
}

function soFarText({ failures, reached, runs, virtualMs }: Tally, wallMs: number): string {
  const rate = (runs * 1_000) / wallMs;
  return (
    `${runs} runs, ${rate.toFixed(1)} a second, ${formatMs(virtualMs)} of virtual time, ` +
    `${reached.size} of ${CATALOGUE.length} states, ${failures.length} failures`
  );
}

async function liveSomeAgain({
  hashes,
}: FuzzCampaign): Promise<Pick<FuzzReport, 'differences' | 'rerun'>> {
  const some = [...hashes].filter((_, index) => index % RERUN_EVERY === 0);
  const differences = await compareWithTwin(new Map(some), twinOf(__filename));
  return { differences, rerun: some.length };
}

runMain(main);
