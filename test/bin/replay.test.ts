/** What a person is told by the built program, of journals that the real programs have written. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';

import { Debugger } from './debugger';
import { build, FOLDER, ROOT, run, Running, start, written } from './programs';

const [CLIENT, SERVER] = ['client', 'server'].map((name) =>
  path.join(ROOT, 'fixtures', 'journals', `${name}.jsonl`),
) as [string, string];

/** The client's journal, with a state for a cause that no client has. */
function impossible(): string {
  const text = readFileSync(CLIENT, 'utf8');
  return written(text.replace('"cause":"start_of_tts_stream"', '"cause":"magic"'));
}

let files = 0;

function newFile(kind: string): string {
  files += 1;
  return path.join(FOLDER, `replayed-${files}.${kind}`);
}

describe('npm run replay', function () {
  this.timeout(60_000);

  before(build);
  afterEach(() => Running.endAll());

  it('says how it is used', async () => {
    const { code, stdout } = await run('replay', ['--help']);
    expect(stdout).to.match(/^Usage: npm run replay -- \[options\] <journals\.\.\.>/);
    expect(stdout).to.match(/Exit code: 0 it happened again, 1 it did not, 2 wrong use\./);
    expect(code).to.equal(0);
  });

  it('has the same again from both journals, in any order', async () => {
    for (const both of [
      [CLIENT, SERVER],
      [SERVER, CLIENT],
    ]) {
      const { code, stdout } = await run('replay', both);
      expect(stdout).to.match(/from the client's and the server's journals: 1 disconnect\./);
      expect(stdout).to.match(/✓ It happened again: (\d+) of \1 states and labels/);
      expect(stdout).to.match(/\d s {2}server kill, for \d/);
      expect(code).to.equal(0);
    }
  });

  it("has it from the client's journal alone, and says what was behind it", async () => {
    const { code, stdout } = await run('replay', [CLIENT]);
    expect(stdout).to.match(/from the client's journal alone: 1 disconnect\./);
    expect(stdout).to.match(/c1 fin: .*the server was killed/);
    expect(code).to.equal(0);
  });

  it('ends with 1 where what is told cannot come again, and shows where they part', async () => {
    const { code, stdout } = await run('replay', [impossible(), '--max-runs', '3']);
    expect(stdout).to.match(/✗ It did not happen again/);
    expect(stdout).to.match(/in the field +active_session -> processing_response \(magic\)/);
    expect(stdout).to.match(/in the replay +active_session -> processing_response \(start_of_/);
    expect(code).to.equal(1);
  });

  it('saves a scenario that the runner passes', async () => {
    const file = newFile('json');
    const saved = await run('replay', [CLIENT, SERVER, '--save', file]);
    expect(saved.stdout).to.contain(`again:\n  npm run scenarios -- ${file}\n`);
    const { code, stdout } = await run('scenarios', [file]);
    expect(stdout).to.match(/1 passed/);
    expect(code).to.equal(0);
  });

  it('tells and saves the same bytes twice', async () => {
    const [one, other] = [newFile('json'), newFile('json')];
    const first = await run('replay', [CLIENT, '--json', '--save', one]);
    const second = await run('replay', [CLIENT, '--json', '--save', other]);
    expect(first.stdout).to.equal(second.stdout);
    expect(readFileSync(one, 'utf8')).to.equal(readFileSync(other, 'utf8'));
  });

  it('tells it as JSON, without the lines of the journals', async () => {
    const { code, stdout } = await run('replay', [CLIENT, '--json']);
    const told = JSON.parse(stdout) as Record<string, unknown>;
    expect(told).to.include({ version: 1, knowsServer: false });
    expect(told).to.include.keys('fit', 'scenario', 'findings', 'disconnects');
    expect(told).not.to.have.any.keys('field', 'events');
    expect(code).to.equal(0);
  });

  it('draws a page of both, with where they part', async () => {
    const [same, parted] = [newFile('html'), newFile('html')];
    const good = await run('replay', [CLIENT, SERVER, '--reporter', `list,html=${same}`]);
    expect(good.stderr).to.match(/html: 1 run, 1 with a time line, 0\.\d MB\n$/);
    expect(good.stdout).to.match(/It happened again/);
    expect(readFileSync(same, 'utf8')).to.contain('"compared":{"label":"journal"');
    expect(readFileSync(same, 'utf8')).not.to.contain('"divergence":{');
    const bad = await run('replay', [impossible(), '-r', `html=${parted}`, '--max-runs', '3']);
    expect(readFileSync(parted, 'utf8')).to.match(/"divergence":\{"atMs":\d+,"host":"pi","run":/);
    expect([good.code, bad.code, bad.stdout]).to.deep.equal([0, 1, '']);
  });

  it('stops the replay in the debugger', async () => {
    const args = [CLIENT, '--at', '6s', '--inspector-port', '0'];
    const program = start('replay', args);
    const [url] = await program.complains(/ws:\/\/127\.0\.0\.1:\d+\/\S+/);
    const attached = new Debugger(url);
    const frame = await attached.firstPause();
    expect(await attached.evaluate(frame, 'atMs')).to.be.within(6_000, 9_000);
    expect(await attached.evaluate(frame, 'client.state')).to.equal('listening_for_hotword');
    await attached.ask('Debugger.resume');
    attached.close();
    const { code, stdout } = await program.exited;
    expect(stdout).to.match(/It is over\.\n$/);
    expect(code).to.equal(0);
  });

  it('makes the best of a journal that was cut off in a line', async () => {
    const torn = written(readFileSync(CLIENT, 'utf8').slice(0, 2_000));
    const { code, stdout } = await run('replay', [torn]);
    expect(stdout).to.match(/note: The last line is cut off, and left out\./);
    expect(code).to.equal(0);
  });

  for (const [what, args, error] of wrongUses()) {
    it(`refuses ${what}, and ends with 2`, async () => {
      const { code, stderr, stdout } = await run('replay', args());
      expect(stderr).to.match(error);
      expect(stderr).not.to.match(/\n +at /);
      expect([code, stdout]).to.deep.equal([2, '']);
    });
  }
});

function wrongUses(): readonly (readonly [string, () => string[], RegExp])[] {
  const noFolder = path.join(FOLDER, 'none', 'x');
  return [
    ['no journal at all', () => [], /^error: missing required argument 'journals'/],
    ['a file that is not there', () => [noFolder], /none\/x: ENOENT/],
    ['a folder', () => [FOLDER], /: It is a folder/],
    ['an empty file', () => [written('')], /: It is empty/],
    [
      'what is no journal',
      () => [written('Nov 25 pi systemd[1]: Started.\n')],
      /: It is no journal/,
    ],
    ['bytes', () => [binary()], /: It is no journal/],
    ["a server's journal alone", () => [SERVER], /^error: There is no client's journal/],
    ["two clients' journals", () => [CLIENT, CLIENT], /^error: It takes one client's journal and/],
    [
      'a disconnect that there is not',
      () => [CLIENT, '--incident', '2'],
      /^error: There is no disconnect 2, there is 1\./,
    ],
    ['disconnect 0', () => [CLIENT, '--incident', '0'], /It must be a whole number/],
    [
      'an unknown reporter',
      () => [CLIENT, '-r', 'pdf'],
      /There is no 'pdf', only list, json, html/,
    ],
    [
      'JSON and reporters at once',
      () => [CLIENT, '--json', '-r', 'list'],
      /'--json' cannot be used/,
    ],
    [
      'a page that cannot be written',
      () => [CLIENT, '-r', `html=${noFolder}`],
      /^error: --reporter:/,
    ],
    ['a scenario that cannot be', () => [CLIENT, '--save', noFolder], /^error: --save: ENOENT/],
  ];
}

function binary(): string {
  const file = newFile('bin');
  writeFileSync(file, Buffer.from(Array.from({ length: 4_096 }, (_, at) => (at * 31) % 256)));
  return file;
}
