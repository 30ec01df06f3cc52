import { expect } from 'chai';

import { SampleHotword } from '../../src/audio/sample-hotword';
import { decodeWav } from '../../src/audio/wav-file';
import { fixturePcm } from './fixtures';
import { dataChunk, fmtChunk, type Format, rifx, stored, wavFile } from './wav-writer';

interface Kind extends Format {
  readonly what: string;
  /** How far a sample may be off, of 32,768: half a step of the format, and half a step of ours. */
  readonly tolerance: number;
}

const KINDS: readonly Kind[] = [
  { what: '8-bit PCM', bits: 8, tolerance: 129 },
  { what: '16-bit PCM', bits: 16, tolerance: 1 },
  { what: '24-bit PCM', bits: 24, tolerance: 0.51 },
  { what: '32-bit PCM', bits: 32, tolerance: 0.51 },
  { what: '32-bit floats', isFloat: true, bits: 32, tolerance: 0.51 },
  { what: '64-bit floats', isFloat: true, bits: 64, tolerance: 0.51 },
];

const FILES: readonly Kind[] = KINDS.flatMap((kind) => {
  const validBits = kind.bits!;
  return [
    kind,
    { ...kind, what: `${kind.what}, extensible`, validBits },
    { ...kind, what: `${kind.what}, big-endian`, isBig: true },
    { ...kind, what: `${kind.what}, extensible and big-endian`, validBits, isBig: true },
  ];
});

/** A tone of 1 kHz at half of full scale. */
function tone(rateHz: number, seconds = 0.05, frequencyHz = 1_000): number[] {
  const radians = (2 * Math.PI * frequencyHz) / rateHz;
  return Array.from({ length: rateHz * seconds }, (_, i) => 0.5 * Math.sin(radians * i));
}

function toSamples(pcm: Buffer): number[] {
  return Array.from({ length: pcm.length / 2 }, (_, i) => pcm.readInt16LE(i * 2));
}

function file(levels: readonly number[], format: Format): Buffer {
  const samples = levels.map((level) => stored(level, format));
  return wavFile(samples, format);
}

async function decoded(levels: readonly number[], format: Format): Promise<number[]> {
  return toSamples(await decodeWav(file(levels, format)));
}

/** The middle half, in which no end rings. */
function middle(samples: readonly number[]): readonly number[] {
  return samples.slice(samples.length / 4, (3 * samples.length) / 4);
}

function power(samples: readonly number[]): number {
  return samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length;
}

/** How far above what differs from it a tone at half of full scale is. */
function toneToNoiseDb(samples: readonly number[], seconds: number): number {
  const ideal = middle(tone(16_000, seconds).map((level) => level * 32_768));
  const noise = middle(samples).map((sample, i) => sample - ideal[i]!);
  return 10 * Math.log10(power(ideal) / power(noise));
}

