import { expect } from 'chai';
import fc from 'fast-check';

import { WavError, type WavErrorCode } from '../../src/audio/wav-error';
import { decodeWav, encodeWav } from '../../src/audio/wav-file';
import { fixtureFile, fixturePcm } from './fixtures';

const PCM = Buffer.from([1, 0, 2, 0, 3, 0, 255, 127]);
const PCM_FLOAT_TAG = 3;
const EXTENSIBLE_TAG = 0xfffe;

/** A chunk with its padding. `length` is what it announces, where that is not the truth. */
function chunk(id: string, body: Buffer, length = body.length): Buffer {
  const header = Buffer.alloc(8);
  header.write(id, 'latin1');
  header.writeUInt32LE(length, 4);
  return Buffer.concat([header, body, Buffer.alloc(body.length % 2)]);
}

function wave(...chunks: Buffer[]): Buffer {
  return chunk('RIFF', Buffer.concat([Buffer.from('WAVE'), ...chunks]));
}

interface Format {
  readonly tag?: number;
  readonly channels?: number;
  readonly rateHz?: number;
  readonly bits?: number;
}

function fmtBody({ tag = 1, channels = 1, rateHz = 16_000, bits = 16 }: Format = {}): Buffer {
  const body = Buffer.alloc(16);
  body.writeUInt16LE(tag, 0);
  body.writeUInt16LE(channels, 2);
  body.writeUInt32LE(rateHz, 4);
  body.writeUInt32LE((rateHz * channels * bits) / 8, 8);
  body.writeUInt16LE((channels * bits) / 8, 12);
  body.writeUInt16LE(bits, 14);
  return body;
}

function extensibleBody(subFormat: number): Buffer {
  const tail = Buffer.from('000000001000800000aa00389b71', 'hex');
  const extension = Buffer.alloc(10);
  extension.writeUInt16LE(22, 0);
  extension.writeUInt16LE(16, 2);
  extension.writeUInt16LE(subFormat, 8);
  return Buffer.concat([fmtBody({ tag: EXTENSIBLE_TAG }), extension, tail]);
}

const fmt = chunk('fmt ', fmtBody());
const data = chunk('data', PCM);

const ACCEPTED: Readonly<Record<string, Buffer>> = {
  'plain PCM': wave(fmt, data),
  'a fmt chunk of 18 bytes': wave(chunk('fmt ', Buffer.concat([fmtBody(), Buffer.alloc(2)])), data),
  'WAVE_FORMAT_EXTENSIBLE around PCM': wave(chunk('fmt ', extensibleBody(1)), data),
  'JUNK before fmt': wave(chunk('JUNK', Buffer.alloc(28)), fmt, data),
  'a LIST of odd length before data': wave(fmt, chunk('LIST', Buffer.alloc(5)), data),
  'a LIST of length 0 before data': wave(fmt, chunk('LIST', Buffer.alloc(0)), data),
  'a LIST after data': wave(fmt, data, chunk('LIST', Buffer.alloc(5))),
  'garbage after data': Buffer.concat([wave(fmt, data), Buffer.from('abc')]),
  'a wrong length after RIFF': Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE'), fmt, data]),
  'a data length that FFmpeg did not know': wave(fmt, chunk('data', PCM, 0xffff_ffff)),
  'a data length that SoX did not know': wave(fmt, chunk('data', PCM, 0x7fff_f000)),
};

const REFUSED: readonly (readonly [what: string, file: Buffer, WavErrorCode, says: string])[] = [
  ['an empty file', Buffer.alloc(0), 'WAV_NOT_RIFF', 'empty'],
  ['an Ogg file', Buffer.from('OggS\0\0\0\0....'), 'WAV_NOT_RIFF', '"OggS"'],
  ['another RIFF file', Buffer.from('RIFF\0\0\0\0AVI '), 'WAV_NOT_RIFF', '"AVI "'],
  ['a big-endian file', Buffer.from('RIFX\0\0\0\0WAVE'), 'WAV_UNSUPPORTED_FORMAT', 'RIFX'],
  ['a file above 4 GB', Buffer.from('RF64\0\0\0\0WAVE'), 'WAV_UNSUPPORTED_FORMAT', 'RF64'],
  ['a file cut in its first header', Buffer.from('RIFF\0\0'), 'WAV_TRUNCATED', '6 bytes'],
  ['a file without fmt', wave(data), 'WAV_NO_FMT', 'no fmt chunk'],
  ['fmt after data', wave(data, fmt), 'WAV_NO_FMT', 'before its samples'],
  ['a file without data', wave(fmt), 'WAV_NO_DATA', 'no data chunk'],
  ['a short fmt', wave(chunk('fmt ', Buffer.alloc(14)), data), 'WAV_BAD_FMT', '14 bytes'],
  ['an empty fmt', wave(chunk('fmt ', Buffer.alloc(0)), data), 'WAV_BAD_FMT', '0 bytes'],
  ['an empty data chunk', wave(fmt, chunk('data', Buffer.alloc(0))), 'WAV_EMPTY', 'no samples'],
  ['half a sample', wave(fmt, chunk('data', PCM.subarray(1))), 'WAV_TRUNCATED', '7 bytes'],
  ['missing samples', wave(fmt, data).subarray(0, -2), 'WAV_TRUNCATED', 'announces 8 bytes, and 6'],
  ['a huge fmt', wave(chunk('fmt ', fmtBody(), 0xffff_ffff)), 'WAV_TRUNCATED', '"fmt "'],
  ...refusedFormat('CD audio', { rateHz: 44_100, channels: 2 }, '44100 Hz, 2 channels, 16-bit PCM'),
  ...refusedFormat('24 bits', { bits: 24 }, '16000 Hz, mono, 24-bit PCM'),
  ...refusedFormat('floats', { tag: PCM_FLOAT_TAG, bits: 32 }, '32-bit IEEE float'),
  ...refusedFormat('MP3', { tag: 0x55, bits: 0 }, 'MP3'),
  ...refusedFormat('an unknown encoding', { tag: 0x1234 }, 'format 0x1234'),
  ...refusedFormat('no channels', { channels: 0 }, '0 channels'),
  [
    'floats that call themselves extensible',
    wave(chunk('fmt ', extensibleBody(PCM_FLOAT_TAG)), data),
    'WAV_UNSUPPORTED_FORMAT',
    'IEEE float',
  ],
  [
    'an extensible fmt without its extension',
    wave(chunk('fmt ', fmtBody({ tag: EXTENSIBLE_TAG })), data),
    'WAV_BAD_FMT',
    '16 bytes',
  ],
];

