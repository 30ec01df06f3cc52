#!/usr/bin/env node
/** `npm run merge`: the reports of a campaign's shards as one. */
import { readFileSync } from 'node:fs';

import { Command } from 'commander';

import { joined } from '../fuzz/joined';
import type { FuzzReport } from '../fuzz/report';
import { FAILED, onOutputClosed, runMain, UsageError } from './command-line';
import { tellOutcome } from './fuzz-outcome';

interface Options {
  readonly json?: string;
}

async function main(): Promise<number> {
  onOutputClosed(() => process.exit(FAILED));
  const command = makeCommand();
  command.parse();
  return tellOutcome(joined(command.args.map(read)), command.opts<Options>().json);
}

function makeCommand(): Command {
  return new Command('npm run merge --')
    .description('Joins what npm run fuzz -- --shard i/n --json FILE wrote into one report.')
    .argument('<reports...>', 'the files')
    .option('--json <file>', 'write the joined report to a file')
    .addHelpText('after', '\nExit code: 0 nothing was found, 1 something failed, 2 wrong use.')
    .exitOverride();
}

function read(file: string): FuzzReport {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as Partial<FuzzReport> | null;
    // One that is older than recoveries has none.
    const { failures, recovery = [], version } = report ?? {};
    const isReport = version === 1 && Array.isArray(failures) && Array.isArray(recovery);
    if (!isReport) throw new Error('no fuzz report');
    return { ...(report as FuzzReport), recovery };
  } catch (error) {
    throw new UsageError(`${file}: ${(error as Error).message}`);
  }
}

runMain(main);
