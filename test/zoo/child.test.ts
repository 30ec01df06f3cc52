import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect } from 'chai';

import { runChild, type ChildExit } from '../../src/zoo/child';

describe('runChild', function () {
  this.timeout(60_000);

  let cwd: string;

  before(() => (cwd = mkdtempSync(path.join(tmpdir(), 'tars-child-'))));
  after(() => rmSync(cwd, { recursive: true, force: true }));

  function run(text: string, limitMs = 60_000, signal = new AbortController().signal) {
    const file = path.join(cwd, 'program.js');
    writeFileSync(file, text);
    return runChild({ file, args: ['x'], cwd, limitMs, signal });
  }

  const FOR_EVER = 'setInterval(() => {}, 1_000);';

  it('tells the exit code and the end of what was said to standard error', async () => {
    const { code, stderr, timedOut } = await run(
      "process.stderr.write('a'.repeat(9_000) + process.argv[2]); process.exitCode = 3;",
    );
    expect({ code, timedOut }).to.deep.equal({ code: 3, timedOut: false });
    expect(stderr).to.match(/^a+x$/).and.to.have.length(4_000);
  });

  it('ends a program that does not end by itself', async () => {
    const { code, timedOut } = await run(FOR_EVER, 300);
    expect({ code, timedOut }).to.deep.equal({ code: null, timedOut: true });
  });

  it('ends it, and what it has started, when it is told to', async () => {
    const abort = new AbortController();
    // The grandchild keeps standard error open: only its end ends the wait.
    const both = run(
      `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(FOR_EVER)}],
         { stdio: 'inherit' }); ${FOR_EVER}`,
      60_000,
      abort.signal,
    );
    setTimeout(() => abort.abort(), 300);
    const { code, timedOut }: ChildExit = await both;
    expect({ code, timedOut }).to.deep.equal({ code: null, timedOut: false });
  });

  it('runs nothing that was stopped before it began', async () => {
    const abort = new AbortController();
    abort.abort();
    expect((await run(FOR_EVER, 60_000, abort.signal)).code).to.equal(null);
  });
});
