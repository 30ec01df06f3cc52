import { expect } from 'chai';
import fc from 'fast-check';

import { resample } from '../../src/audio/resample';
import { StreamResampler } from '../../src/audio/stream-resampler';

const OURS_HZ = 16_000;

function whole(samples: Float64Array, fromHz: number): number[] {
  const source = {
    sampleRateHz: fromHz,
    length: samples.length,
    read(start: number, into: Float64Array): void {
      for (let i = 0; i < into.length; i++) into[i] = samples[start + i] ?? 0;
    },
  };
  return [...resample(source, OURS_HZ)].flatMap((block) => [...block]);
}

/** Cuts the samples into pieces of these lengths, again and again, until there are none left. */
function streamed(samples: Float64Array, fromHz: number, lengths: readonly number[]): number[] {
  const resampler = new StreamResampler(fromHz, OURS_HZ);
  const output: number[] = [];
  for (let at = 0, piece = 0; at < samples.length; piece++) {
    const length = lengths[piece % lengths.length]!;
    output.push(...resampler.push(samples.subarray(at, at + length)));
    at += length;
  }
  output.push(...resampler.end());
  return output;
}

/** Whole numbers that no engine computes otherwise: Park and Miller's generator. */
function noise(length: number): Float64Array {
  let state = 1;
  return Float64Array.from({ length }, () => {
    state = (state * 48_271) % 0x7fff_ffff;
    return (state % 65_536) - 32_768;
  });
}

describe('StreamResampler', () => {
  for (const fromHz of [8_000, 16_000, 22_050, 24_000, 44_100, 48_000]) {
    it(`gives of ${fromHz} Hz what the whole gives, to the bit, however it is cut`, () => {
      fc.assert(
        fc.property(
          fc.integer({ min: 0, max: 3_000 }),
          fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 }),
          (length, lengths) => {
            const samples = noise(length);
            expect(streamed(samples, fromHz, lengths)).to.deep.equal(whole(samples, fromHz));
          },
        ),
        { numRuns: 30, seed: 7 },
      );
    });
  }

  it('takes single samples, and none', () => {
    const samples = noise(500);
    expect(streamed(samples, 24_000, [1])).to.deep.equal(whole(samples, 24_000));
    const resampler = new StreamResampler(24_000, OURS_HZ);
    expect(resampler.push(new Float64Array()).length).to.equal(0);
    expect(resampler.end().length).to.equal(0);
  });

  it('holds back no more than 4 ms', () => {
    const resampler = new StreamResampler(24_000, OURS_HZ);
    expect(resampler.push(noise(24_000)).length).to.be.within(OURS_HZ - 4 * 16, OURS_HZ);
  });

  it('keeps no more of what it has heard than it needs', () => {
    const resampler = new StreamResampler(24_000, OURS_HZ);
    const second = noise(24_000);
    let samples = 0;
    for (let count = 0; count < 60; count++) samples += resampler.push(second).length;
    samples += resampler.end().length;
    expect(samples).to.equal(60 * OURS_HZ);
    const { inputs } = resampler as unknown as { inputs: Float64Array };
    expect(inputs.length).to.be.below(200);
  });
});
