#!/usr/bin/env node
/** `npm run conformance`: how far the simulator and real sockets agree. */
// First, because the simulator has to come before `ws`.
import { checkConformance, type Verdict } from '../realtime/conformance';
import { checkNamespaces } from '../realtime/netns-conformance';

import { Command } from 'commander';

import { formatMs } from '../format-ms';
import { NOISE_MS, PROCESS_NOISE_MS } from '../realtime/loosened';
import { whyNoNamespaces } from '../realtime/netns';
import { NETNS_STORIES } from '../realtime/netns-stories';
import { removeOwnProxies } from '../realtime/toxiproxy-driver';
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
import { PROGRESS_EVERY_MS } from './progress';
import { selectStories, toScale } from './stories-option';

interface Options {
  readonly grep?: RegExp;
  readonly netns?: true;
  readonly scale: number;
  readonly seed: number;
  readonly workers: number;
  readonly tolerance?: number;
}

const TOXIPROXY_URL = process.env['TOXIPROXY_URL'];
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
  const stories = await selectStories(files, options.grep);
  const { scale, seed, tolerance: toleranceMs = NOISE_MS, workers } = options;
  const at = `at ${scale} of its length, within ${toleranceMs} ms and twice the longest stall`;
  say(`Each scenario in virtual and in real time, ${at}, through ${describeToxiproxy()}.\n`);
  const startMs = performance.now();
  const done: Verdict[] = [];
  const progress = setInterval(() => tellProgress(done.length, stories.length), PROGRESS_EVERY_MS);
  onSignals(() => {
    clearInterval(progress);
    summarize(done, performance.now() - startMs);
    void sweep().finally(() => process.exit(INTERRUPTED));
  });
  const verdicts = await checkConformance(stories, {
    ...{ scale, seed, toleranceMs, workers },
    ...(TOXIPROXY_URL === undefined ? {} : { toxiproxyUrl: TOXIPROXY_URL }),
    onDone: (verdict) => {
      done.push(verdict);
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
  const done: Verdict[] = [];
  const progress = setInterval(() => tellProgress(done.length, stories.length), PROGRESS_EVERY_MS);
  const interrupted = new AbortController();
  onSignals(() => interrupted.abort());
  const { signal } = interrupted;
  const onDone = (verdict: Verdict): void => {
    done.push(verdict);
    tell(verdict);
  };
  try {
    const verdicts = await checkNamespaces(stories, { seed, toleranceMs, signal, onDone });
    return summarize(verdicts, performance.now() - startMs);
  } catch (error) {
    if (signal.aborted) return INTERRUPTED;
    throw error;
  } finally {
    clearInterval(progress);
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
        '\nExit code: 0 the worlds agree, 1 they do not, 2 wrong use, 130 interrupted by Ctrl-C.',
    )
    .exitOverride();
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

/** What was interrupted leaves its proxies behind at a Toxiproxy that is not ours. */
async function sweep(): Promise<void> {
  if (TOXIPROXY_URL !== undefined) await removeOwnProxies(TOXIPROXY_URL).catch(() => undefined);
}

function describeToxiproxy(): string {
  return TOXIPROXY_URL === undefined ? 'our own Toxiproxy' : `the Toxiproxy at ${TOXIPROXY_URL}`;
}

function tellProgress(done: number, all: number): void {
  process.stderr.write(`  ${done} of ${all} scenarios ...\n`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

runMain(main);
