#!/usr/bin/env node
/** `npm run scenarios`: runs stories in virtual time, and says what came of each. */
import { simulate } from '../sim/simulation';

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { Command, InvalidArgumentError } from 'commander';
import pc from 'picocolors';

import { formatMs } from '../format-ms';
import { ListReporter, type ScenarioRun } from '../report/list';
import { checkScenario, ScenarioError, type ScenarioInput } from '../sim/scenario';
import { FAILED, runMain, UsageError, wholeNumber } from './command-line';

interface Options {
  readonly grep?: RegExp;
  readonly list?: true;
  readonly seed: number;
  readonly check?: true;
  readonly hashes?: true;
}

interface Story {
  readonly file: string;
  readonly scenario: ScenarioInput;
}

const PROGRESS_EVERY_MS = 2_000;

/** Kept from before a run, in which the real clock is out of reach. */
const realNow = performance.now.bind(performance);
const load = createRequire(__filename);

async function main(): Promise<number> {
  const command = makeCommand();
  command.parse();
  const options = command.opts<Options>();
  const stories = select(command.args, options.grep);
  if (options.list === true) return list(stories);
  if (options.hashes === true) return printHashes(stories, options.seed);
  return runAll(stories, options);
}

function makeCommand(): Command {
  return new Command('npm run scenarios --')
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
    .option('-c, --check', 'run each in a second process as well and compare the hashes')
    .addOption(new Command().createOption('--hashes', 'print name and hash only').hideHelp())
    .addHelpText('after', '\nExit code: 0 all passed, 1 something failed, 2 wrong use.')
    .exitOverride();
}

function toPattern(text: string): RegExp {
  try {
    return new RegExp(text, 'i');
  } catch {
    throw new InvalidArgumentError('It is no regular expression.');
  }
}

function select(files: readonly string[], grep: RegExp | undefined): readonly Story[] {
  const stories = (files.length > 0 ? files : allFiles()).map(readStory);
  const selected = stories.filter(
    ({ scenario: { name, story } }) => grep?.test(`${name} ${story}`) ?? true,
  );
  if (selected.length > 0) return selected;
  throw new UsageError(`No scenario matches ${String(grep)}. --list shows what there is.`);
}

/** The stories of the sources or of the build, beside which this file lies in either. */
function allFiles(): readonly string[] {
  const folder = path.join(__dirname, '..', '..', 'scenarios');
  const files = readdirSync(folder).filter((file) => /(?<!\.d)\.(ts|js|json)$/.test(file));
  return files.sort().map((file) => path.join(folder, file));
}

function readStory(file: string): Story {
  const content = readFile(file);
  try {
    checkScenario(content);
  } catch (error) {
    if (error instanceof ScenarioError) throw new UsageError(`${file}: ${error.message}`);
    throw error;
  }
  return { file, scenario: content as ScenarioInput };
}

function readFile(file: string): unknown {
  try {
    if (file.endsWith('.json')) return JSON.parse(readFileSync(file, 'utf8')) as unknown;
    return (load(path.resolve(file)) as { default?: unknown }).default;
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

function list(stories: readonly Story[]): number {
  for (const { scenario } of stories) {
    process.stdout.write(`${scenario.name}\n    ${scenario.story}\n`);
  }
  return 0;
}

async function printHashes(stories: readonly Story[], seed: number): Promise<number> {
  for (const { scenario } of stories) {
    const { hash } = await simulate(scenario, { seed });
    process.stdout.write(`${scenario.name} ${hash}\n`);
  }
  return 0;
}

async function runAll(stories: readonly Story[], { check, seed }: Options): Promise<number> {
  const reporter = new ListReporter((text) => process.stdout.write(text), pc.isColorSupported);
  const second = check === true ? hashesOfSecondProcess(stories, seed) : undefined;
  reporter.begin(stories.length, seed);
  const runs: ScenarioRun[] = [];
  for (const story of stories) {
    const run = await runOne(story, seed);
    runs.push(run);
    reporter.finished(run);
  }
  reporter.end(runs);
  const same = second === undefined || compare(runs, await second, reporter);
  return same && runs.every(({ passed }) => passed) ? 0 : FAILED;
}

async function runOne({ file, scenario }: Story, seed: number): Promise<ScenarioRun> {
  const startMs = realNow();
  let toldMs = startMs;
  const onProgress = (virtualMs: number): void => {
    if (realNow() - toldMs < PROGRESS_EVERY_MS) return;
    toldMs = realNow();
    process.stderr.write(`  ${scenario.name}: ${formatMs(virtualMs)} ...\n`);
  };
  const result = await simulate(scenario, { seed, onProgress });
  const place = path.relative(process.cwd(), file);
  const replay = `npm run scenarios -- ${place} --seed ${seed}`;
  return { ...result, wallMs: realNow() - startMs, replay };
}

/** Runs the same in a process of its own, side by side with this one. */
async function hashesOfSecondProcess(
  stories: readonly Story[],
  seed: number,
): Promise<ReadonlyMap<string, string>> {
  const files = stories.map(({ file }) => file);
  const args = [...process.execArgv, __filename, ...files, '--hashes', '--seed', String(seed)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(child, 'close');
  const lines = output.split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => line.split(' ') as [string, string]));
}

function compare(
  runs: readonly ScenarioRun[],
  second: ReadonlyMap<string, string>,
  reporter: ListReporter,
): boolean {
  const different = runs.filter(({ hash, scenario }) => second.get(scenario) !== hash);
  for (const { hash, scenario } of different) {
    const other = second.get(scenario) ?? 'no run at all';
    reporter.problem(
      `✗ ${scenario} is not deterministic: ${hash} here, ${other} in a second process`,
    );
  }
  if (different.length === 0) {
    reporter.note(`Each ran in two processes with equal hashes: ${runs.length} of ${runs.length}.`);
  }
  return different.length === 0;
}

/**
 * Made now, because a stream that is first used inside a run would count as reaching past a port.
 */
process.stderr.writable satisfies boolean;

runMain(main);
