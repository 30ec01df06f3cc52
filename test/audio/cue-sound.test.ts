import { createHash } from 'node:crypto';

import { expect } from 'chai';

import { cueSound } from '../../src/audio/cue-sound';
import { soundMs } from '../../src/constants';
import type { Cue } from '../../src/events';

const CUES: readonly Cue[] = ['offline', 'rejected', 'interrupted'];

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
    expect(hash).to.equal('e1fa2098c12cddb518b8037e1835926ef6d02c89bc67dbd6db805ad3b0db5016');
  });

  it('tells one cue from another', () => {
    const sounds = new Set(CUES.map((cue) => cueSound(cue).toString('base64')));
    expect(sounds.size).to.equal(CUES.length);
  });
});
