/**
 * Holds the reader against files of every kind, whole and damaged. That it never hangs needs no
 * assertion of its own: mocha's time limit is on each of these.
 */
import { expect } from 'chai';
import fc from 'fast-check';

import { WavError } from '../../src/audio/wav-error';
import { decodeWav } from '../../src/audio/wav-file';
import {
  chunk,
  fmtBody,
  fmtChunk,
  type Format,
  heard,
  rifx,
  sampleBytes,
  stored,
  wave,
} from './wav-writer';

const format: fc.Arbitrary<Required<Pick<Format, 'bits' | 'channels' | 'rateHz'>> & Format> = fc
  .record({
    kind: fc.constantFrom(
      ...[8, 16, 24, 32].map((bits) => ({ isFloat: false, bits })),
      ...[32, 64].map((bits) => ({ isFloat: true, bits })),
    ),
    channels: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 64 })),
    rateHz: fc.oneof(
      fc.constantFrom(8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000),
      fc.integer({ min: 1_000, max: 768_000 }),
    ),
    isBig: fc.boolean(),
    isExtensible: fc.boolean(),
  })
  .map(({ kind, isExtensible, ...rest }) => ({
    ...kind,
    ...rest,
    ...(isExtensible ? { validBits: kind.bits } : {}),
  }));

/** What may stand between the chunks that matter. */
const extras = fc.array(
  fc.record({
    id: fc.constantFrom('LIST', 'JUNK', 'bext', 'fact', 'cue ', 'PAD ', 'zzzz'),
    body: fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array)),
  }),
  { maxLength: 3 },
);

const layout = fc.record({
  before: extras,
  between: extras,
  behind: extras,
  litter: fc.uint8Array({ maxLength: 20 }).map((array) => Buffer.from(array)),
  isLengthKnown: fc.boolean(),
});

type Layout = typeof layout extends fc.Arbitrary<infer T> ? T : never;

/** A file with those samples; where the length is not known, nothing may stand behind them. */
function fileOf(samples: readonly number[], kind: Format, place: Layout): Buffer {
  const isBig = kind.isBig ?? false;
  const others = (list: Layout['before']) => list.map(({ id, body }) => chunk(id, body, { isBig }));
  const body = sampleBytes(samples, kind);
  const head = [...others(place.before), fmtChunk(kind), ...others(place.between)];
  const form = isBig ? rifx : wave;
  if (!place.isLengthKnown) {
    const data = chunk('data', body, { isBig, length: 0xffff_ffff });
    // No padding: it would be a sample.
    const whole = form(...head, data.subarray(0, 8 + body.length));
    return whole.subarray(0, whole.length - (body.length % 2));
  }
  const data = chunk('data', body, { isBig });
  return Buffer.concat([form(...head, data, ...others(place.behind)), place.litter]);
}

/** Samples as a format stores them, of every channel: whole frames. */
function storedSamples(kind: Format): fc.Arbitrary<number[]> {
  const level = fc.oneof(
    fc.double({ min: -1, max: 1, noNaN: true }),
    fc.double({ min: -3, max: 3, noNaN: true }),
  );
  const frame = fc.array(level, { minLength: kind.channels!, maxLength: kind.channels! });
  const frames = fc.array(frame, { minLength: 1, maxLength: 40 });
  return frames.map((all) => all.flat().map((one) => stored(one, kind)));
}

/** What a file at our own rate comes to. */
function expected(samples: readonly number[], kind: Format): number[] {
  const channels = kind.channels ?? 1;
  return Array.from({ length: Math.floor(samples.length / channels) }, (_, frame) => {
    const one = samples.slice(frame * channels, (frame + 1) * channels);
    const average = one.reduce((sum, sample) => sum + heard(sample, kind), 0) / channels;
    // Plus 0, as there is no -0 in a whole number.
    return Math.min(32_767, Math.max(-32_768, Math.round(average))) + 0;
  });
}

function toSamples(pcm: Buffer): number[] {
  return Array.from({ length: pcm.length / 2 }, (_, i) => pcm.readInt16LE(i * 2));
}

/** Samples, or the WavError; nothing else comes out, and nothing is thrown meanwhile. */
async function samplesOrRefusal(file: Buffer): Promise<number[] | WavError> {
  try {
    return toSamples(await decodeWav(file));
  } catch (error) {
    expect(error).to.be.instanceOf(WavError);
    return error as WavError;
  }
}

/** A tone well inside what both rates hold, at half of full scale. */
function toneLevel(kind: { readonly rateHz: number }, second: number): number {
  const frequencyHz = 0.15 * Math.min(kind.rateHz, 16_000);
  return 0.5 * Math.sin(2 * Math.PI * frequencyHz * second);
}

