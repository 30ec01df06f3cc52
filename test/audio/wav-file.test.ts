import { expect } from 'chai';
import fc from 'fast-check';

import { WavError, type WavErrorCode } from '../../src/audio/wav-error';
import { decodeWav, encodeWav } from '../../src/audio/wav-file';
import { fixtureFile, fixturePcm } from './fixtures';
import { chunk, fmtBody, fmtChunk, type Format, wave, wavFile } from './wav-writer';

const PCM = Buffer.from([1, 0, 2, 0, 3, 0, 255, 127]);

const fmt = fmtChunk();
const data = chunk('data', PCM);
const list = chunk('LIST', Buffer.from('INFO'));
/** As long as it likes, and no chunk: the upper bit is set in every byte. */
const litter = (bytes: number) => Buffer.alloc(bytes, 0xa5);

function fmtOf(bytes: number): Buffer {
  return chunk('fmt ', Buffer.concat([fmtBody(), Buffer.alloc(bytes)]).subarray(0, bytes));
}

/** A chunk whose writer forgot the byte of padding behind its odd length. */
function unpadded(id: string, body: string): Buffer {
  return chunk(id, Buffer.from(body)).subarray(0, 8 + body.length);
}

const ACCEPTED: Readonly<Record<string, Buffer>> = {
  'plain PCM': wave(fmt, data),
  'a fmt chunk of 18 bytes': wave(fmtOf(18), data),
  'a fmt chunk of 40 bytes that is plain PCM': wave(fmtOf(40), data),
  'WAVE_FORMAT_EXTENSIBLE around PCM': wave(fmtChunk({ validBits: 16 }), data),
  'WAVE_FORMAT_EXTENSIBLE that does not say how many bits are valid': wave(
    fmtChunk({ validBits: 0 }),
    data,
  ),
  'JUNK before fmt': wave(chunk('JUNK', Buffer.alloc(28)), fmt, data),
  'bext and LIST before fmt': wave(chunk('bext', Buffer.alloc(603)), list, fmt, data),
  'fact and cue between fmt and data': wave(fmt, chunk('fact', Buffer.alloc(4)), list, data),
  'a second fmt, which nobody asked for': wave(fmt, fmtChunk({ channels: 2 }), data),
  'a LIST of odd length before data': wave(fmt, chunk('LIST', Buffer.alloc(5)), data),
  'a LIST of odd length without its padding': wave(fmt, unpadded('LIST', 'INFO!'), data),
  'a LIST of odd length padded with a letter': wave(
    fmt,
    unpadded('LIST', 'INFO!'),
    Buffer.from('x'),
    data,
  ),
  'JUNK of odd length without its padding before fmt': wave(unpadded('JUNK', '!'), fmt, data),
  'a LIST of length 0 before data': wave(fmt, chunk('LIST', Buffer.alloc(0)), data),
  'a LIST after data': wave(fmt, data, chunk('LIST', Buffer.alloc(5))),
  'a LIST after data that is cut off': wave(
    fmt,
    data,
    chunk('LIST', Buffer.alloc(5), { length: 99 }),
  ),
  'garbage after data': Buffer.concat([wave(fmt, data), Buffer.from('abc')]),
  'garbage after data, as much as is taken for that': wave(fmt, data, litter(4_096)),
  'zeros after data, however many': wave(fmt, data, Buffer.alloc(50_000)),
  'a LIST and garbage after data': wave(fmt, data, list, litter(100)),
  'a wrong length after RIFF': Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE'), fmt, data]),
  'a data length that FFmpeg did not know': wave(fmt, chunk('data', PCM, { length: 0xffff_ffff })),
  'a data length that SoX did not know': wave(fmt, chunk('data', PCM, { length: 0x7fff_f000 })),
  'a data length of 0 with samples behind it': wave(fmt, chunk('data', PCM, { length: 0 })),
  'an unknown data length, cut in the middle of a sample': Buffer.concat([
    wave(fmt, chunk('data', PCM, { length: 0xffff_ffff })),
    Buffer.from([1]),
  ]),
};

type Refused = readonly [what: string, file: Buffer, WavErrorCode, ...says: string[]];