function refusedFormat(what: string, format: Format, says: string) {
  const file = wave(chunk('fmt ', fmtBody(format)), data);
  return [[what, file, 'WAV_UNSUPPORTED_FORMAT', says] as const];
}

async function refusalOf(file: Buffer): Promise<unknown> {
  return decodeWav(file).then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** Samples or a WavError: nothing else comes out, and nothing is thrown meanwhile. */
async function expectSamplesOrRefusal(file: Buffer): Promise<void> {
  const result = await decodeWav(file).catch((error: unknown) => error);
  if (Buffer.isBuffer(result)) expect(result.length % 2).to.equal(0);
  else expect(result).to.be.instanceOf(WavError);
}

describe('decodeWav', () => {
  for (const [what, file] of Object.entries(ACCEPTED)) {
    it(`reads ${what}`, async () => {
      expect(await decodeWav(file)).to.deep.equal(PCM);
    });
  }

  for (const [what, file, code, says] of REFUSED) {
    it(`refuses ${what} as ${code}`, async () => {
      const error = await refusalOf(file);
      expect(error).to.be.instanceOf(WavError);
      expect(error).to.have.property('code', code);
      expect((error as WavError).message).to.include(says);
    });
  }

  it('reads a file of any length whole, however it is cut into chunks on the way', async () => {
    const pcm = Buffer.alloc(1_000_002, 7);
    expect((await decodeWav(encodeWav(pcm))).equals(pcm)).to.equal(true);
  });

  it('refuses every cut of a file, wherever it is cut', async () => {
    const file = wave(chunk('JUNK', Buffer.alloc(3)), fmt, data);
    for (let length = 0; length < file.length; length++) {
      expect(await refusalOf(file.subarray(0, length)), `${length}`).to.be.instanceOf(WavError);
    }
  });

  it('gives samples or a WavError for any bytes at all', async () => {
    const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
    const files = fc.oneof(
      bytes,
      bytes.map((tail) => wave(tail)),
      bytes.map((tail) => wave(fmt, tail)),
    );
    await fc.assert(fc.asyncProperty(files, expectSamplesOrRefusal), { numRuns: 500 });
  });

  it('gives samples or a WavError for a valid file with any bytes changed', async () => {
    const whole = wave(chunk('JUNK', Buffer.alloc(3)), fmt, chunk('LIST', Buffer.alloc(7)), data);
    const change = fc.tuple(fc.nat(whole.length - 1), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff));
    const mutants = fc.array(change, { minLength: 1, maxLength: 6 }).map((changes) => {
      const file = Buffer.from(whole);
      for (const [at, value] of changes) file[at] = value;
      return file;
    });
    await fc.assert(fc.asyncProperty(mutants, expectSamplesOrRefusal), { numRuns: 1_000 });
  });
});

describe('encodeWav', () => {
  it('writes what decodeWav reads', async () => {
    const samples = fc.int16Array({ minLength: 1, maxLength: 500 });
    await fc.assert(
      fc.asyncProperty(samples, async (array) => {
        const pcm = Buffer.from(array.buffer, array.byteOffset, array.byteLength);
        expect(await decodeWav(encodeWav(pcm))).to.deep.equal(pcm);
      }),
      { numRuns: 100 },
    );
  });

  it('writes the very bytes that SoX does', async () => {
    const file = fixtureFile('hey-jarvis');
    expect(encodeWav(await fixturePcm('hey-jarvis')).equals(file)).to.equal(true);
  });

  it('leaves out a last byte that is no sample', () => {
    expect(encodeWav(PCM.subarray(0, 7)).length).to.equal(44 + 6);
  });
});