describe('decodeWav, of another format', () => {
  for (const kind of FILES) {
    it(`reads ${kind.what}`, async () => {
      const levels = tone(16_000);
      const samples = await decoded(levels, kind);
      expect(samples).to.have.length(levels.length);
      samples.forEach((sample, i) => {
        expect(sample).to.be.closeTo(levels[i]! * 32_768, kind.tolerance);
      });
    });

    it(`reads the loudest and the quietest of ${kind.what}`, async () => {
      const [lowest, silence, highest] = await decoded([-1, 0, 1], kind);
      expect(lowest).to.equal(-32_768);
      expect(silence).to.equal(0);
      expect(highest).to.equal(kind.bits === 8 ? 127 * 256 : 32_767);
    });
  }

  it('reads the GUID of a big-endian file that has all of it the other way round', async () => {
    const format = { isBig: true, validBits: 16 };
    const fmt = fmtChunk(format);
    Buffer.from('0000000100000010800000aa00389b71', 'hex').copy(fmt, 8 + 24);
    const pcm = await decodeWav(rifx(fmt, dataChunk([1, -2, 3], format)));
    expect(toSamples(pcm)).to.deep.equal([1, -2, 3]);
  });

  it('reads 24 valid bits in 32 as what they are: the upper ones', async () => {
    const samples = [0x123456 * 256, -0x123456 * 256];
    const pcm = await decodeWav(wavFile(samples, { bits: 32, validBits: 24 }));
    expect(toSamples(pcm)).to.deep.equal([0x1234, -0x1234]);
  });

  it('clips floats beyond full scale, and wraps none around', async () => {
    const levels = [1.5, -1.5, 1e30, -1e30, 0.999_99];
    for (const bits of [32, 64]) {
      const samples = await decoded(levels, { isFloat: true, bits });
      expect(samples).to.deep.equal([32_767, -32_768, 32_767, -32_768, 32_767]);
    }
  });

  it('clips what rings beyond full scale at another rate', async () => {
    const square = Array.from({ length: 4_800 }, (_, i) => (i % 96 < 48 ? 1 : -1));
    const samples = await decoded(square, { rateHz: 48_000 });
    // Wrapped around, the top of a half wave would be near -32,768.
    for (const [i, sample] of samples.entries()) {
      const inHalfWave = i % 32;
      if (inHalfWave > 2 && inHalfWave < 13) expect(sample).to.be.above(25_000);
      if (inHalfWave > 18 && inHalfWave < 29) expect(sample).to.be.below(-25_000);
    }
    expect(Math.max(...samples)).to.equal(32_767);
  });

  for (const channels of [2, 3, 6, 64]) {
    it(`mixes ${channels} channels as their average`, async () => {
      const frames = tone(16_000);
      const levels = frames.flatMap((level) =>
        Array.from({ length: channels }, (_, channel) => level * (channel / channels)),
      );
      const share = (channels - 1) / 2 / channels;
      const samples = await decoded(levels, { channels, bits: 24 });
      expect(samples).to.have.length(frames.length);
      samples.forEach((sample, i) => {
        expect(sample).to.be.closeTo(frames[i]! * share * 32_768, 0.51);
      });
    });
  }

  it('hears nothing of two channels that cancel each other', async () => {
    const levels = tone(16_000).flatMap((level) => [level, -level]);
    const samples = await decoded(levels, { channels: 2, isFloat: true, bits: 32 });
    expect(new Set(samples)).to.deep.equal(new Set([0]));
  });

  for (const rateHz of [8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000]) {
    it(`brings a tone from ${rateHz} Hz more than 70 dB above all else`, async () => {
      const seconds = 0.4;
      const samples = await decoded(tone(rateHz, seconds), { rateHz });
      expect(samples).to.have.length(16_000 * seconds);
      expect(toneToNoiseDb(samples, seconds)).to.be.above(70);
    });
  }

  it('makes no alias of a tone that 16 kHz cannot hold', async () => {
    const samples = await decoded(tone(44_100, 0.4, 10_000), { rateHz: 44_100 });
    // 60 dB below the tone is 11.6 RMS: what is left is not even half a step.
    expect(power(middle(samples))).to.equal(0);
  });

  it('reads all that is odd about a file at once', async () => {
    const format = { rateHz: 44_100, channels: 2, bits: 24, isBig: true, validBits: 24 };
    const levels = tone(44_100, 0.4).flatMap((level) => [level, level]);
    const samples = levels.map((level) => stored(level, format));
    const junk = Buffer.from('JUNK\0\0\0\x03abc\0');
    const bytes = rifx(junk, fmtChunk(format), junk, dataChunk(samples, format), junk);
    expect(toneToNoiseDb(toSamples(await decodeWav(bytes)), 0.4)).to.be.above(70);
  });
});

describe('decodeWav, of a hotword', () => {
  let template: Buffer;

  before(async () => {
    template = await fixturePcm('hey-jarvis');
  });

  /** Of the fixture at another rate: what lies between two samples is on a straight line. */
  function copy(rateHz: number, channels: number): number[] {
    const samples = toSamples(template);
    const length = Math.floor((samples.length * rateHz) / 16_000);
    return Array.from({ length }, (_, i) => {
      const place = (i * 16_000) / rateHz;
      const low = Math.floor(place);
      const [here = 0, next = 0] = samples.slice(low, low + 2);
      return Array<number>(channels).fill((here + (next - here) * (place - low)) / 32_768);
    }).flat();
  }

  function isHeardIn(pcm: Buffer): boolean {
    const detector = new SampleHotword({ template });
    const heard = Int16Array.from([...toSamples(pcm), ...Array<number>(8_192).fill(0)]);
    for (let at = 0; at + 512 <= heard.length; at += 512) {
      if (detector.process(heard.subarray(at, at + 512))) return true;
    }
    return false;
  }

  for (const format of [
    { rateHz: 48_000, channels: 2, isFloat: true, bits: 32 },
    { rateHz: 44_100, channels: 1, bits: 24 },
    { rateHz: 22_050, channels: 2, bits: 16, isBig: true },
    { rateHz: 11_025, channels: 1, bits: 8 },
  ]) {
    const { rateHz, channels, bits } = format;
    it(`is found in a copy at ${rateHz} Hz, ${channels} channels, ${bits} bits`, async () => {
      const pcm = await decodeWav(file(copy(rateHz, channels), format));
      expect(isHeardIn(pcm)).to.equal(true);
    });
  }

  it('is not found in other speech at another rate', async () => {
    template = await fixturePcm('what-time-is-it');
    const other = await decodeWav(file(copy(48_000, 1), { rateHz: 48_000 }));
    template = await fixturePcm('hey-jarvis');
    expect(isHeardIn(other)).to.equal(false);
  });
});