const REFUSED: readonly Refused[] = [
  ['an empty file', Buffer.alloc(0), 'WAV_NOT_RIFF', 'it is empty', 'ffmpeg'],
  ...disguised('an Ogg file', 'OggS\0\x02', 'Ogg', '"OggS"'),
  ...disguised('a FLAC file', 'fLaC\0\0\0\x22', 'FLAC'),
  ...disguised('an MP3 file', '\xff\xfb\x90\x64', 'MP3'),
  ...disguised('an MP3 file of Layer II', '\xff\xfd\x90\x64', 'MP3'),
  ...disguised('an MP3 file with a tag', 'ID3\x04\0\0', 'MP3'),
  ...disguised('an AAC file', '\xff\xf1\x50\x80', 'AAC'),
  ...disguised('an M4A file', '\0\0\0\x20ftypM4A ', 'M4A'),
  ...disguised('a WebM file', '\x1a\x45\xdf\xa3', 'WebM'),
  ...disguised('a WMA file', '\x30\x26\xb2\x75', 'WMA'),
  ...disguised('an AIFF file', 'FORM\0\0\0\0AIFF', 'AIFF'),
  ...disguised('a Wave64 file', 'riff\x2e\x91\xcf\x11', 'Wave64'),
  ...disguised('a web page', '<!DOCTYPE html>\n', 'text', '"<!DO"'),
  ...disguised('a file of zeros', '\0'.repeat(100), '100 bytes are all zeros'),
  ...disguised('what nobody knows', '\x01\x02\x03\x04', 'instead of "RIFF"'),
  ['another RIFF file', Buffer.from('RIFF\0\0\0\0AVI '), 'WAV_NOT_RIFF', '"AVI "'],
  ['a file above 4 GB', Buffer.from('RF64\0\0\0\0WAVE'), 'WAV_UNSUPPORTED_FORMAT', 'RF64', 'sox'],
  ['a BW64 file', Buffer.from('BW64\0\0\0\0WAVE'), 'WAV_UNSUPPORTED_FORMAT', 'BW64', 'sox'],
  ['a file cut in its first header', Buffer.from('RIFF\0\0'), 'WAV_TRUNCATED', '6 bytes'],
  ['a file without fmt', wave(data), 'WAV_NO_FMT', 'no fmt chunk', 'anew'],
  ['fmt after data', wave(data, fmt), 'WAV_NO_FMT', 'before its samples'],
  ['a file without data', wave(fmt), 'WAV_NO_DATA', 'no data chunk', 'anew'],
  ['zeros where a chunk should be', wave(fmt, Buffer.alloc(64), data), 'WAV_NO_DATA', 'byte 36'],
  ['two data chunks', wave(fmt, data, data), 'WAV_UNSUPPORTED_FORMAT', 'more than one data chunk'],
  ['a fmt of 14 bytes', wave(fmtOf(14), data), 'WAV_BAD_FMT', '14 bytes', 'anew'],
  ['an empty fmt', wave(fmtOf(0), data), 'WAV_BAD_FMT', '0 bytes'],
  ['an empty data chunk', wave(fmt, chunk('data', Buffer.alloc(0))), 'WAV_EMPTY', 'no samples'],
  ['an empty data chunk and a LIST', wave(fmt, chunk('data', Buffer.alloc(0)), list), 'WAV_EMPTY'],
  [
    'an unknown data length, and nothing there',
    wave(fmt, chunk('data', Buffer.alloc(0), { length: 0xffff_ffff })),
    'WAV_EMPTY',
  ],
  ['a single sample at 48 kHz', wavFile([1], { rateHz: 48_000 }), 'WAV_EMPTY', '48000 Hz'],
  ['half a sample', wave(fmt, chunk('data', PCM.subarray(1))), 'WAV_TRUNCATED', '7 bytes'],
  ['missing samples', wave(fmt, data).subarray(0, -2), 'WAV_TRUNCATED', 'announces 8 bytes, and 6'],
  [
    'a data length that is too short',
    wave(fmt, data, litter(4_097)),
    'WAV_BAD_LENGTH',
    '8 bytes',
    'sox',
  ],
  [
    'a huge fmt',
    wave(chunk('fmt ', fmtBody(), { length: 0xffff_ffff }), data),
    'WAV_TRUNCATED',
    '"fmt "',
  ],
  ...refusedFormat('A-law', { tag: 6, bits: 8 }, 'A-law', 'sox'),
  ...refusedFormat('mu-law', { tag: 7, bits: 8 }, 'mu-law', 'sox'),
  ...refusedFormat('ADPCM', { tag: 2, bits: 4 }, 'Microsoft ADPCM'),
  ...refusedFormat('IMA ADPCM', { tag: 0x11, bits: 4 }, 'IMA ADPCM'),
  ...refusedFormat('MP3', { tag: 0x55, bits: 0 }, 'MP3'),
  ...refusedFormat('extensible A-law', { tag: 6, bits: 8, validBits: 8 }, 'A-law'),
  ...refusedFormat('an unknown encoding', { tag: 0x1234 }, 'format 0x1234'),
  ...refusedFormat('12 bits', { bits: 12 }, '12-bit PCM; 8, 16, 24, 32 bits'),
  ...refusedFormat('no bits', { bits: 0 }, '0-bit PCM'),
  ...refusedFormat('64-bit PCM', { bits: 64 }, '64-bit PCM'),
  ...refusedFormat('half floats', { isFloat: true, bits: 16 }, '16-bit IEEE float; 32, 64 bits'),
  ...refusedFormat('no channels', { channels: 0 }, '0 channels', '1 to 64 channels'),
  ...refusedFormat('65,535 channels', { channels: 65_535, bytesPerFrame: 2 }, '65535 channels'),
  ...refusedFormat('a rate of 0', { rateHz: 0 }, '0 Hz', '1000 to 768000 Hz'),
  ...refusedFormat('a rate of 4 GHz', { rateHz: 0xffff_ffff }, '4294967295 Hz'),
  [
    'a frame of another size than its samples',
    wave(fmtChunk({ channels: 2, bytesPerFrame: 2 }), data),
    'WAV_BAD_FMT',
    '2 channels',
    'and 2 bytes',
  ],
  [
    'more valid bits than there are',
    wave(fmtChunk({ validBits: 17 }), data),
    'WAV_BAD_FMT',
    '17 valid',
  ],
  [
    'an extensible fmt without its extension',
    wave(fmtChunk({ tag: 0xfffe }), data),
    'WAV_BAD_FMT',
    '16 bytes',
  ],
  ['NaN', wavFile([0, NaN], { isFloat: true, bits: 32 }), 'WAV_BAD_SAMPLE', 'NaN', 'anew'],
  ['an infinity', wavFile([-Infinity], { isFloat: true, bits: 64 }), 'WAV_BAD_SAMPLE', '-Infinity'],
  [
    'NaN at another rate',
    wavFile([...Array<number>(12_000).fill(0), NaN], { isFloat: true, bits: 32, rateHz: 24_000 }),
    'WAV_BAD_SAMPLE',
    'at 0.500 s',
  ],
  [
    'more than an hour',
    wave(fmtChunk({ bits: 8, rateHz: 1_000 }), chunk('data', Buffer.alloc(3_600_002))),
    'WAV_TOO_BIG',
    '3600 s',
    'trim',
  ],
  [
    'more than 128 MiB',
    wave(fmtChunk({ rateHz: 96_000 }), chunk('data', Buffer.alloc(128 * 1024 * 1024 + 2))),
    'WAV_TOO_BIG',
    '134217730 bytes',
  ],
];

