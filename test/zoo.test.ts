import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect } from 'chai';

import { readMutants } from '../src/zoo/mutant';
import { transpile } from '../src/zoo/transpile';

const ROOT = path.join(__dirname, '..');
/** What runs on the Pi and on the server; a fault elsewhere would be one of the checks. */
const PRODUCT = /^src\/((client|server|audio)\/[\w-]+|heartbeat|protocol|failure-label)\.ts$/;
const MIN_MUTANTS = 72;

describe('the bug zoo', () => {
  const mutants = readMutants(path.join(__dirname, 'zoo'));

  let folder: string;

  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'tars-zoo-test-'));
    cpSync(path.join(ROOT, 'src'), path.join(folder, 'src'), { recursive: true });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function git(...args: readonly string[]): string {
    const env = { ...process.env, GIT_CEILING_DIRECTORIES: path.dirname(folder) };
    return execFileSync('git', args, { cwd: folder, env, encoding: 'utf8', stdio: 'pipe' });
  }

  it('has a mutant of each kind, each with an id, a title and what a person would notice', () => {
    expect(mutants.length).to.be.at.least(MIN_MUTANTS);
    for (const { file, notice, title } of mutants) {
      expect(title, file).to.match(/^[A-Z].*\.$/);
      expect(notice, file).to.match(/^[A-Z].*\.$/);
    }
    expect(new Set(mutants.map(({ title }) => title)).size).to.equal(mutants.length);
  });

  for (const { changes, file, guards, id, title } of mutants) {
    it(`${id} changes the sources as they are: ${title}`, () => {
      for (const each of changes) expect(each).to.match(PRODUCT);
      const before = changes.map((each) => readFileSync(path.join(folder, each), 'utf8'));
      const named = git('apply', '--numstat', file).trim().split('\n');
      expect(named.map((line) => line.split('\t')[2])).to.have.members([...changes]);
      git('apply', file);
      try {
        changes.forEach((each, at) => {
          const text = readFileSync(path.join(folder, each), 'utf8');
          expect(text, each).not.to.equal(before[at]);
          expect(transpile(each, text).problem, each).to.equal(undefined);
        });
      } finally {
        git('apply', '-R', file);
      }
      if (changes.length > 2) expect(guards, 'why it changes so much').to.be.a('string');
    });
  }
});
