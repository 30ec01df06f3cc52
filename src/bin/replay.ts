#!/usr/bin/env node
/** `npm run replay`: a disconnect of the field, played again from its journals. */
// First, because the simulator has to come before `ws`.
import { MAX_EVALUATIONS, replay, type Replayed } from '../replay/replay';

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { Command, Option } from 'commander';

import type { Journal } from '../journal/field-record';
import type { FieldJournals } from '../replay/align';
import { ReplayError } from '../replay/replay-error';
import { replayText } from '../replay/replay-text';
import { quoted } from '../runner/run-one';
import { runStopping, toInstant } from './at-option';
import {
  FAILED,
  onOutputClosed,
  runMain,
  UsageError,
  wholeNumber,
  writeOutput,
} from './command-line';
import { htmlReporter } from './html-report';
import { readJournalFile } from './journal-file';
import { Progress } from './progress';
import { showReplay } from './replay-page';
import { toReporters, writerTo, type ReporterSpec } from './reporter-option';

const REPORTERS = ['list', 'json', 'html'] as const;

interface Options {
  readonly incident?: number;
  readonly save?: string;
  readonly at?: number;
  readonly inspectorPort: number;
  readonly maxRuns: number;
  readonly reporter: readonly ReporterSpec<(typeof REPORTERS)[number]>[];
  readonly json?: true;
}

/** Is told what came of it, once. */
type Report = (replayed: Replayed) => Promise<void>;

async function main(): Promise<number> {
  onOutputClosed(() => process.exit(FAILED));
  const command = makeCommand();
  command.parse();
  const options = command.opts<Options>();
  const journals = houseOf(command.args);
  if (options.save !== undefined) writeOutput('--save', options.save, '');
  const reports = reportsOf(options, journals, command.args);
  const replayed = await search(journals, options);
  if (options.save !== undefined) writeOutput('--save', options.save, asFile(replayed));
  for (const report of reports) await report(replayed);
  if (options.at !== undefined) return stopAt(options.at, replayed, options);
  return replayed.fit.reproduced ? 0 : FAILED;
}

function makeCommand(): Command {
  return new Command('npm run replay --')
    .description(
      'Takes the journals of a disconnect, finds what must have happened to network, machines ' +
        'and people, and plays it with the unchanged client and server until the same happens.',
    )
    .argument('<journals...>', "a client's journal, and its server's where it is known")
    .option('-i, --incident <number>', 'one disconnect of many, from 1', wholeNumber(1))
    .option('--save <file>', 'write the scenario there, for npm run scenarios')
    .option(
      '--max-runs <number>',
      'give up after so many runs',
      wholeNumber(1, 10_000),
      MAX_EVALUATIONS,
    )
    .addOption(
      new Option('-r, --reporter <reporters>', `${REPORTERS.join(', ')}, each as NAME or NAME=FILE`)
        .argParser(toReporters(REPORTERS))
        .default([{ name: 'list' }], 'list'),
    )
    .addOption(new Option('--json', 'the same as --reporter json').conflicts('reporter'))
    .option('--at <time>', 'stop the replay there, in the debugger: 42.5s', toInstant)
    .addOption(
      new Option('--inspector-port <number>', 'where --at waits for a debugger')
        .argParser(wholeNumber(0, 65_535))
        .default(9229),
    )
    .addHelpText(
      'after',
      '\nA record of more than half an hour is replayed around its last disconnect, or the one ' +
        'that --incident names.\nExit code: 0 it happened again, 1 it did not, 2 wrong use.',
    )
    .exitOverride();
}

/** Whose journal is whose, they tell themselves. */
function houseOf(files: readonly string[]): FieldJournals {
  const journals = files.map((file) => readJournalFile(file));
  const of = (program: Journal['program']): readonly Journal[] =>
    journals.filter((journal) => journal.program === program);
  const [clients, servers] = [of('client'), of('server')];
  const [client] = clients;
  const [server] = servers;
  if (client === undefined) throw new UsageError("There is no client's journal among them.");
  if (clients.length > 1 || servers.length > 1) {
    throw new UsageError("It takes one client's journal and one server's, not more.");
  }
  return server === undefined ? { client } : { client, server };
}

async function search(journals: FieldJournals, options: Options): Promise<Replayed> {
  const progress = new Progress();
  try {
    return await replay(journals, {
      ...(options.incident === undefined ? {} : { incident: options.incident }),
      maxEvaluations: options.maxRuns,
      thoroughly: true,
      onProgress: (text) => progress.tell(() => text),
    });
  } catch (error) {
    throw error instanceof ReplayError ? new UsageError(error.message) : error;
  }
}

/** A file that cannot be written is known before the search. */
function reportsOf(
  options: Options,
  { client }: FieldJournals,
  files: readonly string[],
): readonly Report[] {
  const specs = options.json === true ? [{ name: 'json' } as const] : options.reporter;
  return specs.map(({ file, name }: Options['reporter'][number]): Report => {
    if (name === 'html') {
      const page = htmlReporter('replay', file);
      const command = ['npm run replay --', ...files.map(quoted)].join(' ');
      return (replayed) => showReplay(page, replayed, { client: client.host, command });
    }
    const write = writerTo(file);
    return async (replayed) =>
      write(
        name === 'json' ? asJson(replayed) : replayText(replayed) + whatNext(options, replayed),
      );
  });
}

function asFile({ scenario }: Replayed): string {
  return `${JSON.stringify(scenario, null, 2)}\n`;
}

/** Everything but the lines of the journals. */
function asJson({ events: _events, field: _field, ...rest }: Replayed): string {
  return `${JSON.stringify({ version: 1, ...rest }, null, 2)}\n`;
}

function whatNext({ save }: Options, { fit }: Replayed): string {
  if (save === undefined) return '';
  const how = fit.reproduced ? 'again:' : 'as far as it goes:';
  return `${how}\n  npm run scenarios -- ${quoted(save)}\n`;
}

async function stopAt(atMs: number, replayed: Replayed, options: Options): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tars-replay-'));
  const file = path.join(folder, 'replay.json');
  writeOutput('--at', file, asFile(replayed));
  try {
    return await runStopping([{ file, name: 'replay', seed: 1 }], atMs, options.inspectorPort);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

runMain(main);
