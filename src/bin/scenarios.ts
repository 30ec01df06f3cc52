#!/usr/bin/env node
/** `npm run scenarios`: runs stories in virtual time, and says what came of each. */
// First, because the simulator has to come before `ws`.
import { deadAlarms } from '../runner/canary';

import { availableParallelism } from 'node:os';
import path from 'node:path';

import { Command, Option } from 'commander';
import pc from 'picocolors';

import { formatMs } from '../format-ms';
import { GithubReporter } from '../report/github';
import { JsonReporter } from '../report/json';
import { JunitReporter } from '../report/junit';
import { ListReporter } from '../report/list';
import { Multiplexer } from '../report/multiplexer';
import type { Plan, Reporter, ScenarioRun, Summary } from '../report/scenario-run';
import { Campaign } from '../runner/campaign';
import { differences, printHashes, SecondProcess } from '../runner/check';
import { recallFailed, rememberFailed, type FailedRun } from '../runner/last-failed';
import { planAgain, planRuns, type PlannedRun, type Shard } from '../runner/plan';
import { planForRealTime } from '../runner/real-plan';
import type { Story } from '../runner/stories';
import { joinedRecovery } from '../sim/recovery-tally';
import {
  FAILED,
  INTERRUPTED,
  onOutputClosed,
  onSignals,
  runMain,
  toPattern,
  UsageError,
  wholeNumber,
} from './command-line';
import { htmlReporter } from './html-report';
import { PROGRESS_EVERY_MS, Progress } from './progress';
import { describeReporter, toReporters, writerTo, type ReporterSpec } from './reporter-option';
import { toShard } from './shard-option';
import { runStopping, toInstant } from './at-option';
import { selectStories, toScale } from './stories-option';

interface Options {
  readonly grep?: RegExp;
  readonly list?: true;
  readonly seed: number;
  readonly repeat: number;
  readonly workers: number;
  readonly shard?: Shard;
  readonly lastFailed?: true;
  readonly maxFailures: number;
  readonly reporter: readonly ReporterSpec<ReporterName>[];
  readonly check?: true;
  readonly hashes?: true;
  readonly at?: number;
  readonly inspectorPort: number;
  readonly world: 'sim' | 'toxiproxy';
  readonly scale: number;
}

const REPORTERS = ['list', 'json', 'junit', 'github', 'html'] as const;
type ReporterName = (typeof REPORTERS)[number];
/** So many runs of each scenario, with what came of them, still fit into memory. */
const MAX_REPEAT = 100_000;
/** In real time a run mostly waits. */
const SIDE_BY_SIDE = 4;

async function main(): Promise<number> {
  onOutputClosed(() => process.exit(FAILED));
  const command = makeCommand();
  command.parse();
  const options = command.opts<Options>();
  const failed = options.lastFailed === true ? lastFailed(command.args) : undefined;
  const files = failed?.map(({ file }) => file) ?? command.args;
  const stories = await selectStories(files, options.grep);
  if (options.list === true) return list(stories);
  const all = failed === undefined ? planRuns(stories, options) : planAgain(stories, failed);
  const traced = options.reporter.some(({ name }) => name === 'html');
  const plan = all.map((planned) => ({ ...planned, scale: options.scale, traced }));
  if (options.at !== undefined) return runStopping(plan, options.at, options.inspectorPort);
  if (options.hashes === true) return printHashes(plan, (text) => process.stdout.write(text));
  return options.world === 'sim' ? runAll(plan, options) : runAllReally(plan, options);
}

/** Over real sockets, what can be: the rest is listed with its reasons. */
async function runAllReally(all: readonly PlannedRun[], options: Options): Promise<number> {
  const toxiproxyUrl = process.env['TOXIPROXY_URL'];
  const { leftOut, plan } = await planForRealTime(all, options.scale);
  const realTime = toxiproxyUrl === undefined ? {} : { toxiproxyUrl };
  return runAll(
    plan.map((planned) => ({ ...planned, realTime })),
    { ...options, workers: Math.max(options.workers, SIDE_BY_SIDE) },
    leftOut,
  );
}

