import { expect } from 'chai';

import { differences, printHashes, SecondProcess } from '../../src/runner/check';
import runOne from '../../src/runner/run-one';
import { passingRun } from '../report/runs';
import { PASSING, written } from './files';

/** A second process that writes `text`. */
function writing(text: string): SecondProcess {
  return new SecondProcess(['-e', `process.stdout.write(${JSON.stringify(text)})`]);
}

describe('check', function () {
  this.timeout(20_000);

  it('prints the hash of each run', async () => {
    const planned = { name: 'passing', file: written('check.json', PASSING), seed: 4 };
    const { hash } = await runOne(planned);
    let text = '';
    await printHashes([planned, planned], (piece) => (text += piece));
    expect(text).to.equal(`${hash}\n${hash}\n`);
  });

  it('reads the hashes of a second process', async () => {
    expect(await writing('a\n\nb\n').hashes).to.deep.equal(['a', '', 'b']);
    expect(await writing('').hashes).to.deep.equal([]);
  });

  it('can be stopped', async () => {
    const endless = new SecondProcess(['-e', 'setInterval(() => {}, 1000)']);
    endless.stop();
    expect(await endless.hashes).to.deep.equal([]);
  });

  it('names a run that came out differently, or not at all, in the second process', () => {
    const runs = [1, 2, 3].map((seed) => ({ ...passingRun, seed, hash: `h${seed}` }));
    expect(differences(runs, ['h1', 'h2', 'h3', 'h4'])).to.deep.equal([]);
    expect(differences(runs, ['h1', 'other'])).to.deep.equal([
      'one-turn, seed 2, is not deterministic: h2 here, other there',
      'one-turn, seed 3, is not deterministic: h3 here, no run at all there',
    ]);
  });

  it('says nothing of the hash of a run that could not be made', () => {
    expect(differences([{ ...passingRun, hash: '' }], [])).to.deep.equal([]);
  });
});
