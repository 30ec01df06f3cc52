/**
 * `npm run bench`: what things cost, each beside a baseline in the same run.
 *
 *   simulator-cases   (a) to (e): how fast the simulator is, beside bare fake timers
 *   toxic-cases       (f), (g): our Toxiproxy, in virtual time and on loopback
 *   load-cases        (h), (i): a server with thousands of devices, beside a bare one
 *   client-cases      (j): a client as a process, beside a bare one
 *   latency-cases     (k): from the hotword to the server, from the reply to its sound
 *   soak-case         (l): what 50 sessions leave behind
 *   hotword-cases     (m): what it costs to listen, for each detector
 *   fuzz-cases        (n), (o): lives a second under every fault, and shrinking
 *   journal-cases     (p): a journal, for the processor and for the disk
 *   replay-cases      (q): how many runs come back from their journals
 *
 *   npm run bench                  all of them
 *   npm run bench -- --list        what they are called
 *   npm run bench -- '(h)' toxic   those whose names hold one of these
 *   npm run bench -- '(h)' --node=--cpu-prof --node=--cpu-prof-dir=/tmp/profiles
 *                                  with flags of Node for the programs that are measured
 *   npm run bench -- '(j)' --client=--speaker --client=aplay
 *                                  with flags of the client, as for its devices
 */
import { SIMULATOR_CASES } from './simulator-cases';

import { Command } from 'commander';

import { showClient } from './client-cases';
import { showFuzz, showShrinking } from './fuzz-cases';
import { showHotwords } from './hotword-cases';
import { showJournal } from './journal-cases';
import { showLatency } from './latency-cases';
import { showLoad } from './load-cases';
import { build, Program, useNodeFlags } from './processes';
import { showReplay } from './replay-cases';
import { showSoak } from './soak-case';
import { print } from './table';
import { showLoopback, showToxics } from './toxic-cases';

/** Something to measure. It prints its rows itself. */
interface Case {
  readonly name: string;
  readonly show: (name: string, clientFlags: readonly string[]) => Promise<void>;
}

const WRONG_USE = 2;

const CASES: readonly Case[] = [
  ...SIMULATOR_CASES,
  { name: '(f) a MiB, toxic', show: showToxics },
  { name: '(g) loopback', show: showLoopback },
  { name: '(h) a server, 1,000 devices', show: (name) => showLoad(name, 1_000) },
  { name: '(i) a server, 10,000 devices', show: (name) => showLoad(name, 10_000) },
  { name: '(j) a client', show: showClient },
  { name: '(k) latency', show: showLatency },
  { name: '(l) a soak', show: showSoak },
  { name: '(m) hotwords', show: (name) => showHotwords(name, print) },
  { name: '(n) fuzzing', show: showFuzz },
  { name: '(o) shrinking', show: showShrinking },
  { name: '(p) a journal', show: showJournal },
  { name: '(q) replay', show: showReplay },
];

interface Options {
  readonly client: readonly string[];
  readonly list?: boolean;
  readonly node: readonly string[];
}

function command(): Command {
  return new Command('bench')
    .description('Measures each thing beside a baseline in the same run.')
    .argument('[part-of-a-name...]', 'which; default all')
    .option('--list', 'what they are called')
    .option('--node <flag>', 'of Node, for the programs that are measured; repeatable', more, [])
    .option('--client <flag>', 'of the client, as for its devices; repeatable', more, [])
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : WRONG_USE));
}

function more(flag: string, before: readonly string[]): readonly string[] {
  return [...before, flag];
}

async function main(): Promise<void> {
  const program = command().parse();
  const { args } = program;
  const { client, list, node } = program.opts<Options>();
  const wanted = CASES.filter(({ name }) => isWanted(name, args));
  if (list === true || wanted.length === 0) {
    process.stdout.write(CASES.map(({ name }) => `${name}\n`).join(''));
    process.exitCode = list === true ? 0 : WRONG_USE;
    return;
  }
  useNodeFlags(node);
  await build();
  for (const { name, show } of wanted) await show(name, client);
}

function isWanted(name: string, parts: readonly string[]): boolean {
  return parts.length === 0 || parts.some((part) => name.includes(part));
}

main()
  .catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 1;
  })
  .finally(() => Program.endAll());
