/**
 * WAV files in and out.
 *
 *   decodeWav    the samples of a file, or a {@link WavError} that says what is wrong with it
 *   encodeWav    a file with the plainest header there is
 *
 *   file ─ riff ─ wav-format ─────────── `wav` ── wav-samples ── resample ─ s16le
 *          chunks walked  format checked   samples   mixed to mono  to 16 kHz
 *
 * The `wav` package reads the samples, and it is never shown a file that was not checked first: on
 * its own it ends without a word on a truncated file, loses all audio behind a chunk of odd length,
 * throws out of `write` on a chunk of length 0, and takes a compressed file for PCM. So it is given
 * a header written anew, and the samples behind it.
 */
import { Reader } from 'wav';

import { BYTES_PER_SAMPLE, SAMPLE_RATE_HZ } from '../constants';
import { resample, resampledLength, type SampleSource } from './resample';
import { findChunks, type WavChunks } from './riff';
import { WavError } from './wav-error';
import { checkFormat, describeFormat, readFormat, type WavFormat } from './wav-format';
import { monoSource, writePcm } from './wav-samples';

const HEADER_BYTES = 44;
const PCM_TAG = 1;

/** Of samples, in the file. The memory that decoding takes is about three times as much. */
const MAX_DATA_BYTES = 128 * 1024 * 1024;
const MAX_SECONDS = 3_600;

const OURS: WavFormat = {
  encoding: 'PCM',
  channels: 1,
  sampleRateHz: SAMPLE_RATE_HZ,
  bitsPerSample: 8 * BYTES_PER_SAMPLE,
  bytesPerFrame: BYTES_PER_SAMPLE,
  isLittleEndian: true,
};

/**
 * The samples of a WAV file, as 16 kHz mono s16le PCM.
 *
 * Reads PCM of 8, 16, 24 and 32 bits and floats of 32 and 64, plain and extensible, RIFF and RIFX,
 * 1 to 64 channels at 1,000 to 768,000 Hz; 128 MiB or an hour of them at most. Channels are mixed
 * as their average, the rate is changed by {@link resample}, and what is too loud is clipped. A
 * file in our own format comes out as it is, bit by bit. A change of the rate takes about 10 ms of
 * CPU for a second of sound, in one go: a long file is for start-up, not for a running session.
 *
 * @throws {WavError} (as a rejection, never synchronously) for a file that is no WAV, is damaged,
 *   holds no samples or too many, or is in another format. {@link WavErrorCode} lists the reasons.
 */
export async function decodeWav(file: Buffer): Promise<Buffer> {
  const chunks = findChunks(file);
  const format = readFormat(chunks.fmt, chunks.isLittleEndian);
  checkFormat(format);
  const data = wholeFrames(chunks, format);
  checkSize(data, format);
  return convert(monoSource(await readSamples(data, format), format));
}

/**
 * A WAV file with a header of 44 bytes.
 *
 * @param pcm - 16 kHz mono s16le; an odd last byte is no sample, and is left out.
 */
export function encodeWav(pcm: Buffer): Buffer {
  const data = pcm.subarray(0, pcm.length - (pcm.length % BYTES_PER_SAMPLE));
  return Buffer.concat([headerOf(OURS, data.length), data]);
}

/**
 * The data chunk, which must hold no part of a frame; only where nobody knew its length, the last
 * frame may have been on its way.
 */
function wholeFrames({ data, isOpenEnded }: WavChunks, format: WavFormat): Buffer {
  const rest = data.length % format.bytesPerFrame;
  if (rest === 0 || isOpenEnded) return data.subarray(0, data.length - rest);
  throw new WavError(
    'WAV_TRUNCATED',
    `The samples end in the middle of one: ${data.length} bytes of audio at ` +
      `${format.bytesPerFrame} bytes each. Copy or record the file anew.`,
  );
}

function checkSize(data: Buffer, format: WavFormat): void {
  const frames = data.length / format.bytesPerFrame;
  if (frames > MAX_SECONDS * format.sampleRateHz || data.length > MAX_DATA_BYTES) {
    throw new WavError(
      'WAV_TOO_BIG',
      `The file holds ${(frames / format.sampleRateHz).toFixed(0)} s of sound in ` +
        `${data.length} bytes (${describeFormat(format)}); ${MAX_SECONDS} s and ` +
        `${MAX_DATA_BYTES} bytes are read at most. Cut it: sox IN.wav OUT.wav trim 0 60`,
    );
  }
  if (resampledLength(frames, format.sampleRateHz, SAMPLE_RATE_HZ) > 0) return;
  throw new WavError(
    'WAV_EMPTY',
    `The file holds no samples to speak of: ${frames} at ${format.sampleRateHz} Hz. ` +
      'Record it anew.',
  );
}

/** The bytes of checked samples, through `wav`. */
function readSamples(data: Buffer, format: WavFormat): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    const reader = new Reader();
    reader.on('data', (piece: Buffer) => pieces.push(piece));
    reader.on('error', reject);
    reader.on('end', () => resolve(Buffer.concat(pieces)));
    reader.write(headerOf(format, data.length));
    reader.end(data);
  });
}

function convert(source: SampleSource): Buffer {
  const samples = resampledLength(source.length, source.sampleRateHz, SAMPLE_RATE_HZ);
  const pcm = Buffer.alloc(samples * BYTES_PER_SAMPLE);
  let at = 0;
  for (const block of resample(source, SAMPLE_RATE_HZ)) {
    writePcm(block, pcm, at);
    at += block.length * BYTES_PER_SAMPLE;
  }
  return pcm;
}

/** The encoding is not told: `wav` hands the bytes on as they are. */
function headerOf(format: WavFormat, dataBytes: number): Buffer {
  const { channels, sampleRateHz, bitsPerSample, bytesPerFrame } = format;
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(HEADER_BYTES - 8 + dataBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(PCM_TAG, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRateHz, 24);
  header.writeUInt32LE(sampleRateHz * bytesPerFrame, 28);
  header.writeUInt16LE(bytesPerFrame, 32);
  header.writeUInt16LE(bitsPerSample, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes, 40);
  return header;
}
