import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';

import { recallFailed, rememberFailed } from '../../src/runner/last-failed';
import { failingRun, passingRun } from '../report/runs';
import { FOLDER } from './files';

describe('last-failed', () => {
  const home = process.cwd();
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(FOLDER, 'cwd-'));
    process.chdir(folder);
  });
  afterEach(() => process.chdir(home));

  it('knows nothing where nothing was run', () => {
    expect(recallFailed()).to.equal(undefined);
  });

  it('keeps what failed, by where it lies and with its seed', () => {
    rememberFailed([passingRun, failingRun, { ...failingRun, file: '/elsewhere.json', seed: -3 }]);
    expect(recallFailed()).to.deep.equal([
      { file: path.resolve('scenarios/one-turn.ts'), seed: 7 },
      { file: '/elsewhere.json', seed: -3 },
    ]);
  });

  it('forgets what failed once nothing does', () => {
    rememberFailed([failingRun]);
    rememberFailed([passingRun]);
    expect(recallFailed()).to.deep.equal([]);
  });

  it('does without, where nothing can be written', () => {
    writeFileSync('node_modules', 'a file where a folder should be');
    rememberFailed([failingRun]);
    expect(recallFailed()).to.equal(undefined);
  });

  it('knows nothing where what was kept is damaged', () => {
    const cache = path.join('node_modules', '.cache', 'tars-link');
    mkdirSync(cache, { recursive: true });
    for (const text of ['', '{"a":1}', '[1]', '[{"file":"a"}]', '[{"file":"a","seed":1.5}]']) {
      writeFileSync(path.join(cache, 'last-failed.json'), text);
      expect(recallFailed(), text).to.equal(undefined);
    }
  });
});
