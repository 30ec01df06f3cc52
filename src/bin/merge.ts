#!/usr/bin/env node
/** `npm run merge`: the reports of a campaign's shards as one. */
// First, because the simulator has to come before `ws`.
import { shownFailure, type UnfiledRun } from '../fuzz/shown-failure';

import { readFileSync } from 'node:fs';

import { Command } from 'commander';

import { joined } from '../fuzz/joined';
import type { FuzzFailure, FuzzReport } from '../fuzz/report';
import { ScenarioError } from '../sim/scenario';
import { FAILED, onOutputClosed, runMain, UsageError } from './command-line';
import { FAILURES_FOLDER, writeFailure } from './failing-scenario';
import { tellOutcome } from './fuzz-outcome';
import type { FuzzPage } from './fuzz-page';
import { fuzzReporterOption, makeFuzzReporters, type FuzzReporterSpecs } from './fuzz-reporters';

interface Options {
  readonly json?: string;
  readonly reporter: FuzzReporterSpecs;
  readonly out: string;
}

async function main(): Promise<number> {
  onOutputClosed(() => process.exit(FAILED));
  const command = makeCommand();
  command.parse();
  const { json, out, reporter } = command.opts<Options>();
  const report = joined(command.args.map(read));
  const told = makeFuzzReporters(reporter);
  const exitCode = tellOutcome(report, json, told.write);
  if (told.page !== undefined) await showOn(told.page, report, out);
  return exitCode;
}

/** What failed in a shard is run once more here, because a report has no time lines. */
async function showOn(page: FuzzPage, report: FuzzReport, folder: string): Promise<void> {
  for (const failure of report.failures) {
    page.failed(await shown(failure), writeFailure(failure, folder));
  }
  page.end(report);
}

async function shown(failure: FuzzFailure): Promise<UnfiledRun> {
  try {
    return await shownFailure(failure);
  } catch (error) {
    throw error instanceof ScenarioError ? new UsageError(error.message) : error;
  }
}

function makeCommand(): Command {
  return new Command('npm run merge --')
    .description('Joins what npm run fuzz -- --shard i/n --json FILE wrote into one report.')
    .argument('<reports...>', 'the files')
    .option('--json <file>', 'write the joined report to a file')
    .addOption(fuzzReporterOption())
    .option('--out <folder>', 'where html has failing scenarios written', FAILURES_FOLDER)
    .addHelpText('after', '\nExit code: 0 nothing was found, 1 something failed, 2 wrong use.')
    .exitOverride();
}

function read(file: string): FuzzReport {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as Partial<FuzzReport> | null;
    // One that is older than recoveries has none.
    const { failures, recovery = [], version } = report ?? {};
    const isReport =
      version === 1 &&
      Array.isArray(recovery) &&
      Array.isArray(failures) &&
      failures.every(isFailure);
    if (!isReport) throw new Error('no fuzz report');
    return { ...(report as FuzzReport), recovery };
  } catch (error) {
    throw new UsageError(`${file}: ${(error as Error).message}`);
  }
}

function isFailure(of: Partial<FuzzFailure> | null): boolean {
  return typeof of?.failure?.kind === 'string' && of.shrunk?.scenario !== undefined;
}

runMain(main);
