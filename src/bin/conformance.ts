#!/usr/bin/env node
/** `npm run conformance`: how far the simulator and real sockets agree. */
// First, because the simulator has to come before `ws`.
import { checkConformance, type Verdict } from '../realtime/conformance';

import { Command } from 'commander';

import { formatMs } from '../format-ms';
import { NOISE_MS } from '../realtime/loosened';
import { removeOwnProxies } from '../realtime/toxiproxy-driver';
import {
  FAILED,
  INTERRUPTED,
  onOutputClosed,
  onSignals,
  runMain,
  wholeNumber,
} from './command-line';
import { selectStories, toPattern, toScale } from './stories-option';

interface Options {
  readonly grep?: RegExp;
  readonly scale: number;
  readonly seed: number;
  readonly workers: number;
  readonly tolerance: number;
}

const TOXIPROXY_URL = process.env['TOXIPROXY_URL'];
const PROGRESS_EVERY_MS = 2_000;
const NAME_COLUMNS = 30;

async function main(): Promise<number> {
  onOutputClosed(() => process.exit(FAILED));
  const command = makeCommand();
  command.parse();
  const options = command.opts<Options>();
  const stories = await selectStories(command.args, options.grep);
  const { scale, seed, tolerance: toleranceMs, workers } = options;
  const at = `at ${scale} of its length, within ${toleranceMs} ms and twice the longest stall`;
  say(`Each scenario in virtual and in real time, ${at}, through ${describeToxiproxy()}.\n`);
  const startMs = performance.now();
  const done: Verdict[] = [];
  const progress = setInterval(() => {
    process.stderr.write(`  ${done.length} of ${stories.length} scenarios ...\n`);
  }, PROGRESS_EVERY_MS);
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
    .option('--tolerance <ms>', 'how far times may differ, in real ms', wholeNumber(1), NOISE_MS)
    .addHelpText(
      'after',
      '\nWith TOXIPROXY_URL set, that Toxiproxy is used in place of our own.' +
        '\nExit code: 0 the worlds agree, 1 they do not, 2 wrong use, 130 interrupted by Ctrl-C.',
    )
    .exitOverride();
}

function tell({ agreement, leftOut, name, toleranceMs = 0 }: Verdict): void {
  const title = name.padEnd(NAME_COLUMNS);
  if (agreement === undefined) {
    say(`- ${title} skipped: ${leftOut ?? ''}`);
    return;
  }
  const { disagreements, events, largestMs, where } = agreement;
  const difference = `${largestMs.toFixed(1).padStart(6)} of ${toleranceMs.toFixed(0)} ms`;
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

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

runMain(main);
