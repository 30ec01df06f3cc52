#!/usr/bin/env node
/** `npm run conformance`: how far the simulator and real sockets agree. */
// First, because the simulator has to come before `ws`.
import { checkConformance, type Verdict } from '../realtime/conformance';
import { checkNamespaces } from '../realtime/netns-conformance';

import { Command, InvalidArgumentError } from 'commander';

import { formatMs } from '../format-ms';
import { NOISE_MS, PROCESS_NOISE_MS } from '../realtime/loosened';
import { whyNoNamespaces } from '../realtime/netns';
import { NETNS_STORIES } from '../realtime/netns-stories';
import { allStoryFiles, readStory, StoryError, type Story } from '../runner/stories';
import {
  FAILED,
  INTERRUPTED,
  onOutputClosed,
  onSignals,
  runMain,
  UsageError,
  wholeNumber,
} from './command-line';

interface Options {
  readonly grep?: RegExp;
  readonly netns?: true;
  readonly scale: number;
  readonly seed: number;
  readonly workers: number;
  readonly tolerance?: number;
}

const TOXIPROXY_URL = process.env['TOXIPROXY_URL'];
const PROGRESS_EVERY_MS = 2_000;
const NAME_COLUMNS = 30;
const DEFAULTS = `(default: ${NOISE_MS}, with --netns ${PROCESS_NOISE_MS})`;
const TOLERANCE = `how far times may differ, in real ms ${DEFAULTS}`;

async function main(): Promise<number> {
  onOutputClosed(() => process.exit(FAILED));
  const command = makeCommand();
  command.parse();
  const options = command.opts<Options>();
  if (!options.netns) return conform(command.args, options);
  if (command.args.length > 0) throw new UsageError('--netns takes no files.');
  return conformNamespaces(options);
}

async function conform(files: readonly string[], options: Options): Promise<number> {
  const stories = await select(files, options.grep);
  const { scale, seed, tolerance: toleranceMs = NOISE_MS, workers } = options;
  const at = `at ${scale} of its length, within ${toleranceMs} ms and twice the longest stall`;
  say(`Each scenario in virtual and in real time, ${at}, through ${describeToxiproxy()}.\n`);
  const startMs = performance.now();
  let done = 0;
  const progress = setInterval(() => {
    process.stderr.write(`  ${done} of ${stories.length} scenarios ...\n`);
  }, PROGRESS_EVERY_MS);
  const verdicts = await checkConformance(stories, {
    ...{ scale, seed, toleranceMs, workers },
    ...(TOXIPROXY_URL === undefined ? {} : { toxiproxyUrl: TOXIPROXY_URL }),
    onDone: (verdict) => {
      done += 1;
      tell(verdict);
    },
  }).finally(() => clearInterval(progress));
  return summarize(verdicts, performance.now() - startMs);
}

/** With real kernels: the production programs as processes, in network namespaces. */
async function conformNamespaces(options: Options): Promise<number> {
  const { grep, seed, tolerance: toleranceMs = PROCESS_NOISE_MS } = options;
  const reason = await whyNoNamespaces();
  if (reason !== undefined) {
    say(`skipped: ${reason}`);
    return 0;
  }
  const stories = NETNS_STORIES.filter(({ name }) => grep?.test(name) ?? true);
  if (stories.length === 0) throw new UsageError('no story matches.');
  say('The production programs in network namespaces beside the simulator, in real time, within');
  say(`${toleranceMs} ms and twice the longest stall, and an eighth of a wait for the kernel.\n`);
  const startMs = performance.now();
  const interrupted = new AbortController();
  onSignals(() => interrupted.abort());
  const { signal } = interrupted;
  try {
    const verdicts = await checkNamespaces(stories, { seed, toleranceMs, signal, onDone: tell });
    return summarize(verdicts, performance.now() - startMs);
  } catch (error) {
    if (signal.aborted) return INTERRUPTED;
    throw error;
  }
}

function makeCommand(): Command {
  return new Command('npm run conformance --')
    .description('Plays scenarios in virtual time and over real sockets, and compares the two.')
    .argument('[files...]', 'scenario files (.ts, .js or .json); default: all in scenarios/')
    .option('-g, --grep <pattern>', 'only scenarios whose name or story matches', toPattern)
    .option(
      '--scale <factor>',
      'multiplies every time, up to 1: 0.2 is five times as fast',
      toScale,
      0.2,
    )
    .option('-s, --seed <number>', 'what all chance comes from', wholeNumber(0), 1)
    .option('-w, --workers <number>', 'scenarios in real time at once', wholeNumber(1, 64), 4)
    .option('--tolerance <ms>', TOLERANCE, wholeNumber(1))
    .option('--netns', 'stories of its own, with processes in network namespaces (Linux, root)')
    .addHelpText(
      'after',
      '\nWith TOXIPROXY_URL set, that Toxiproxy is used in place of our own.' +
        '\nExit code: 0 the worlds agree, 1 they do not, 2 wrong use.',
    )
    .exitOverride();
}

/** A file that was named is told of when it cannot be read. */
async function select(files: readonly string[], grep: RegExp | undefined): Promise<Story[]> {
  const stories: Story[] = [];
  for (const file of files.length === 0 ? allStoryFiles() : files) {
    const story = await readStory(file).catch((error: unknown) => {
      throw error instanceof StoryError ? new UsageError(error.message) : error;
    });
    const { name, story: text } = story.scenario;
    if (grep === undefined || grep.test(name) || grep.test(text)) stories.push(story);
  }
  if (stories.length === 0) throw new UsageError('no scenario matches.');
  return stories;
}

function tell({ agreement, leftOut, name }: Verdict): void {
  const title = name.padEnd(NAME_COLUMNS);
  if (agreement === undefined) {
    say(`- ${title} skipped: ${leftOut ?? ''}`);
    return;
  }
  const { allowedMs, disagreements, events, largestMs, where } = agreement;
  const difference = `${largestMs.toFixed(1).padStart(6)} of ${allowedMs.toFixed(0)} ms`;
  const mark = disagreements.length === 0 ? '✓' : '✗';
  say(`${mark} ${title} ${String(events).padStart(6)} events ${difference}  ${where}`);
  for (const disagreement of disagreements) say(`    ${disagreement}`);
}

function summarize(verdicts: readonly Verdict[], wallMs: number): number {
  const compared = verdicts.flatMap(({ agreement }) => agreement ?? []);
  const differing = compared.filter(({ disagreements }) => disagreements.length > 0).length;
  const skipped = verdicts.length - compared.length;
  const counts = `${compared.length - differing} agree, ${differing} do not, ${skipped} skipped`;
  say(`\n${counts}: ${formatMs(wallMs)}`);
  return differing === 0 ? 0 : FAILED;
}

function describeToxiproxy(): string {
  return TOXIPROXY_URL === undefined ? 'our own Toxiproxy' : `the Toxiproxy at ${TOXIPROXY_URL}`;
}

function toPattern(text: string): RegExp {
  try {
    return new RegExp(text, 'i');
  } catch {
    throw new InvalidArgumentError('It must be a regular expression.');
  }
}

function toScale(text: string): number {
  const scale = Number(text);
  if (scale > 0 && scale <= 1) return scale;
  throw new InvalidArgumentError('It must be a number above 0 and up to 1.');
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

runMain(main);
