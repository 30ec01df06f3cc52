import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect } from 'chai';

import { ROOT, Running, type Exit } from './programs';

/** From the sources, which it copies; its own copies go to a folder where they can be counted. */
function start(...args: readonly string[]): Running {
  const program = ['-r', 'ts-node/register/transpile-only', 'src/bin/zoo.ts', ...args];
  return new Running(process.execPath, program, { TMPDIR: temporary });
}

function run(...args: readonly string[]): Promise<Exit> {
  return start(...args).exited;
}

let temporary: string;

/** Its copies of the sources that are still there. */
function copies(): readonly string[] {
  return readdirSync(temporary).filter((name) => name.startsWith('tars-zoo-'));
}

describe('zoo program', function () {
  // It compiles itself, and then all of the sources.
  this.timeout(240_000);

  before(() => (temporary = mkdtempSync(path.join(tmpdir(), 'tars-zoo-program-'))));
  after(() => rmSync(temporary, { recursive: true, force: true }));
  afterEach(() => Running.endAll());

  it('explains itself, and refuses what makes no sense', async () => {
    const { code, stdout } = await run('--help');
    expect(code).to.equal(0);
    for (const word of ['--runs', '--only-fuzz', '--workers', '--markdown', 'Exit code']) {
      expect(stdout).to.include(word);
    }
    const unmarked = path.join(temporary, 'unmarked.md');
    writeFileSync(unmarked, '# Nothing\n');
    const WRONG = [
      [['--runs', '0'], /whole number/],
      [['nothing-like-it'], /No mutant matches. There are .*\bM01, /],
      [['('], /no regular expression/],
      [['--markdown', unmarked, 'M01'], /has no marks/],
      [['--markdown', ROOT, 'M01'], /--markdown: /],
    ] as const;
    for (const [args, why] of WRONG) {
      const { code: refused, stderr } = await run(...args);
      expect(stderr, args.join(' ')).to.match(why);
      expect(refused, args.join(' ')).to.equal(2);
    }
  });

  it('catches a mutant, and leaves nothing but the table', async () => {
    // Broken by the first dial that fails: a few runs are enough for it.
    const file = path.join(temporary, 'zoo.md');
    const args = ['M13', '--only-fuzz', '--runs', '20', '--markdown', file];
    const { code, stderr, stdout } = await run(...args);
    expect(stdout + stderr).to.match(
      /^✓ M13 {2}Nobody listens.*\n {4}fuzzer {5}S14 in life \d+, /m,
    );
    expect(stdout).to.include('1 mutants: 1 caught (100 %), 1 by the fuzzer alone (100 %)');
    expect(code).to.equal(0);
    expect(copies()).to.deep.equal([]);
    expect(readFileSync(file, 'utf8')).to.match(/^\| M13 \| Nobody listens .* \| - \| S14, /m);
  });

  it('is over soon after Ctrl-C, and leaves nothing', async () => {
    // One that no scenario finds in the first seconds.
    const zoo = start('M07');
    await zoo.complains(/looking for M07/);
    expect(copies()).to.have.length(1);
    zoo.signal('SIGINT');
    const { code } = await zoo.exited;
    expect(code).to.equal(130);
    expect(copies()).to.deep.equal([]);
  });
});
