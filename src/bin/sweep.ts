#!/usr/bin/env node
/** `npm run sweep`: a scenario once more for each of its instants, with a fault exactly there. */
// First, because the simulator has to come before `ws`.
import runSwept, { type SweptRun } from '../fuzz/run-swept';

import { availableParallelism } from 'node:os';

import { Command } from 'commander';

import { formatMs } from '../format-ms';
import { sweepOf, type SweptScenario } from '../fuzz/sweep';
import { inOrder } from '../runner/in-order';
import type { Story } from '../runner/stories';
import {
  FAILED,
  INTERRUPTED,
  onOutputClosed,
  onSignals,
  runMain,
  wholeNumber,
} from './command-line';
import { FAILURES_FOLDER, tellFailure } from './failing-scenario';
import { Progress } from './progress';
import { selectStories } from './stories-option';

interface Options {
  readonly seed: number;
  readonly workers: number;
  readonly maxFailures: number;
  readonly out: string;
}

async function main(): Promise<number> {
  onOutputClosed(() => process.exit(FAILED));
  const command = makeCommand();
  command.parse();
  const sweep = new Sweep(command.opts<Options>());
  onSignals(() => sweep.stop());
  for (const story of await selectStories(command.args, undefined)) await sweep.over(story);
  return sweep.conclude();
}

function makeCommand(): Command {
  return new Command('npm run sweep --')
    .description(
      'Runs scenarios once, and once more for each instant at which anything happened, with a ' +
        'reset, silence, a close, a power cut or a restart of either side exactly there.',
    )
    .argument('<files...>', 'scenario files (.ts, .js or .json)')
    .option('-s, --seed <number>', 'what all chance comes from', wholeNumber(0), 1)
    .option(
      '-w, --workers <number>',
      'run on so many threads',
      wholeNumber(1, 256),
      availableParallelism(),
    )
    .option('--max-failures <number>', 'stop after so many failures', wholeNumber(1), 10)
    .option('--out <folder>', 'where failing scenarios are written', FAILURES_FOLDER)
    .addHelpText(
      'after',
      '\nExit code: 0 nothing found, 1 something failed, 2 wrong use, 130 interrupted by Ctrl-C.',
    )
    .exitOverride();
}

class Sweep {
  private readonly options: Options;
  private readonly progress = new Progress();
  private runs = 0;
  private failures = 0;
  private virtualMs = 0;
  private stopped = false;

  constructor(options: Options) {
    this.options = options;
  }

  stop(): void {
    this.stopped = true;
  }

  async over({ scenario }: Story): Promise<void> {
    const { maxFailures, seed, workers } = this.options;
    const all = await sweepOf(scenario, seed);
    const { failures, runs } = this;
    await inOrder<SweptScenario, SweptRun>({
      jobAt: (place) => all[place],
      isOver: () => this.stopped || this.failures >= maxFailures,
      onResult: (run) => this.finished(run, scenario.name, all.length),
      workers,
      file: require.resolve('../fuzz/run-swept'),
      here: runSwept,
    });
    const made = this.runs - runs;
    const found = this.failures - failures;
    const mark = found === 0 ? '✓' : '✗';
    const text = `${mark} ${scenario.name}: ${made} of ${all.length} runs, ${found} failed`;
    process.stdout.write(`${text}\n`);
  }

  conclude(): number {
    const wallS = this.progress.elapsedMs() / 1_000;
    process.stdout.write(
      `${this.runs} runs, ${this.failures} failed: ` +
        `${formatMs(this.virtualMs)} of virtual time in ${wallS.toFixed(1)} s\n`,
    );
    if (this.stopped) return INTERRUPTED;
    return this.failures === 0 ? 0 : FAILED;
  }

  private finished({ atMs, failure, fault, virtualMs }: SweptRun, name: string, of: number): void {
    this.runs += 1;
    this.virtualMs += virtualMs;
    this.progress.tell(() => `${name}: ${fault} at ${formatMs(atMs)}, ${this.runs} runs of ${of}`);
    if (failure === undefined) return;
    this.failures += 1;
    process.stdout.write(`${fault} at ${formatMs(atMs)}:\n`);
    tellFailure(failure, this.options.out);
  }
}

runMain(main);
