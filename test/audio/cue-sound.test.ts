import { createHash } from 'node:crypto';

import { expect } from 'chai';

import { cueSound } from '../../src/audio/cue-sound';
import { soundMs } from '../../src/constants';
import type { Cue } from '../../src/events';

const CUES: readonly Cue[] = ['listening', 'offline', 'rejected', 'interrupted'];

describe('cueSound', () => {
  for (const cue of CUES) {
    it(`${cue} lasts at most 300 ms`, () => {
      expect(soundMs(cueSound(cue).length)).to.be.within(100, 300);
    });

    it(`${cue} begins and ends in silence, so that nothing clicks`, () => {
      const pcm = cueSound(cue);
      expect(pcm.readInt16LE(0)).to.equal(0);
      expect(pcm.readInt16LE(pcm.length - 2)).to.equal(0);
    });
  }

  it('is the same on every machine and in every run', () => {
    const all = Buffer.concat(CUES.map(cueSound));
    const hash = createHash('sha256').update(all).digest('hex');
    expect(hash).to.equal('73d3b5c63407730ca102d7a84f89f042c12d3d1bf1faab24c926e1f2faeb9088');
  });

  it('tells one cue from another', () => {
    const sounds = new Set(CUES.map((cue) => cueSound(cue).toString('base64')));
    expect(sounds.size).to.equal(CUES.length);
  });
});
