import { expect } from 'chai';

import { levelBar, soundLevel } from '../../../src/adapters/sound/sound-level';

function pcmOf(...samples: number[]): Buffer {
  return Buffer.from(Int16Array.from(samples).buffer);
}

describe('soundLevel', () => {
  it('is 0 dBFS for the loudest, 6 dB less for half of it, and -96 for silence', () => {
    expect(soundLevel(pcmOf(-32_768, -32_768))).to.deep.equal({
      clippedSamples: 2,
      peakDbfs: 0,
      rmsDbfs: 0,
    });
    expect(soundLevel(pcmOf(16_384, 0)).peakDbfs).to.be.closeTo(-6.02, 0.01);
    expect(soundLevel(pcmOf(16_384, 0)).rmsDbfs).to.be.closeTo(-9.03, 0.01);
    expect(soundLevel(pcmOf(0, 0)).rmsDbfs).to.equal(-96);
    expect(soundLevel(Buffer.alloc(0)).peakDbfs).to.equal(-96);
  });

  it('ignores half a sample at the end', () => {
    expect(soundLevel(Buffer.from([0, 0x40, 0x7f])).peakDbfs).to.be.closeTo(-6.02, 0.01);
  });
});

describe('levelBar', () => {
  it('is empty from -60 dBFS down, full at 0, and always as wide', () => {
    expect([-96, -60, -30, 0].map((dbfs) => levelBar(dbfs, 6))).to.deep.equal([
      ...['......', '......', '###...', '######'],
    ]);
  });
});
