import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';

import type { ScenarioRun, Summary } from '../../src/report/scenario-run';
import { build, FOLDER, ROOT, run, Running, start, type Exit } from './programs';

/** Its demand cannot be met, so it fails whatever the code does. */
const FAILING = {
  name: 'never-connected',
  story: 'Nothing goes wrong, and that is demanded not to be so.',
  lasts: '5 s',
  expect: [
    { that: 'connections', check: 'count', of: { type: 'link.connected' }, atMost: 0 },
    { that: 'dials', check: 'count', of: { type: 'link.dialing' }, atLeast: 1 },
  ],
};
/** Its file can be read, but ends the worker that is to run it. */
const DEADLY = `
  if (!require('node:worker_threads').isMainThread) process.exit(1);
  exports.default = ${JSON.stringify({ name: 'deadly', story: 'x', lasts: '1 s' })};
`;
const PASSING = { ...FAILING, name: 'connected', expect: FAILING.expect.slice(1) };

describe('scenarios program', function () {
  this.timeout(60_000);

  before(build);
  afterEach(() => Running.endAll());

  it('explains itself', async () => {
    const { code, stdout } = await run('scenarios', ['--help']);
    expect(code).to.equal(0);
    for (const word of ['--grep', '--list', '--seed', '--check', 'Exit code']) {
      expect(stdout).to.include(word);
    }
  });

  it('lists all there are, or those that match, and runs none', async () => {
    const all = [...storiesIn('scenarios', '.ts'), ...storiesIn('scenarios/regressions', '.json')];
    const [listed, drops] = await Promise.all([
      run('scenarios', ['--list']),
      run('scenarios', ['--list', '--grep', '^DROP-']),
    ]);
    expect(namesIn(listed.stdout)).to.deep.equal(all);
    expect(namesIn(drops.stdout)).to.deep.equal(all.filter((name) => name.startsWith('drop-')));
    expect([listed.code, drops.code]).to.deep.equal([0, 0]);
  });

  it('runs a JSON file, and exits with 0 where it passes', async () => {
    const { code, stdout } = await run('scenarios', [written('pass.json', PASSING), '--seed', '7']);
    expect(stdout).to.match(/^Running 1 scenario, seed 7\n/);
    expect(stdout).to.match(/✓ connected .* events · [0-9a-f]{12}\n/);
    expect(stdout).to.match(/✓ dials: 1 \(at least 1\)/);
    expect(stdout).to.match(/1 passed, 0 failed: .* of virtual time in /);
    expect(code).to.equal(0);
  });

  it('tells a failure with what it takes to understand and to repeat it', async () => {
    const file = written('fail.json', FAILING);
    const { code, stdout } = await run('scenarios', [file, '--seed', '42']);
    expect(code).to.equal(1);
    expect(stdout).to.match(/✗ never-connected /);
    expect(stdout).to.match(
      /expectation at 0\.020 s: connections\n +expected: at most 0\n +seen: +1/,
    );
    expect(stdout).to.match(
      /last events before it:\n(.*\n)*.* pi +link\.connected .*connection=c1/,
    );
    const command = /Replay: npm run scenarios -- (.*)/.exec(stdout)?.[1] ?? '';
    expect(command).to.match(/--seed 42$/);
    const again = await run('scenarios', command.split(' '));
    expect(again.code).to.equal(1);
    expect(hashIn(again.stdout)).to.equal(hashIn(stdout));
  });

  it('runs from the sources as from the build, to the same hash', async () => {
    const file = written('pass.json', PASSING);
    const npm = new Running('npm', ['run', '-s', 'scenarios', '--', file]);
    const [sources, built] = await Promise.all([npm.exited, run('scenarios', [file])]);
    expect(sources.code).to.equal(0);
    expect(hashIn(sources.stdout)).to.equal(hashIn(built.stdout));
  });

  it('goes on after a failure, and sums up', async () => {
    const files = [written('fail.json', FAILING), written('pass.json', PASSING)];
    const { code, stdout } = await run('scenarios', files);
    expect(stdout).to.match(/1 passed, 1 failed/);
    expect(code).to.equal(1);
  });

  it('checks by a second process that a run is deterministic', async () => {
    const { code, stdout } = await run('scenarios', ['--check', written('pass.json', PASSING)]);
    expect(stdout).to.match(/two processes with equal hashes: 1 of 1/);
    expect(code).to.equal(0);
  });

  it('checks many seeds as well', async () => {
    const files = [written('fail.json', FAILING), written('pass.json', PASSING)];
    const { code, stdout } = await run('scenarios', ['--check', '--repeat', '2', ...files]);
    expect(stdout).to.match(/two processes with equal hashes: 4 of 4/);
    expect(code).to.equal(1);
  });

  it('tells of many seeds in a line a scenario, and of each failure in full', async () => {
    const files = [written('fail.json', FAILING), written('pass.json', PASSING)];
    const { stdout } = await run('scenarios', [...files, '--repeat', '3', '--seed', '5']);
    expect(stdout).to.match(/^Running 2 scenarios on seeds 5 to 7\n/);
    expect(stdout.match(/expected: at most 0/g)).to.have.length(3);
    expect(stdout).to.match(/^✗ never-connected {2}0 of 3 seeds passed/m);
    expect(stdout).to.match(/^✓ connected {2}3 of 3 seeds passed/m);
    expect(stdout).to.match(/3 passed, 3 failed/);
  });

  it('makes the same runs in the same order on workers as in one process', async () => {
    const files = [written('fail.json', FAILING), written('pass.json', PASSING)];
    const args = [...files, '--repeat', '4', '--reporter', 'json'];
    const [one, two] = await Promise.all([
      run('scenarios', args),
      run('scenarios', [...args, '--workers', '2']),
    ]);
    expect(timeless(two)).to.deep.equal(timeless(one));
    expect([one.code, two.code]).to.deep.equal([1, 1]);
    expect(runsOf(one).map(({ seed }) => seed)).to.deep.equal([1, 2, 3, 4, 1, 2, 3, 4]);
  });

  it('makes each run in exactly one shard', async () => {
    const files = [written('fail.json', FAILING), written('pass.json', PASSING)];
    const args = [...files, '--repeat', '3', '--reporter', 'json'];
    const [all, ...parts] = await Promise.all([
      run('scenarios', args),
      run('scenarios', [...args, '--shard', '1/2']),
      run('scenarios', [...args, '--shard', '2/2']),
    ]);
    const made = parts.flatMap(timeless);
    expect(made).to.have.deep.members(timeless(all));
  });

  it('has nothing to do in a shard that is left without a run', async () => {
    const args = [written('pass.json', PASSING), '--shard', '2/2', '--workers', '2'];
    const { code, stdout } = await run('scenarios', args);
    expect(stdout).to.match(/0 passed, 0 failed/);
    expect(code).to.equal(0);
  });

  it('runs again what failed, with its seeds', async () => {
    const cwd = mkdtempSync(path.join(FOLDER, 'last-'));
    const files = [written('fail.json', FAILING), written('pass.json', PASSING)];
    const again = (...args: readonly string[]): Promise<Exit> =>
      run('scenarios', ['--last-failed', ...args], {}, cwd);

    const unknown = await again();
    expect(unknown.stderr).to.match(/^error: --last-failed: nothing is known/);
    await run('scenarios', [...files, '--repeat', '2', '--seed', '8'], {}, cwd);
    const other = await again(files[1] ?? '');
    expect(other.stderr).to.match(/^error: --last-failed: .* nothing of this failed/);
    const failed = await again('--reporter', 'json');
    expect(runsOf(failed).map(({ scenario, seed }) => [scenario, seed])).to.deep.equal([
      ['never-connected', 8],
      ['never-connected', 9],
    ]);

    written('fail.json', PASSING);
    const repaired = await again();
    expect(repaired.stdout).to.match(/^Running 1 scenario on seeds 8 to 9\n/);
    const none = await again();
    expect(none.stderr).to.match(/^error: --last-failed: .* nothing of this failed/);
    const codes = [unknown, other, failed, repaired, none].map(({ code }) => code);
    expect(codes).to.deep.equal([2, 2, 1, 0, 2]);
  });

  it('stops after so many failures, and says what was not run', async () => {
    const args = [written('fail.json', FAILING), '--repeat', '100000', '--max-failures', '2'];
    const { code, stdout } = await run('scenarios', args);
    expect(stdout).to.match(/0 passed, 2 failed, 99998 not run/);
    expect(code).to.equal(1);
  });

  it('writes several reports at once', async () => {
    const folder = mkdtempSync(path.join(FOLDER, 'reports-'));
    const [json, junit] = [path.join(folder, 'a=b.json'), path.join(folder, 'out.xml')];
    const reporters = `github,json=${json},junit=${junit}`;
    const { stdout } = await run('scenarios', [
      written('fail.json', FAILING),
      '--reporter',
      reporters,
    ]);
    expect(stdout).to.match(/^::error file=.*\n::notice ::0 passed, 1 failed\n$/);
    expect(runsOf({ stdout: readFileSync(json, 'utf8') })).to.have.length(1);
    expect(readFileSync(junit, 'utf8')).to.match(/<testsuites .*failures="1"/);
  });

  it('writes a page into a file, named or not, beside what else it reports', async () => {
    const folder = mkdtempSync(path.join(FOLDER, 'page-'));
    const args = [written('fail.json', FAILING), '--workers', '2', '--reporter', 'json,html'];
    const exit = await run('scenarios', args, {}, folder);
    expect(exit.stderr).to.match(/report\.html: 1 run, 1 with a time line, 0\.\d MB\n$/);
    const page = readFileSync(path.join(folder, 'report.html'), 'utf8');
    expect(page)
      .to.match(/^<!doctype html>/)
      .and.to.match(/<\/html>\n$/);
    // What is drawn is no part of what programs read.
    expect(runsOf(exit)[0]).not.to.have.property('trace');
  });

  it('fails where a report cannot be written, but runs on', async function () {
    if (!existsSync('/dev/full')) this.skip();
    const args = [written('pass.json', PASSING), '--reporter', 'list,json=/dev/full'];
    const { code, stderr, stdout } = await run('scenarios', args);
    expect(stderr).to.match(/^error: the reporter json=.dev.full broke: ENOSPC/);
    expect(stdout).to.match(/1 passed, 0 failed/);
    expect(code).to.equal(1);
  });

  it('counts a run whose worker died as failed, and makes the others', async () => {
    const files = [written('deadly.js', DEADLY), written('pass.json', PASSING)];
    const exit = await run('scenarios', [...files, '--workers', '2', '--reporter', 'json']);
    expect(runsOf(exit).map(({ passed }) => passed)).to.deep.equal([false, true]);
    expect(runsOf(exit)[0]?.failures[0]).to.include({ kind: 'runner', expected: 'a verdict' });
    expect(exit.code).to.equal(1);
  });

  for (const workers of ['1', '2']) {
    it(`ends with a report at Ctrl-C, with workers: ${workers}`, async () => {
      const file = written('fail.json', FAILING);
      const program = start('scenarios', [file, '--repeat', '100000', '--workers', workers]);
      await program.sees(/Replay/);
      program.signal('SIGINT');
      const { code, stdout } = await program.exited;
      expect(stdout).to.match(/^✗ never-connected {2}0 of \d+ seeds? passed/m);
      expect(stdout).to.match(/0 passed, \d+ failed, \d+ not run/);
      expect(stdout, 'a signal breaks no run').to.not.match(/S15 at/);
      expect(code).to.equal(130);
    });
  }

  it('does not wait for the second process at Ctrl-C', async () => {
    const file = written('fail.json', FAILING);
    const program = start('scenarios', [file, '--repeat', '100000', '--check']);
    await program.sees(/Replay/);
    program.signal('SIGINT');
    const { code, stdout } = await program.exited;
    expect(stdout).to.not.match(/deterministic|equal hashes/);
    expect(code).to.equal(130);
  });

  describe('says what is wrong, and exits with 2', () => {
    const fault = { at: '1 s', kind: 'outage', for: 'long' };
    const wrong: readonly (readonly [string, () => readonly string[], RegExp])[] = [
      ['an unknown flag', () => ['--fast'], /'--fast'/],
      ['a pattern that is none', () => ['--grep', '('], /'\('.*regular expression/],
      ['a pattern that matches nothing', () => ['--grep', 'zebra'], /zebra/],
      ['a seed that is no whole number', () => ['--seed', '1.5'], /'-s, --seed <number>'/],
      ['a part of no whole', () => ['--shard', '3/2'], /'3\/2'.*2\/5/],
      ['a part numbered from 0', () => ['--shard', '0/2'], /'0\/2'.*2\/5/],
      ['no worker', () => ['--workers', '0'], /from 1 to 256/],
      ['more seeds than fit', () => ['--repeat', '1000000000'], /from 1 to 100000/],
      ['a reporter that nobody knows', () => ['--reporter', 'list,tap'], /no 'tap'.*junit/],
      ['a report without a file name', () => ['--reporter', 'json='], /'json='.*no name/],
      ['two reports on standard output', () => ['--reporter', 'list,json'], /Only one/],
      ['two reports in a file', () => ['--reporter', 'json=a,junit=./a'], /Only one/],
      [
        'a report that cannot be written',
        () => [written('pass.json', PASSING), '--reporter', 'json=/nowhere/a.json'],
        /--reporter: ENOENT.*nowhere/,
      ],
      [
        'a seed for what failed with its own',
        () => ['--last-failed', '--seed', '3'],
        /'--last-failed' cannot be used with.*seed/,
      ],
      ['a file that is missing', () => ['nowhere.json'], /nowhere\.json.*ENOENT/],
      ['JSON that is broken', () => [written('broken.json', '{"name":')], /broken\.json.*JSON/],
      [
        'a field that nobody knows',
        () => [written('field.json', { ...PASSING, faults: [{ ...fault, for: '1 s', of: 1 }] })],
        /field\.json[^]*"of"[^]*faults\[0\]/,
      ],
      [
        'a field that is wrong',
        () => [written('value.json', { ...PASSING, faults: [fault] })],
        /value\.json[^]*faults\[0\]\.for/,
      ],
      [
        'a host that does not exist',
        () => [written('host.json', { ...PASSING, acts: [{ at: '1 s', on: 'pie', says: 'x' }] })],
        /host\.json[^]*'pie'[^]*acts\[0\]\.on/,
      ],
      [
        'a sound that does not exist',
        () => [written('sound.json', { ...PASSING, acts: [{ at: '1 s', says: 'aloha' }] })],
        /sound\.json: .*'aloha'/,
      ],
      ['a module without a scenario', () => [require.resolve('./mute-server')], /mute-server/],
    ];
    for (const [what, args, message] of wrong) {
      it(what, async () => {
        const { code, stderr, stdout } = await run('scenarios', args());
        expect(stderr)
          .to.match(/^error: /)
          .and.match(message);
        expect(stderr, 'no stack').to.not.match(/\n\s+at .*:\d+:\d+/);
        expect(stdout, 'nothing was run').to.not.match(/✓|✗/);
        expect(code).to.equal(2);
      });
    }
  });
});

/** Writes a scenario file of the test's own, and returns its path. */
function written(name: string, content: object | string): string {
  const file = path.join(FOLDER, name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

function runsOf({ stdout }: Pick<Exit, 'stdout'>): readonly ScenarioRun[] {
  return (JSON.parse(stdout) as { summary: Summary; runs: ScenarioRun[] }).runs;
}

/** The runs of a JSON report, without what differs from one process to the next. */
function timeless(exit: Exit): readonly unknown[] {
  return runsOf(exit).map(({ wallMs: _wallMs, ...run }) => run);
}

/** Of the stories in a folder, which are named like their files, in order. */
function storiesIn(folder: string, ext: '.ts' | '.json'): string[] {
  const files = readdirSync(path.join(ROOT, folder)).sort();
  return files.filter((file) => file.endsWith(ext)).map((file) => path.parse(file).name);
}

function namesIn(list: string): string[] {
  return list.split('\n').filter((line) => /^[a-z0-9]/.test(line));
}

function hashIn(report: string): string | undefined {
  return /events · ([0-9a-f]{12})/.exec(report)?.[1];
}
