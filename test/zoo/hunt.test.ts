import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect } from 'chai';

import { hunt, type Hunted } from '../../src/zoo/hunt';
import { parseMutant, type Mutant } from '../../src/zoo/mutant';
import { Sandbox } from '../../src/zoo/sandbox';

/** Programs in the place of ours: they report what the `product` is, in two lines of TypeScript. */
const FILES: Readonly<Record<string, string>> = {
  'package.json': '{}',
  'fixtures/none': '',
  'node_modules/none': '',
  'scenarios/regressions/kept.json': '{ "name": "kept" }',
  'src/client/product.ts': 'export const kind: string | undefined = undefined;\n',
  'src/bin/scenarios.ts': `
    import { existsSync, writeFileSync } from 'node:fs';
    import { kind } from '../client/product';
    if (!existsSync(__dirname + '/../../scenarios/regressions/kept.json')) process.exit(9);
    const failures = kind === undefined ? [] : [{ kind, claim: 'c', seen: 's' }];
    const run = { scenario: 'storm', passed: kind === undefined, failures, virtualMs: 5 };
    writeFileSync('scenarios.json', JSON.stringify({ runs: [run] }));
    process.exitCode = failures.length;
  `,
  'src/bin/fuzz.ts': `
    import { writeFileSync } from 'node:fs';
    import { kind } from '../client/product';
    if (kind === 'dies') throw Error('no more');
    if (kind === 'hangs') setInterval(() => undefined, 1_000);
    const failures = kind === 'S1' ? [{ life: 7, failure: { kind, claim: 'c' } }] : [];
    const runs = Number(process.argv[process.argv.indexOf('--runs') + 1]);
    writeFileSync('fuzz.json', JSON.stringify({ runs, virtualMs: 5, differences: [], failures }));
    process.exitCode = failures.length;
  `,
};

describe('hunt', function () {
  this.timeout(60_000);

  let folder: string;
  let sandbox: Sandbox;

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'tars-hunt-'));
    sandbox = new Sandbox(path.join(folder, 'root'));
    for (const [name, text] of Object.entries(FILES)) write(path.join('root', name), text);
    sandbox.prepare();
  });
  after(() => {
    sandbox.remove();
    sandbox.remove();
    expect(existsSync(sandbox.folder)).to.equal(false);
    rmSync(folder, { recursive: true, force: true });
  });

  function write(name: string, text: string): string {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  /** A mutant that makes of `undefined` what is given. */
  function mutant(value: string, old = 'undefined'): Mutant {
    const text = [
      'id: M01\ntitle: It is wrong.\nnotice: Noticed.\n',
      '--- a/src/client/product.ts\n+++ b/src/client/product.ts\n@@ -1 +1 @@',
      `-export const kind: string | undefined = ${old};`,
      `+export const kind: string | undefined = ${value};\n`,
    ].join('\n');
    return parseMutant(write('m01-x.patch', text), text);
  }

  function hunted(which: Mutant, rest: Partial<Parameters<typeof hunt>[1]> = {}): Promise<Hunted> {
    const { signal } = new AbortController();
    return hunt(which, { sandbox, runs: 12, seed: 1, onlyFuzz: false, signal, ...rest });
  }

  it('plants the mutant alone, and tells what each of the two made of it', async () => {
    const { fuzz, scenarios } = await hunted(mutant("'S1'"));
    expect(scenarios).to.include({ how: 'caught', kind: 'S1', where: 'storm' });
    expect(fuzz).to.include({ how: 'caught', kind: 'S1', where: 'life 7' });
    // The next one finds the sources as they were, but for its own change.
    const next = await hunted(mutant("'S2'"));
    expect(next.scenarios).to.include({ how: 'caught', kind: 'S2' });
    expect(next.fuzz).to.deep.equal({ how: 'survived', runs: 12, virtualMs: 5 });
    expect(readdirSync(sandbox.folder)).to.deep.equal(['base']);
  });

  it('leaves the scenarios out where it is told to', async () => {
    const { scenarios } = await hunted(mutant("'S1'"), { onlyFuzz: true });
    expect(scenarios).to.deep.equal({ how: 'skipped' });
  });

  it('does not take a program that dies for a catch', async () => {
    const { fuzz } = await hunted(mutant("'dies'"));
    expect(fuzz).to.deep.equal({ how: 'broke', why: 'exit code 1: Error: no more' });
  });

  it('cannot run what does not apply, or leaves no program', async () => {
    const { fuzz, scenarios } = await hunted(mutant('1', 'not there'));
    expect(scenarios).to.have.property('how', 'broke');
    expect(fuzz)
      .to.have.property('why')
      .that.matches(/^M01 does not apply to the sources: /);
    const syntax = await hunted(mutant('= ='));
    expect(syntax.fuzz)
      .to.have.property('why')
      .that.matches(/product\.ts does not compile: /);
    expect(readdirSync(sandbox.folder)).to.deep.equal(['base']);
  });

  it('ends a program that is under way when it is told to stop', async () => {
    const abort = new AbortController();
    const hanging = hunted(mutant("'hangs'"), { onlyFuzz: true, signal: abort.signal });
    abort.abort();
    expect((await hanging).fuzz.how).to.be.oneOf(['broke', 'skipped']);
    expect(readdirSync(sandbox.folder)).to.deep.equal(['base']);
  });
});
