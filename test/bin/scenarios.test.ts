import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';

import { build, FOLDER, ROOT, run, Running } from './programs';

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
    const all = readdirSync(path.join(ROOT, 'scenarios')).map((file) => path.parse(file).name);
    const [listed, drops] = await Promise.all([
      run('scenarios', ['--list']),
      run('scenarios', ['--list', '--grep', '^DROP-']),
    ]);
    expect(namesIn(listed.stdout)).to.deep.equal(all.sort());
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

  describe('says what is wrong, and exits with 2', () => {
    const fault = { at: '1 s', kind: 'outage', for: 'long' };
    const wrong: readonly (readonly [string, () => readonly string[], RegExp])[] = [
      ['an unknown flag', () => ['--fast'], /'--fast'/],
      ['a pattern that is none', () => ['--grep', '('], /'\('.*regular expression/],
      ['a pattern that matches nothing', () => ['--grep', 'zebra'], /zebra/],
      ['a seed that is no whole number', () => ['--seed', '1.5'], /'-s, --seed <number>'/],
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

function namesIn(list: string): string[] {
  return list.split('\n').filter((line) => /^[a-z0-9]/.test(line));
}

function hashIn(report: string): string | undefined {
  return /events · ([0-9a-f]{12})/.exec(report)?.[1];
}