function disguised(what: string, begin: string, ...says: string[]): readonly Refused[] {
  return [[what, Buffer.from(begin, 'latin1'), 'WAV_NOT_RIFF', ...says, 'ffmpeg']];
}

function refusedFormat(what: string, format: Format, ...says: string[]): readonly Refused[] {
  return [[what, wave(fmtChunk(format), data), 'WAV_UNSUPPORTED_FORMAT', ...says]];
}

async function refusalOf(file: Buffer): Promise<unknown> {
  return decodeWav(file).then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('decodeWav', () => {
  for (const [what, file] of Object.entries(ACCEPTED)) {
    it(`reads ${what}`, async () => {
      expect(await decodeWav(file)).to.deep.equal(PCM);
    });
  }

  for (const [what, file, code, ...says] of REFUSED) {
    it(`refuses ${what} as ${code}`, async () => {
      const error = await refusalOf(file);
      expect(error).to.be.instanceOf(WavError);
      expect(error).to.have.property('code', code);
      for (const words of says) expect((error as WavError).message).to.include(words);
    });
  }

  it('reads a file of any length whole, however it is cut into chunks on the way', async () => {
    const pcm = Buffer.alloc(1_000_002, 7);
    expect((await decodeWav(encodeWav(pcm))).equals(pcm)).to.equal(true);
  });

  it('refuses every cut of a file as truncated, wherever it is cut', async () => {
    const file = wave(chunk('JUNK', Buffer.alloc(3)), fmt, data);
    // Of less than four bytes nobody can tell what they were.
    for (let length = 4; length < file.length; length++) {
      const error = await refusalOf(file.subarray(0, length));
      expect(error, `${length}`).to.have.property('code', 'WAV_TRUNCATED');
    }
  });

  it('reads no byte outside of the view that it is given', async () => {
    const file = wave(fmt, data);
    const inside = Buffer.concat([litter(13), file, litter(13)]).subarray(13, 13 + file.length);
    expect(await decodeWav(inside)).to.deep.equal(PCM);
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
