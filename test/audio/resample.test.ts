import { createHash } from 'node:crypto';

import { expect } from 'chai';

import { resample, type SampleSource } from '../../src/audio/resample';
import { fixturePcm } from './fixtures';

const OURS_HZ = 16_000;

function sourceOf(samples: Float64Array, sampleRateHz: number): SampleSource {
  return {
    sampleRateHz,
    length: samples.length,
    read(start, into) {
      for (let i = 0; i < into.length; i++) into[i] = samples[start + i] ?? 0;
    },
  };
}

function resampled(samples: Float64Array, fromHz: number, toHz: number): Float64Array {
  const blocks = [...resample(sourceOf(samples, fromHz), toHz)];
  return Float64Array.from(blocks.flatMap((block) => [...block]));
}

/** A second of a sine of amplitude 1. */
function tone(frequencyHz: number, rateHz: number, seconds = 1): Float64Array {
  return Float64Array.from({ length: rateHz * seconds }, (_, i) =>
    Math.sin((2 * Math.PI * frequencyHz * i) / rateHz),
  );
}

/** The ends of a tone are steps, which ring. */
function middle(samples: Float64Array): Float64Array {
  return samples.subarray(samples.length / 4, (3 * samples.length) / 4);
}

function power(samples: Float64Array): number {
  return samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length;
}

function differenceDb(is: Float64Array, shouldBe: Float64Array): number {
  const difference = is.map((sample, i) => sample - shouldBe[i]!);
  return 10 * Math.log10(power(difference) / power(shouldBe));
}

function levelDb(samples: Float64Array): number {
  return 10 * Math.log10(power(samples) / 0.5);
}

/** Whole numbers that no engine computes otherwise: Park and Miller's generator. */
function noise(length: number): Float64Array {
  let state = 1;
  return Float64Array.from({ length }, () => {
    state = (state * 48_271) % 0x7fff_ffff;
    return (state % 65_536) - 32_768;
  });
}

function correlation(a: Float64Array, b: Float64Array): number {
  const product = a.reduce((sum, sample, i) => sum + sample * b[i]!, 0);
  return product / a.length / Math.sqrt(power(a) * power(b));
}

describe('resample', () => {
  for (const rateHz of [1_000, 8_000, 11_025, 22_050, 32_000, 44_100, 48_000, 96_000, 384_000]) {
    it(`brings a tone from ${rateHz} Hz where it belongs, in time and in level`, () => {
      const frequencyHz = Math.min(1_000, 0.4 * rateHz);
      const output = resampled(tone(frequencyHz, rateHz), rateHz, OURS_HZ);
      // Delay shows: a tenth of a sample alone, at 1 kHz, is a difference of -28 dB.
      const ideal = tone(frequencyHz, OURS_HZ);
      expect(differenceDb(middle(output), middle(ideal))).to.be.below(-105);
    });
  }

  for (const frequencyHz of [100, 3_000, 7_000, 7_200]) {
    it(`lets ${frequencyHz} Hz through`, () => {
      const output = resampled(tone(frequencyHz, 44_100), 44_100, OURS_HZ);
      expect(levelDb(middle(output))).to.be.within(-0.001, 0.001);
    });
  }

  for (const frequencyHz of [8_000, 8_100, 9_000, 10_000, 15_000, 16_100, 22_000]) {
    it(`makes no alias of ${frequencyHz} Hz`, () => {
      const output = resampled(tone(frequencyHz, 44_100), 44_100, OURS_HZ);
      expect(levelDb(middle(output))).to.be.below(-100);
    });
  }

  it('makes no image of what it brings up', () => {
    const output = resampled(tone(3_000, 8_000), 8_000, OURS_HZ);
    const ideal = tone(3_000, OURS_HZ);
    // Of a tone at 3 kHz, 8 kHz has an image at 5 kHz.
    expect(differenceDb(middle(output), middle(ideal))).to.be.below(-105);
  });

  it('keeps a constant as it is', () => {
    const output = resampled(new Float64Array(22_050).fill(1_000), 22_050, OURS_HZ);
    const furthest = middle(output).reduce((most, is) => Math.max(most, Math.abs(is - 1_000)), 0);
    expect(furthest).to.be.below(1e-9);
  });

  it('is symmetric: a click rings as much before as behind it', () => {
    const click = new Float64Array(24_001);
    click[12_000] = 1;
    const output = resampled(click, 48_000, OURS_HZ);
    const peak = 4_000;
    expect(output[peak]).to.be.closeTo(0.95 / 3, 0.001);
    for (let i = 1; i < 80; i++) {
      expect(output[peak + i]).to.be.closeTo(output[peak - i]!, 1e-12);
    }
  });

  it('changes nothing at the rate itself', () => {
    const samples = noise(100_000);
    expect(resampled(samples, OURS_HZ, OURS_HZ)).to.deep.equal(samples);
  });

  it('gives as many samples as there is time for, to the nearest', () => {
    for (const rateHz of [1_000, 7_999, 44_100, 48_000, 767_999]) {
      for (const length of [0, 1, 2, 3, 47, 48, 999, 1_000]) {
        const output = resampled(new Float64Array(length), rateHz, OURS_HZ);
        expect(output.length).to.equal(Math.round((length * OURS_HZ) / rateHz));
      }
    }
  });

  it('has no seam where one block ends and the next begins', () => {
    const output = resampled(tone(1_000, 44_100, 10), 44_100, OURS_HZ);
    const seam = [65_536 - 500, 65_536 + 500] as const;
    const ideal = tone(1_000, OURS_HZ, 10);
    expect(differenceDb(output.subarray(...seam), ideal.subarray(...seam))).to.be.below(-105);
  });

  it('reads where it stands only, so that memory does not grow with the length', () => {
    let largest = 0;
    const source = {
      ...sourceOf(new Float64Array(), 48_000),
      length: 48_000 * 20,
      read: (_: number, into: Float64Array) => void (largest = Math.max(largest, into.length)),
    };
    let samples = 0;
    for (const block of resample(source, OURS_HZ)) samples += block.length;
    expect(samples).to.equal(OURS_HZ * 20);
    expect(largest).to.be.below(48_000 * 5);
  });

  it('brings speech up to 48 kHz and back unharmed', async () => {
    const pcm = await fixturePcm('what-time-is-it');
    const speech = Float64Array.from({ length: pcm.length / 2 }, (_, i) => pcm.readInt16LE(i * 2));
    const back = resampled(resampled(speech, OURS_HZ, 48_000), 48_000, OURS_HZ);
    expect(back.length).to.equal(speech.length);
    expect(correlation(back, speech)).to.be.above(0.999);
  });

  // The digest was the same on Node 20, 22 and 24: one that differs is a change of the filter, or
  // an engine that computes otherwise.
  it('gives the same bits on every engine', () => {
    const hash = createHash('sha256');
    for (const rateHz of [8_000, 22_050, 44_100, 48_000, 96_000, 767_999]) {
      hash.update(resampled(noise(20_000), rateHz, OURS_HZ));
    }
    expect(hash.digest('hex')).to.equal(
      '907c97b3192e228aa2697e73280365353000a7c836af6fd22cfee9a7cbdae03b',
    );
  });
});