function makeCommand(): Command {
  const command = new Command('npm run scenarios --')
    .description(
      'Runs stories of drops, restarts and power cuts against the real client and server.',
    )
    .argument('[files...]', 'scenario files (.ts, .js or .json); default: all in scenarios/')
    .option('-g, --grep <pattern>', 'only scenarios whose name or story matches', toPattern)
    .option('-l, --list', 'list the scenarios and run none')
    .option(
      '-s, --seed <number>',
      'what all chance of the runs comes from',
      wholeNumber(Number.MIN_SAFE_INTEGER),
      1,
    )
    .option('-r, --repeat <number>', 'run each on so many seeds', wholeNumber(1, MAX_REPEAT), 1)
    .option(
      '-w, --workers <number>',
      `run on so many threads (here: ${availableParallelism()} cores)`,
      wholeNumber(1, 256),
      1,
    )
    .option('--shard <i/n>', 'run the i-th of n parts, which together run all', toShard)
    .addOption(
      new Option('--last-failed', 'run only what failed the last time, with its seeds').conflicts([
        'seed',
        'repeat',
        'shard',
      ]),
    )
    .option(
      '--max-failures <number>',
      'start no further run after so many failures',
      wholeNumber(1),
      Number.MAX_SAFE_INTEGER,
    )
    .addOption(
      new Option(
        '--reporter <names>',
        'list, json, junit, github or html; several, and into files: list,html=report.html',
      )
        .argParser(toReporters(REPORTERS))
        .default(toReporters(REPORTERS)('list'), 'list'),
    )
    .addHelpText(
      'after',
      '\nWith TOXIPROXY_URL set, --world toxiproxy uses that Toxiproxy in place of our own.' +
        '\nExit code: 0 all passed, 1 something failed, 2 wrong use, 130 interrupted by Ctrl-C.',
    )
    .exitOverride();
  return withWays(command);
}

/** In which world, how fast, how often, and whether a debugger looks on. */
function withWays(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--world <name>',
        'sim: in virtual time; toxiproxy: over real sockets, through a Toxiproxy',
      )
        .choices(['sim', 'toxiproxy'])
        .default('sim')
        .conflicts(['check', 'hashes']),
    )
    .option(
      '--scale <factor>',
      'multiplies every time, up to 1: 0.1 is ten times as fast',
      toScale,
      1,
    )
    .option('-c, --check', 'run each in a second process as well and compare the hashes')
    .addOption(
      new Option('--at <time>', 'stop the run there, in the debugger: 42.5s')
        .argParser(toInstant)
        .conflicts(['check', 'hashes', 'world']),
    )
    .addOption(
      new Option('--inspector-port <number>', 'where --at waits for a debugger')
        .argParser(wholeNumber(0, 65_535))
        .default(9229),
    )
    .addOption(new Option('--hashes', 'print name, seed and hash only').hideHelp());
}

/** What failed the last time; of `files` alone, where some are named. */
function lastFailed(files: readonly string[]): readonly FailedRun[] {
  const all = recallFailed();
  if (all === undefined) throw new UsageError('--last-failed: nothing is known of a last time.');
  const named = new Set(files.map((file) => path.resolve(file)));
  const failed = all.filter(({ file }) => named.size === 0 || named.has(file));
  if (failed.length > 0) return failed;
  throw new UsageError('--last-failed: the last time nothing of this failed.');
}

function list(stories: readonly Story[]): number {
  for (const { scenario } of stories) {
    process.stdout.write(`${scenario.name}\n    ${scenario.story}\n`);
  }
  return 0;
}

async function runAll(
  plan: readonly PlannedRun[],
  options: Options,
  leftOut: readonly string[] = [],
): Promise<number> {
  const progress = new Progress();
  const brokenReporters: string[] = [];
  const reporter = makeReporter(options.reporter, (name) => brokenReporters.push(name));
  const campaign = makeCampaign(plan, options, reporter, progress);
  const second = options.check === true ? secondProcess() : undefined;
  let interrupted = false;
  const release = onSignals(() => {
    interrupted = true;
    campaign.stop();
    second?.stop();
  });
  reporter.begin(describePlan(plan, options));
  const problems = [...(await canaryProblems(options))];
  const runs = await campaign.run();
  const notes: string[] = [...leftOut];
  if (second !== undefined) {
    const different = differences(runs, await second.hashes);
    if (!interrupted) problems.push(...different);
    if (!interrupted && different.length === 0) notes.push(equalHashes(runs.length));
  }
  release();
  const summary = summarize(plan, runs, { problems, notes, wallMs: progress.elapsedMs() });
  reporter.end(summary, runs);
  rememberFailed(runs);
  if (interrupted) return INTERRUPTED;
  return summary.failed + problems.length + brokenReporters.length === 0 ? 0 : FAILED;
}

