#!/usr/bin/env node
/** `npm run keep`: makes a scenario that the machine has found one that is run for ever. */
// First, because the simulator has to come before `ws`.
import { simulate } from '../sim/simulation';

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { Command } from 'commander';

import { ScenarioError, type ScenarioInput } from '../sim/scenario';
import { runMain, UsageError } from './command-line';
import { readNamed } from './stories-option';

interface Options {
  readonly name?: string;
  readonly story?: string;
}

const FOLDER = path.join('scenarios', 'regressions');

async function main(): Promise<number> {
  const command = makeCommand();
  command.parse();
  const [file = ''] = command.args;
  const { name, story } = command.opts<Options>();
  const { scenario } = await readNamed(file);
  const kept: ScenarioInput = {
    ...scenario,
    ...(name === undefined ? {} : { name }),
    ...(story === undefined ? {} : { story }),
  };
  const target = path.join(FOLDER, `${kept.name}.json`);
  if (existsSync(target)) throw new UsageError(`${target} exists: --name gives another name.`);
  const { failures } = await simulate(kept, { seed: 1 }).catch((error: unknown) => {
    throw error instanceof ScenarioError ? new UsageError(error.message) : error;
  });
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(target, `${JSON.stringify(kept, null, 2)}\n`);
  const kinds = [...new Set(failures.map(({ kind }) => kind))].join(', ');
  const now = failures.length === 0 ? 'it passes now' : `it still fails: ${kinds}`;
  process.stdout.write(`Kept as ${target}; ${now}. npm run scenarios runs it from here on.\n`);
  return 0;
}

function makeCommand(): Command {
  return new Command('npm run keep --')
    .description(`Puts a failing scenario into ${FOLDER}/, where every run of all finds it.`)
    .argument('<file>', 'what npm run fuzz or npm run sweep wrote')
    .option('--name <name>', 'what it is called from here on')
    .option('--story <text>', 'what it is about, in a sentence or two')
    .addHelpText('after', '\nExit code: 0 kept, 2 wrong use.')
    .exitOverride();
}

runMain(main);
