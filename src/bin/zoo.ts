#!/usr/bin/env node
/** `npm run zoo`: puts known faults into client and server, one at a time; each must be caught. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { Command } from 'commander';

import { hunt, type Hunted } from '../zoo/hunt';
import { MutantError, readMutants, selectMutants, type Mutant } from '../zoo/mutant';
import { Sandbox } from '../zoo/sandbox';
import {
  EMPTY_DOCUMENT,
  huntedText,
  markdown,
  totalsOf,
  totalsText,
  withTable,
} from '../zoo/table';
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
import { Progress } from './progress';

interface Options {
  readonly runs: number;
  readonly seed: number;
  readonly workers: number;
  readonly onlyFuzz: boolean;
  readonly markdown?: string;
}

const ROOT = path.join(__dirname, '..', '..');
const FOLDER = path.join(ROOT, 'test', 'zoo');
/** What catches 90 % of the mutants and is over in half a minute. */
const DEFAULT_RUNS = 400;

async function main(): Promise<number> {
  onOutputClosed(() => process.exit(FAILED));
  const command = makeCommand();
  command.parse();
  const options = command.opts<Options>();
  const mutants = select(command.processedArgs[0] as readonly RegExp[]);
  const document = documentOf(options.markdown);
  const zoo = new Zoo(mutants, options);
  const release = onSignals(() => zoo.stop());
  const hunted = await zoo.run();
  release();
  process.stdout.write(totalsText(totalsOf(hunted)));
  if (zoo.isStopped) return INTERRUPTED;
  if (options.markdown !== undefined) {
    const text = withTable(document, markdown(hunted, options.runs));
    if (text !== undefined) writeFileSync(options.markdown, text);
  }
  return totalsOf(hunted).caught === mutants.length && !zoo.hasBroken ? 0 : FAILED;
}

function makeCommand(): Command {
  return new Command('npm run zoo --')
    .description(
      'Puts each fault of test/zoo into a copy of the sources, and lets the scenarios and the ' +
        'fuzzer look for it.',
    )
    .argument('[mutants...]', 'ids, or patterns of ids, file names and titles', toPatterns, [])
    .option('-n, --runs <number>', 'runs that the fuzzer makes', wholeNumber(1), DEFAULT_RUNS)
    .option('-s, --seed <number>', 'what all chance of the fuzzer comes from', wholeNumber(0), 1)
    .option('-w, --workers <number>', 'so many mutants at a time', wholeNumber(1, 256), 1)
    .option('--only-fuzz', 'leave out the scenarios', false)
    .option('--markdown <file>', 'write the table into this file, between its marks')
    .addHelpText(
      'after',
      '\nExit code: 0 all were caught, 1 something survived or cannot be run, 2 wrong use, ' +
        '130 interrupted by Ctrl-C.',
    )
    .exitOverride();
}

function toPatterns(text: string, before: readonly RegExp[]): readonly RegExp[] {
  return [...before, toPattern(text)];
}

function select(patterns: readonly RegExp[]): readonly Mutant[] {
  const all = read();
  const selected = selectMutants(all, patterns);
  if (selected.length > 0) return selected;
  throw new UsageError(`No mutant matches. There are ${all.map(({ id }) => id).join(', ')}.`);
}

function read(): readonly Mutant[] {
  if (!existsSync(FOLDER)) throw new UsageError(`${FOLDER} is missing: run it from the sources.`);
  try {
    return readMutants(FOLDER);
  } catch (error) {
    if (error instanceof MutantError) throw new UsageError(error.message);
    throw error;
  }
}

/** A file that cannot take the table is known before an hour was spent on it. */
function documentOf(file: string | undefined): string {
  if (file === undefined) return EMPTY_DOCUMENT;
  try {
    const document = existsSync(file) ? readFileSync(file, 'utf8') : EMPTY_DOCUMENT;
    writeFileSync(file, document);
    if (withTable(document, '') !== undefined) return document;
  } catch (error) {
    throw new UsageError(`--markdown: ${(error as Error).message}`);
  }
  const marks = EMPTY_DOCUMENT.trim().replace('\n', ' and ');
  throw new UsageError(`--markdown: ${file} has no marks: ${marks}`);
}

class Zoo {
  private readonly mutants: readonly Mutant[];
  private readonly options: Options;
  private readonly sandbox = new Sandbox(ROOT);
  private readonly abort = new AbortController();
  private readonly hunted = new Map<string, Hunted>();
  private readonly progress = new Progress();
  private begun = 0;

  constructor(mutants: readonly Mutant[], options: Options) {
    this.mutants = mutants;
    this.options = options;
  }

  get isStopped(): boolean {
    return this.abort.signal.aborted;
  }

  get hasBroken(): boolean {
    return [...this.hunted.values()].some(
      ({ fuzz, scenarios }) => fuzz.how === 'broke' || scenarios.how === 'broke',
    );
  }

  stop(): void {
    this.abort.abort();
  }

  /** Hunts all of them, and resolves with those that were hunted to the end, in order. */
  async run(): Promise<readonly Hunted[]> {
    const remove = (): void => this.sandbox.remove();
    process.once('exit', remove);
    const telling = setInterval(() => this.tell(), 1_000);
    try {
      this.sandbox.prepare();
      await Promise.all(Array.from({ length: this.options.workers }, () => this.work()));
    } finally {
      clearInterval(telling);
      process.off('exit', remove);
      remove();
    }
    return this.mutants.flatMap(({ id }) => this.hunted.get(id) ?? []);
  }

  private async work(): Promise<void> {
    const { onlyFuzz, runs, seed } = this.options;
    const { sandbox } = this;
    const { signal } = this.abort;
    for (;;) {
      const mutant = this.mutants[this.begun];
      if (mutant === undefined || this.isStopped) return;
      this.begun += 1;
      const hunted = await hunt(mutant, { sandbox, runs, seed, onlyFuzz, signal });
      if (this.isStopped) return;
      this.hunted.set(mutant.id, hunted);
      process.stdout.write(huntedText(hunted));
    }
  }

  private tell(): void {
    const { mutants } = this;
    this.progress.tell(() => {
      const under = mutants.slice(0, this.begun).filter(({ id }) => !this.hunted.has(id));
      const ids = under.map(({ id }) => id).join(', ');
      return `${this.hunted.size} of ${mutants.length} mutants, looking for ${ids}`;
    });
  }
}

runMain(main);
