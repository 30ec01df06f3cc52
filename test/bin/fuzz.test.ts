import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';

import type { FuzzReport } from '../../src/fuzz/report';
import { build, FOLDER, run, Running, start } from './programs';

const QUICK = ['--runs', '8', '--workers', '1'];

/** A scenario that asks for what cannot be. */
const DOOMED = {
  name: 'doomed',
  story: 'The Pi may not start, and does.',
  hosts: { server: { program: 'server' }, pi: { program: 'client' } },
  lasts: '10 s',
  expect: [
    {
      ...{ that: 'no start', check: 'count', atMost: 0 },
      of: { type: 'host.started', host: 'pi' },
    },
  ],
};

/** What a campaign wrote, without the time that it took. */
function reportOf(file: string): Omit<FuzzReport, 'wallMs'> {
  const { wallMs: _wallMs, ...report } = JSON.parse(readFileSync(file, 'utf8')) as FuzzReport;
  return report;
}

function inFolder(name: string): string {
  return path.join(FOLDER, name);
}

describe('fuzz program', function () {
  this.timeout(120_000);

  before(build);
  afterEach(() => Running.endAll());

  it('finds nothing in a few runs, and says where it has been', async () => {
    const { code, stdout } = await run('fuzz', QUICK);
    expect(stdout).to.match(/^Fuzzing with seed 1\.\nRecovery by kind of fault\n/);
    expect(stdout).to.match(/\n[89] runs of \d+ lives \(shards: all\), /);
    expect(stdout).to.match(/\nstates reached: \d+ of \d+; not yet: /);
    expect(stdout).to.match(/\nlived again in another process: 1, with 0 differences\n$/);
    expect(code).to.equal(0);
  });

  it('comes to the same on two threads', async () => {
    const files = ['one.json', 'two.json'].map(inFolder);
    await run('fuzz', [...QUICK, '--json', files[0] as string]);
    await run('fuzz', ['--runs', '8', '--workers', '2', '--json', files[1] as string]);
    const [one, two] = files.map(reportOf);
    expect(two).to.deep.equal(one);
  });

  it('has the whole in its shards, which merge joins', async () => {
    const [whole, ...parts] = ['whole.json', 'odd.json', 'even.json'].map(inFolder) as [
      string,
      ...string[],
    ];
    await run('fuzz', ['--lives', '11,12', '--workers', '1', '--json', whole]);
    for (const [index, part] of parts.entries()) {
      const life = String(11 + index);
      await run('fuzz', ['--lives', life, '--workers', '1', '--json', part]);
    }
    const merged = inFolder('merged.json');
    const { code } = await run('merge', [...parts, '--json', merged]);
    expect(code).to.equal(0);
    const { reached, pairs, recovery, runs } = reportOf(merged);
    expect(recovery).to.not.deep.equal([]);
    expect(reportOf(whole)).to.deep.include({ reached, pairs, recovery, runs });
  });

  it('merges a report that is older than recoveries', async () => {
    const old = inFolder('old.json');
    await run('fuzz', [...QUICK, '--json', old]);
    const { recovery, ...rest } = JSON.parse(readFileSync(old, 'utf8')) as FuzzReport;
    expect(recovery).to.not.deep.equal([]);
    writeFileSync(old, JSON.stringify(rest));
    const { code, stdout } = await run('merge', [old]);
    expect(code).to.equal(0);
    expect(stdout).to.match(/^\d runs of \d lives /);
  });

  it('merges into a page, with a time line of what failed', async () => {
    const file = inFolder('failed.json');
    await run('fuzz', ['--lives', '11', '--workers', '1', '--json', file]);
    const report = reportOf(file);
    const writeWith = (scenario: unknown): void => {
      const failure = { life: 11, failure: { kind: 'expectation' }, shrunk: { scenario } };
      writeFileSync(file, JSON.stringify({ ...report, failures: [failure] }));
    };
    writeWith(DOOMED);
    const [page, out] = [inFolder('merged.html'), inFolder('merged-failures')];
    const { code } = await run('merge', [file, '--reporter', `html=${page}`, '--out', out]);
    expect(code).to.equal(1);
    const html = readFileSync(page, 'utf8');
    expect(html).to.match(/"scenario":"doomed","seed":11,"passed":false,.*"detail":"trace"/);
    expect(existsSync(path.join(out, 'doomed.json'))).to.equal(true);
    writeWith({ ...DOOMED, lasts: 'for ever' });
    const wrong = await run('merge', [file, '--reporter', `html=${page}`, '--out', out]);
    expect(wrong.code).to.equal(2);
    expect(wrong.stderr).to.match(/^error: Scenario 'doomed' is wrong:\n/);
  });

  it('writes a page of where it has been', async () => {
    const file = inFolder('fuzz.html');
    const args = ['--lives', '11', '--workers', '1', '--reporter', `html=${file}`];
    const { code, stderr, stdout } = await run('fuzz', args);
    expect(stdout).to.equal('');
    expect(stderr).to.match(/fuzz\.html: 0 runs, 0 with a time line, 0\.\d MB\n$/);
    expect(readFileSync(file, 'utf8')).to.match(/States reached: \d+ of \d+.*Pairs met: /);
    expect(code).to.equal(0);
  });

  it('ends with a report at Ctrl-C', async () => {
    const program = start('fuzz', ['--for', '1h', '--workers', '1']);
    await program.complains(/\d+ runs, /);
    program.signal('SIGINT');
    const { code, stdout } = await program.exited;
    expect(stdout).to.match(/\d+ runs of \d+ lives/);
    expect(code).to.equal(130);
  });

  it('ends when its time is up', async () => {
    const { code, stdout } = await run('fuzz', ['--for', '1s', '--workers', '1']);
    expect(stdout).to.match(/\d+ runs of \d+ lives/);
    expect(code).to.equal(0);
  });

  describe('says what is wrong in a line, and exits with 2', () => {
    const wrong: readonly (readonly ['fuzz' | 'merge' | 'sweep' | 'keep', string[], RegExp])[] = [
      ['fuzz', ['--runs', '0'], /--runs.*from 1 on/],
      ['fuzz', ['--for', 'ever'], /--for.*like 90s/],
      ['fuzz', ['--runs', '5', '--for', '5s'], /--runs.*cannot be used with.*--for/],
      ['fuzz', ['--shard', '3/2'], /--shard.*like 2\/5/],
      ['fuzz', ['--json', '/no/such/file'], /--json: ENOENT/],
      ['fuzz', ['--lives', 'seven'], /--lives.*whole numbers/],
      ['merge', [], /missing required argument 'reports'/],
      ['merge', [__filename], /fuzz\.test\.ts: /],
      ['merge', ['/no/such.json'], /\/no\/such\.json: ENOENT/],
      ['sweep', [], /missing required argument 'files'/],
      ['sweep', ['/no/such.json'], /\/no\/such\.json cannot be read/],
      ['keep', ['/no/such.json'], /\/no\/such\.json cannot be read/],
    ];
    for (const [program, args, message] of wrong) {
      it([program, ...args.map((arg) => path.basename(arg))].join(' '), async () => {
        const { code, stderr } = await run(program, args);
        expect(stderr)
          .to.match(/^error: [^\n]+\n$/)
          .and.match(message);
        expect(code).to.equal(2);
      });
    }
  });
});