function makeCampaign(
  plan: readonly PlannedRun[],
  { maxFailures, workers }: Options,
  reporter: Multiplexer,
  elapsed: Progress,
): Campaign {
  const progress = new PlanProgress(plan.length, elapsed);
  // In real time a run may take long to be finished, and tells nothing meanwhile.
  if (plan.some(({ realTime }) => realTime !== undefined)) progress.keepTelling();
  return new Campaign(plan, {
    workers,
    maxFailures,
    onFinished: (run) => {
      progress.finished();
      reporter.finished(run);
    },
    onProgress: (run, virtualMs) => progress.told(run, virtualMs),
  });
}

/** It is asked for the same as this one, and so makes the same plan. */
function secondProcess(): SecondProcess {
  return new SecondProcess([...process.execArgv, __filename, '--hashes', ...process.argv.slice(2)]);
}

async function canaryProblems({ seed }: Options): Promise<readonly string[]> {
  const silent = await deadAlarms(seed);
  return silent.map(
    (alarm) => `The canary has to fail and did not set off ${alarm}: trust no verdict.`,
  );
}

function describePlan(plan: readonly PlannedRun[], { repeat, seed }: Options): Plan {
  const scenarios = new Set(plan.map(({ name }) => name)).size;
  let [firstSeed, lastSeed] = [plan[0]?.seed ?? seed, plan[0]?.seed ?? seed];
  for (const run of plan) {
    firstSeed = Math.min(firstSeed, run.seed);
    lastSeed = Math.max(lastSeed, run.seed);
  }
  return { runs: plan.length, scenarios, firstSeed, lastSeed, repeat };
}

/** How far the runs of a plan are. */
class PlanProgress {
  private readonly runs: number;
  private readonly progress: Progress;
  private done = 0;

  constructor(runs: number, progress: Progress) {
    this.runs = runs;
    this.progress = progress;
  }

  finished(): void {
    this.done += 1;
    this.tellCount();
  }

  /** For as long as there is anything to wait for. */
  keepTelling(): void {
    setInterval(() => this.tellCount(), PROGRESS_EVERY_MS).unref();
  }

  told({ name }: PlannedRun, virtualMs: number): void {
    this.progress.tell(() => `${name}: ${formatMs(virtualMs)} of virtual time`);
  }

  private tellCount(): void {
    if (this.done < this.runs) this.progress.tell(() => `${this.done} of ${this.runs} runs`);
  }
}

function summarize(
  plan: readonly PlannedRun[],
  runs: readonly ScenarioRun[],
  rest: Pick<Summary, 'problems' | 'notes' | 'wallMs'>,
): Summary {
  const failed = runs.filter(({ passed }) => !passed).length;
  return {
    passed: runs.length - failed,
    failed,
    skipped: plan.length - runs.length,
    virtualMs: runs.reduce((sum, { virtualMs }) => sum + virtualMs, 0),
    recovery: joinedRecovery(runs.map(({ recovery }) => recovery)),
    ...rest,
  };
}

function equalHashes(runs: number): string {
  return `Each ran in two processes with equal hashes: ${runs} of ${runs}.`;
}

function makeReporter(
  specs: readonly ReporterSpec<ReporterName>[],
  onBroken: (name: string) => void,
): Multiplexer {
  const reporters = specs.map((spec) => [describeReporter(spec), reporterOf(spec)] as const);
  return new Multiplexer(new Map(reporters), (name, error) => {
    const text = error instanceof Error ? error.message : String(error);
    process.stderr.write(`error: the reporter ${name} broke: ${text}\n`);
    onBroken(name);
  });
}

function reporterOf({ file, name }: ReporterSpec<ReporterName>): Reporter {
  if (name === 'html') return htmlReporter('scenarios', file);
  const write = writerTo(file);
  switch (name) {
    case 'list':
      return new ListReporter(write, file === undefined && isTerminal());
    case 'json':
      return new JsonReporter(write);
    case 'junit':
      return new JunitReporter(write);
    case 'github':
      return new GithubReporter(write);
    default:
      return name satisfies never;
  }
}

/** Colours are for a terminal alone; picocolors would have them on any CI server, too. */
function isTerminal(): boolean {
  return process.stdout.isTTY === true && pc.isColorSupported;
}

runMain(main);
