import { expect } from 'chai';

import { SampleHotword } from '../../src/audio/sample-hotword';
import { fixtureSamples, hotwordContract } from '../contract/hotword';
import { fixturePcm } from './fixtures';

const SAMPLES_PER_MS = 16;

/** Deterministic noise in [-1, 1): numbers of Park and Miller's generator. */
function noiseSource(): () => number {
  let state = 1;
  return () => {
    state = (state * 48_271) % 0x7fff_ffff;
    return (state / 0x7fff_ffff) * 2 - 1;
  };
}

function toSamples(pcm: Buffer): Int16Array {
  return Int16Array.from({ length: pcm.length / 2 }, (_, at) => pcm.readInt16LE(at * 2));
}

function silence(samples: number): Int16Array {
  return new Int16Array(samples);
}

function join(...parts: readonly Int16Array[]): Int16Array {
  return Int16Array.from(parts.flatMap((part) => [...part]));
}

function scaled(samples: Int16Array, gain: number): Int16Array {
  return samples.map((sample) => Math.round(sample * gain));
}

/** Delays by a part of a sample and blurs, as a change of the sample rate and back does. */
function interpolated(samples: Int16Array, part: number): Int16Array {
  return samples.map((sample, at) => sample * (1 - part) + (samples[at + 1] ?? 0) * part);
}

/** Milliseconds at which the detector fires; half a second of silence follows the sound. */
function firesAt(detector: SampleHotword, sound: Int16Array): number[] {
  const heard = join(sound, silence(500 * SAMPLES_PER_MS + (512 - (sound.length % 512))));
  const times: number[] = [];
  for (let at = 0; at + 512 <= heard.length; at += 512) {
    if (detector.process(heard.subarray(at, at + 512))) times.push((at + 512) / SAMPLES_PER_MS);
  }
  return times;
}

hotwordContract('SampleHotword', {
  open: async () => ({
    detector: new SampleHotword({ template: await fixturePcm('hey-jarvis') }),
    pass: () => Promise.resolve(),
  }),
  hotword: () => fixtureSamples('hey-jarvis'),
  foundMs: [-32, 32],
});

describe('SampleHotword', () => {
  let template: Buffer;
  let hotword: Int16Array;
  let detector: SampleHotword;

  before(async () => {
    template = await fixturePcm('hey-jarvis');
    hotword = toSamples(template);
  });

  beforeEach(() => {
    detector = new SampleHotword({ template });
  });

  it('takes frames of 512 samples, as Porcupine does', () => {
    expect(detector.frameSamples).to.equal(512);
  });

  it('fires once, in the frame in which the hotword ends or the next', () => {
    const endMs = hotword.length / SAMPLES_PER_MS;
    const times = firesAt(detector, hotword);
    expect(times).to.have.length(1);
    expect(times[0]).to.be.within(endMs - 32, endMs + 32);
  });

  it('finds the hotword wherever in a frame it begins', () => {
    // 37 is odd and no divisor of 512: every alignment to the eight samples of a step is met.
    for (let offset = 0; offset < 512; offset += 37) {
      detector.reset();
      expect(firesAt(detector, join(silence(offset), hotword)), `${offset}`).to.have.length(1);
    }
  });

  it('fires once for a hotword that ends on the edge of a frame', () => {
    // Some steps to either side of the edge: on one of them it is still alike in the next frame.
    const toEdge = 512 - (hotword.length % 512);
    for (let offset = toEdge - 16; offset < toEdge + 48; offset++) {
      detector.reset();
      expect(firesAt(detector, join(silence(offset), hotword)), `${offset}`).to.have.length(1);
    }
  });

  for (const gain of [0.2, 0.5, 1.5]) {
    it(`finds it at ${gain} of its loudness`, () => {
      expect(firesAt(detector, scaled(hotword, gain))).to.have.length(1);
    });
  }

  it('finds it in noise that is 10 dB quieter', () => {
    const power = hotword.reduce((sum, sample) => sum + sample ** 2, 0) / hotword.length;
    // Evenly spread noise has a third of its peak's power.
    const peak = Math.sqrt((3 * power) / 10);
    const noise = noiseSource();
    const noisy = hotword.map((sample) => Math.round(sample + peak * noise()));
    expect(firesAt(detector, noisy)).to.have.length(1);
  });

  it('finds it when it was resampled', () => {
    for (const part of [0.25, 0.5, 0.75]) {
      detector.reset();
      expect(firesAt(detector, interpolated(hotword, part)), `${part}`).to.have.length(1);
    }
  });

  it('finds it with its peaks cut off, where only its quieter steps are alike', () => {
    const most = Math.max(...hotword) / 20;
    const cut = hotword.map((sample) => Math.max(-most, Math.min(most, sample)));
    expect(firesAt(detector, cut)).to.have.length(1);
  });

  it('finds it each time that it is said', () => {
    expect(firesAt(detector, join(hotword, hotword, silence(3_000), hotword))).to.have.length(3);
  });

  it('finds it once in a whole turn', async () => {
    const turn = toSamples(await fixturePcm('hey-jarvis-what-time-is-it'));
    expect(firesAt(detector, turn)).to.have.length(1);
  });

  for (const other of [
    ...['what-time-is-it', 'turn-on-the-light', 'its-half-past-nine', 'long-answer'],
    ...['noise', 'silence'],
  ]) {
    it(`hears no hotword in ${other}.wav, by a wide margin`, async () => {
      // 0.35 is far below the 0.6 that counts by default; the hotword itself comes to 1.
      const eager = new SampleHotword({ template, threshold: 0.35 });
      expect(firesAt(eager, toSamples(await fixturePcm(other)))).to.deep.equal([]);
    });
  }

  it('hears no hotword in half of it', () => {
    expect(firesAt(detector, hotword.subarray(0, hotword.length / 2))).to.deep.equal([]);
    expect(firesAt(detector, hotword.subarray(hotword.length / 2))).to.deep.equal([]);
  });

  it('forgets on reset what it heard', () => {
    const frames = Math.ceil(hotword.length / 512);
    const padded = join(hotword, silence(frames * 512 - hotword.length));
    for (let frame = 0; frame < frames; frame++) {
      if (frame === Math.floor(frames / 2)) detector.reset();
      expect(detector.process(padded.subarray(frame * 512, (frame + 1) * 512))).to.equal(false);
    }
  });

  it('looks at the end of a template that is long', () => {
    const long = Buffer.concat([Buffer.alloc(64_000, 17), template]);
    const other = new SampleHotword({ template: long });
    expect(firesAt(other, join(silence(5_000), hotword))).to.have.length(1);
  });

  it('refuses a template without sound, and thresholds that mean nothing', () => {
    expect(() => new SampleHotword({ template: Buffer.alloc(32_000) })).to.throw(RangeError);
    expect(() => new SampleHotword({ template: Buffer.alloc(0) })).to.throw(RangeError);
    for (const threshold of [0, 1, -1, Number.NaN]) {
      expect(() => new SampleHotword({ template, threshold })).to.throw(RangeError, 'threshold');
    }
  });
});
