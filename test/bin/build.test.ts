import { readFileSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';

import { build, FOLDER, ROOT, run, Running } from './programs';

interface Package {
  readonly bin: Readonly<Record<string, string>>;
}

describe('build', function () {
  this.timeout(60_000);

  afterEach(() => Running.endAll());

  it('emits without a word', async () => {
    const { code, stderr, stdout } = await build();
    expect(stdout + stderr).to.equal('');
    expect(code).to.equal(0);
  });

  it('has every program that the package names, ready to be run', () => {
    const { bin } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as Package;
    for (const file of Object.values(bin)) {
      expect(readFileSync(path.join(FOLDER, file), 'utf8')).to.match(/^#!\/usr\/bin\/env node\n/);
    }
  });

  it('runs scenarios of its own', async () => {
    const { code, stdout } = await run('scenarios', ['--grep', '^one-turn']);
    expect(stdout).to.match(/1 passed, 0 failed/);
    expect(code).to.equal(0);
  });
});