describe('decodeWav, of generated files', function () {
  this.timeout(20_000);

  it('reads the samples of any format, with any chunks around them', async () => {
    const file = format
      .map((kind) => ({ ...kind, rateHz: 16_000 }))
      .chain((kind) => fc.tuple(fc.constant(kind), storedSamples(kind), layout));
    await fc.assert(
      fc.asyncProperty(file, async ([kind, samples, place]) => {
        const pcm = await decodeWav(fileOf(samples, kind, place));
        expect(toSamples(pcm)).to.deep.equal(expected(samples, kind));
      }),
      { numRuns: 300 },
    );
  });

  it('gives a tone of any rate its length, its level and its time', async () => {
    await fc.assert(
      fc.asyncProperty(format, layout, async (kind, place) => {
        const length = Math.ceil(300 * Math.max(1, kind.rateHz / 16_000));
        const channels = Math.min(kind.channels, 4);
        const levels = Array.from({ length }, (_, i) => toneLevel(kind, i / kind.rateHz));
        const samples = levels.flatMap((level) =>
          Array<number>(channels).fill(stored(level, kind)),
        );
        const heardSamples = toSamples(
          await decodeWav(fileOf(samples, { ...kind, channels }, place)),
        );
        expect(heardSamples).to.have.length(Math.round((length * 16_000) / kind.rateHz));
        // The filter reaches 64 samples of the lower rate far; there, a tone's end rings.
        const edge = Math.ceil(80 * Math.max(1, 16_000 / kind.rateHz));
        // Half a step of the format on each side, which a filter can add up to some more.
        const tolerance = kind.bits === 8 ? 512 : 4;
        for (let i = edge; i < heardSamples.length - edge; i++) {
          const ideal = 32_768 * toneLevel(kind, i / 16_000);
          expect(heardSamples[i], `sample ${i}`).to.be.closeTo(ideal, tolerance);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('refuses any cut into a file whose length is known', async () => {
    const file = format
      .chain((kind) => fc.tuple(fc.constant(kind), storedSamples(kind), layout))
      .map(([kind, samples, place]) => {
        return fileOf(samples, kind, {
          ...place,
          isLengthKnown: true,
          behind: [],
          litter: Buffer.alloc(0),
        });
      });
    await fc.assert(
      fc.asyncProperty(file, fc.double({ min: 0, max: 1, noNaN: true }), async (whole, part) => {
        // The last byte may be padding, which nobody misses.
        const length = 4 + Math.floor(part * (whole.length - 6));
        const result = await samplesOrRefusal(whole.subarray(0, length));
        expect(result).to.have.property('code', 'WAV_TRUNCATED');
      }),
      { numRuns: 300 },
    );
  });

  it('refuses a fmt chunk with bytes changed, or goes by what it says now', async () => {
    const change = fc.tuple(fc.nat(15), fc.constantFrom(0, 1, 2, 3, 8, 24, 32, 64, 0x80, 0xff));
    const bytes = fc.uint8Array({ minLength: 64, maxLength: 64 }).map((body) => Buffer.from(body));
    const changes = fc.array(change, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(changes, bytes, async (mutations, body) => {
        const fmt = fmtBody();
        for (const [at, value] of mutations) fmt[at] = value;
        const result = await samplesOrRefusal(wave(chunk('fmt ', fmt), chunk('data', body)));
        if (result instanceof WavError) return;
        const [tag, channels, bits] = [0, 2, 14].map((at) => fmt.readUInt16LE(at)) as number[];
        expect(fmt.readUInt16LE(12)).to.equal((channels! * bits!) / 8);
        expect([1, 3]).to.include(tag);
        const frames = (64 * 8) / bits! / channels!;
        expect(result).to.have.length(Math.round((frames * 16_000) / fmt.readUInt32LE(4)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('gives samples or a WavError for any bytes at all', async () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
    const fmt = fmtChunk();
    const files = fc.oneof(
      bytes,
      bytes.map((tail) => wave(tail)),
      bytes.map((tail) => wave(fmt, tail)),
      bytes.map((tail) => wave(fmt, chunk('data', tail))),
      bytes.map((tail) => rifx(fmtChunk({ isBig: true }), tail)),
    );
    await fc.assert(
      fc.asyncProperty(files, async (file) => void (await samplesOrRefusal(file))),
      { numRuns: 500 },
    );
  });

  it('gives samples or a WavError for a file with any bytes changed', async () => {
    const file = format.chain((kind) => {
      // Few samples: at a rate that is changed to the lowest, each becomes sixteen.
      return storedSamples(kind).chain((samples) =>
        layout.map((place) => fileOf(samples.slice(0, 8 * kind.channels), kind, place)),
      );
    });
    const change = fc.tuple(fc.nat(), fc.constantFrom(0, 1, 0x20, 0x7f, 0x80, 0xff));
    const changes = fc.array(change, { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(file, changes, async (whole, mutations) => {
        // The chunks before the samples are where a change does most.
        for (const [at, value] of mutations) whole[at % Math.min(whole.length, 160)] = value;
        const result = await samplesOrRefusal(whole);
        if (!(result instanceof WavError))
          expect(result.length).to.be.below(16 * whole.length + 16);
      }),
      { numRuns: 500 },
    );
  });
});
