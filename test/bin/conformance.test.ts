import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';

import { build, FOLDER, run, Running } from './programs';

const ASKS = {
  name: 'asks',
  story: 'A slow question and its answer.',
  acts: [{ at: '1 s', says: 'hey-jarvis-what-time-is-it' }],
  faults: [
    { at: '500 ms', for: '3 s', kind: 'toxic', type: 'latency', attributes: { latency: 80 } },
  ],
  lasts: '8 s',
};
const SILENT = {
  ...ASKS,
  name: 'silent',
  story: 'A link that is dead.',
  faults: [{ at: '2 s', kind: 'silence' }],
};

function written(story: { readonly name: string }): string {
  const file = path.join(FOLDER, `${story.name}.json`);
  writeFileSync(file, JSON.stringify(story));
  return file;
}

describe('conformance program', function () {
  this.timeout(60_000);

  before(build);
  afterEach(() => Running.endAll());

  it('explains itself, and refuses what makes no sense', async () => {
    const { code, stdout } = await run('conformance', ['--help']);
    expect(code).to.equal(0);
    for (const word of ['--scale', '--seed', '--tolerance', 'TOXIPROXY_URL', 'Exit code']) {
      expect(stdout).to.include(word);
    }
    for (const args of [['--scale', '2'], ['--scale', '0'], ['--nothing'], ['nowhere.json']]) {
      const { code: refused, stderr } = await run('conformance', args);
      expect(refused, args.join(' ')).to.equal(2);
      expect(stderr).not.to.equal('');
    }
  });

  it('compares what it can, and says why it cannot compare the rest', async () => {
    const files = [written(ASKS), written(SILENT)];
    const { code, stdout } = await run('conformance', [...files, '--scale', '0.3']);
    expect(stdout).to.match(/^✓ asks +\d+ events +[\d.]+ of \d+ ms {2}\S/m);
    expect(stdout).to.match(/^- silent +skipped: silence: Toxiproxy cannot lose/m);
    expect(stdout).to.match(/^1 agree, 0 do not, 1 skipped: /m);
    expect(code).to.equal(0);
  });

  it('fails where the worlds differ', async () => {
    // A file that tells another story in the thread that plays it in real time.
    const file = path.join(FOLDER, 'differs.js');
    writeFileSync(
      file,
      `const { isMainThread } = require('node:worker_threads');
       const story = ${JSON.stringify(ASKS)};
       if (!isMainThread) story.acts[0].at = '3 s';
       exports.default = story;`,
    );
    const { code, stdout } = await run('conformance', [file, '--scale', '0.3']);
    expect(stdout).to.match(/^✗ asks /m);
    expect(stdout).to.match(/ms of real time apart/);
    expect(stdout).to.match(/^0 agree, 1 do not, 0 skipped/m);
    expect(code).to.equal(1);
  });
});

describe('scenarios program in real time', function () {
  this.timeout(60_000);

  before(build);
  afterEach(() => Running.endAll());

  it('runs what a Toxiproxy can do, and lists the rest with its reasons', async () => {
    const args = [written(ASKS), written(SILENT), '--world', 'toxiproxy', '--scale', '0.3'];
    const { code, stdout } = await run('scenarios', args);
    expect(stdout).to.match(/^✓ asks /m);
    expect(stdout).to.match(/^1 passed, 0 failed/m);
    expect(stdout).to.match(/^Skipped silent: silence: Toxiproxy cannot lose .*\.$/m);
    expect(code).to.equal(0);
  });

  it('says where the Toxiproxy of TOXIPROXY_URL cannot be reached', async () => {
    const env = { TOXIPROXY_URL: 'http://127.0.0.1:1' };
    const args = [written(ASKS), '--world', 'toxiproxy', '--scale', '0.3'];
    const { code, stdout } = await run('scenarios', args, env);
    expect(stdout).to.match(/Toxiproxy at http:\/\/127\.0\.0\.1:1 could not make the proxy/);
    expect(code).to.equal(1);
  });

  it('has no hashes to compare', async () => {
    const { code, stderr } = await run('scenarios', ['--world', 'toxiproxy', '--check']);
    expect(code).to.equal(2);
    expect(stderr).to.match(/--world.*--check|--check.*--world/);
  });
});
