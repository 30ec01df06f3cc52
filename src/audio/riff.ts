import { WavError } from './wav-error';

/** What comes before the samples in the plainest of WAV files. */
export const HEADER_BYTES = 44;

/** The two chunks of a WAV file that matter, as views on the file's bytes. */
export interface WavChunks {
  readonly fmt: Buffer;
  readonly data: Buffer;
}

interface Chunk {
  readonly id: string;
  readonly body: Buffer;
  /** Where the next chunk begins. */
  readonly end: number;
}

const FORM_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;

/**
 * A program that writes to a pipe cannot go back and fill in the length; SoX, FFmpeg and others put
 * one there that no file has. From this length on, the samples go on to the end of the file.
 */
const UNKNOWN_LENGTH_BYTES = 0x7fff_0000;

/**
 * Walks a file's chunks to its samples.
 *
 *   "RIFF" length "WAVE"
 *   "fmt " length body           | in this order; anything else (LIST, JUNK, bext, fact ...)
 *   "data" length body           | may stand before, between and behind, and is stepped over
 *
 * A body of odd length is followed by a byte of padding that its length does not count. The length
 * after "RIFF" is not read: it is often wrong, and nothing needs it.
 *
 * @throws {WavError} where there is no such walk.
 */
export function findChunks(file: Buffer): WavChunks {
  checkForm(file);
  let fmt: Buffer | undefined;
  for (let at = FORM_BYTES; at + CHUNK_HEADER_BYTES <= file.length;) {
    const chunk = readChunk(file, at);
    if (chunk.id === 'fmt ') fmt ??= chunk.body;
    if (chunk.id === 'data') return { fmt: fmt ?? missingFmt(), data: chunk.body };
    at = chunk.end;
  }
  throw new WavError(
    'WAV_NO_DATA',
    `The file has no data chunk in its ${file.length} bytes: it holds no audio.`,
  );
}

function checkForm(file: Buffer): void {
  const magic = file.toString('latin1', 0, 4);
  if (magic === 'RIFX' || magic === 'RF64') {
    throw new WavError(
      'WAV_UNSUPPORTED_FORMAT',
      `The file is of the form ${magic}; a plain RIFF file is needed. SoX makes one: ` +
        'sox IN.wav -b 16 -r 16000 -c 1 -e signed-integer OUT.wav',
    );
  }
  if (magic !== 'RIFF') {
    throw new WavError('WAV_NOT_RIFF', `This is no WAV file: ${howItBegins(file)}.`);
  }
  if (file.length < FORM_BYTES) {
    throw new WavError('WAV_TRUNCATED', `The file ends after ${file.length} bytes.`);
  }
  const form = file.toString('latin1', 8, FORM_BYTES);
  if (form !== 'WAVE') {
    throw new WavError(
      'WAV_NOT_RIFF',
      `This is no WAV file: it is a RIFF file of the form ${JSON.stringify(form)}.`,
    );
  }
}

function howItBegins(file: Buffer): string {
  if (file.length === 0) return 'it is empty';
  return `it begins with ${JSON.stringify(file.toString('latin1', 0, 4))} instead of "RIFF"`;
}

function readChunk(file: Buffer, at: number): Chunk {
  const id = file.toString('latin1', at, at + 4);
  const length = file.readUInt32LE(at + 4);
  const start = at + CHUNK_HEADER_BYTES;
  const there = file.length - start;
  if (id === 'data' && length >= UNKNOWN_LENGTH_BYTES) {
    return { id, body: file.subarray(start), end: file.length };
  }
  if (length > there) {
    throw new WavError(
      'WAV_TRUNCATED',
      `The file is cut off: its chunk ${JSON.stringify(id)} announces ${length} bytes, ` +
        `and ${there} are there. Copy or record it anew.`,
    );
  }
  return { id, body: file.subarray(start, start + length), end: start + length + (length % 2) };
}

function missingFmt(): never {
  throw new WavError('WAV_NO_FMT', 'The file has no fmt chunk before its samples.');
}
