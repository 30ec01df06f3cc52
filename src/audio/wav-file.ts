/**
 * WAV files in and out.
 *
 *   decodeWav    the samples of a file, or a {@link WavError} that says what is wrong with it
 *   encodeWav    a file with the plainest header there is
 *
 * The `wav` package reads the samples, and it is never shown a file that was not checked first: on
 * its own it ends without a word on a truncated file, loses all audio behind a chunk of odd length,
 * throws out of `write` on a chunk of length 0, and takes a compressed file for PCM.
 */
import { Reader } from 'wav';

import { BYTES_PER_SAMPLE, SAMPLE_RATE_HZ } from '../constants';
import { findChunks, HEADER_BYTES } from './riff';
import { WavError } from './wav-error';
import { describeFormat, readFormat, type WavFormat } from './wav-format';

/**
 * The samples of a WAV file, as 16 kHz mono s16le PCM.
 *
 * @throws {WavError} (as a rejection, never synchronously) for a file that is no WAV, is damaged,
 *   holds no samples, or is not in that format.
 */
export async function decodeWav(file: Buffer): Promise<Buffer> {
  const { fmt, data } = findChunks(file);
  refuseOtherFormats(readFormat(fmt));
  if (data.length === 0) {
    throw new WavError('WAV_EMPTY', 'The file holds no samples: its data chunk is empty.');
  }
  if (data.length % BYTES_PER_SAMPLE !== 0) {
    throw new WavError(
      'WAV_TRUNCATED',
      `The samples end in the middle of one: ${data.length} bytes of audio at 2 bytes each.`,
    );
  }
  return readSamples(encodeWav(data));
}

/**
 * A WAV file with a header of 44 bytes.
 *
 * @param pcm - 16 kHz mono s16le; an odd last byte is no sample, and is left out.
 */
export function encodeWav(pcm: Buffer): Buffer {
  const data = pcm.subarray(0, pcm.length - (pcm.length % BYTES_PER_SAMPLE));
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(HEADER_BYTES - 8 + data.length, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20); // PCM
  header.writeUInt16LE(1, 22); // one channel
  header.writeUInt32LE(SAMPLE_RATE_HZ, 24);
  header.writeUInt32LE(SAMPLE_RATE_HZ * BYTES_PER_SAMPLE, 28);
  header.writeUInt16LE(BYTES_PER_SAMPLE, 32);
  header.writeUInt16LE(BYTES_PER_SAMPLE * 8, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}

function refuseOtherFormats(format: WavFormat): void {
  const { encoding, channels, sampleRateHz, bitsPerSample } = format;
  const isOurs = channels === 1 && sampleRateHz === SAMPLE_RATE_HZ && bitsPerSample === 16;
  if (encoding === 'PCM' && isOurs) return;
  throw new WavError(
    'WAV_UNSUPPORTED_FORMAT',
    `The file is ${describeFormat(format)}; 16000 Hz, mono, 16-bit PCM is needed. ` +
      'SoX converts it: sox IN.wav -b 16 -r 16000 -c 1 -e signed-integer OUT.wav',
  );
}

/** Takes a file that {@link encodeWav} wrote. */
function readSamples(file: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    const reader = new Reader();
    reader.on('data', (piece: Buffer) => pieces.push(piece));
    reader.on('error', reject);
    reader.on('end', () => resolve(Buffer.concat(pieces)));
    reader.end(file);
  });
}