describe('sweep and keep', function () {
  this.timeout(120_000);

  const STORY = {
    name: 'swept',
    story: 'A Pi dials.',
    lasts: '300 ms',
    latency: '50 ms',
  };

  before(build);

  it('puts each fault into each instant, and survives them all', async () => {
    const file = inFolder('swept.json');
    writeFileSync(file, JSON.stringify(STORY));
    const { code, stdout } = await run('sweep', [file, '--workers', '1']);
    const [, made, of] = /✓ swept: (\d+) of (\d+) runs, 0 failed/.exec(stdout) ?? [];
    // Four instants at least (start, connection, request, answer), and seven faults at each.
    expect(Number(made)).to.equal(Number(of)).and.to.be.at.least(28);
    expect(Number(made) % 7).to.equal(0);
    expect(code).to.equal(0);
  });

  it('keeps a scenario under another name, once, and says whether it passes', async () => {
    const cwd = inFolder('repository');
    mkdirSync(cwd);
    const file = path.join(cwd, 'found.json');
    writeFileSync(file, JSON.stringify({ ...STORY, seed: 7 }));
    const args = [file, '--name', 'a-better-name', '--story', 'What it is about.'];
    const { code, stdout } = await run('keep', args, {}, cwd);
    expect(stdout).to.contain('it passes now');
    expect(code).to.equal(0);
    const kept = path.join(cwd, 'scenarios', 'regressions', 'a-better-name.json');
    expect(JSON.parse(readFileSync(kept, 'utf8'))).to.include({ seed: 7, name: 'a-better-name' });
    const again = await run('keep', args, {}, cwd);
    expect(again.stderr).to.match(/exists: --name/);
    expect(again.code).to.equal(2);
    const bad = await run('keep', [file, '--name', 'No Name'], {}, cwd);
    expect(bad.code).to.equal(2);
    expect(existsSync(path.join(path.dirname(kept), 'No Name.json'))).to.equal(false);
  });
});
