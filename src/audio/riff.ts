import { describeDisguise } from './wav-disguise';
import { CONVERT_WITH_SOX, WavError } from './wav-error';

/** The chunks of a WAV file that matter, as views on the file's bytes. */
export interface WavChunks {
  /** Whether numbers, and samples, have their least byte first: RIFF, and not RIFX. */
  readonly isLittleEndian: boolean;
  readonly fmt: Buffer;
  readonly data: Buffer;
  /** The writer could not know the length: the samples go on to the end of the file. */
  readonly isOpenEnded: boolean;
}

interface Chunk {
  readonly id: string;
  /** As its header announces. */
  readonly length: number;
  readonly start: number;
}

const FORM_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;

/**
 * A program that writes to a pipe cannot go back and fill in the length; SoX, FFmpeg and others put
 * one there that no file has (0x7ffff000, 0xffffffff), some leave 0. From this length on, the
 * samples go on to the end of the file.
 */
const UNKNOWN_LENGTH_BYTES = 0x7fff_0000;

/** Behind the samples: more than this, and no chunks, is sound that the length did not count. */
const MAX_LITTER_BYTES = 4_096;

/**
 * Walks a file's chunks to its samples.
 *
 *   "RIFF" length "WAVE"          | or "RIFX", with all numbers big-endian
 *   "fmt " length body            | in this order; anything else (LIST, JUNK, bext, fact ...)
 *   "data" length body            | may stand before, between and behind, and is stepped over
 *
 * A body of odd length is followed by a byte of padding that its length does not count; some
 * writers forget it. The length after "RIFF" is often wrong, and decides nothing.
 *
 * @throws {WavError} where there is no such walk, the file is cut off on the way, or there is sound
 *   behind the samples.
 */
export function findChunks(file: Buffer): WavChunks {
  const isLittleEndian = checkForm(file);
  let fmt: Buffer | undefined;
  for (let at = FORM_BYTES; at + CHUNK_HEADER_BYTES <= file.length;) {
    if (!isIdAt(file, at)) throw noChunk(file, at);
    const chunk = readChunk(file, at, isLittleEndian);
    if (chunk.id === 'data') {
      return {
        isLittleEndian,
        fmt: fmt ?? missingFmt(),
        ...samplesOf(file, chunk, isLittleEndian),
      };
    }
    const body = bodyOf(file, chunk);
    if (chunk.id === 'fmt ') fmt ??= body;
    at = endOf(file, chunk);
  }
  throw noData(file, isLittleEndian);
}

/** Whether the file is little-endian; that it is RIFF and WAVE at all is checked. */
function checkForm(file: Buffer): boolean {
  const magic = file.toString('latin1', 0, 4);
  if (magic === 'RF64' || magic === 'BW64') {
    throw new WavError(
      'WAV_UNSUPPORTED_FORMAT',
      `The file is of the form ${magic}, for sound above 4 GB; a RIFF file is needed. ` +
        CONVERT_WITH_SOX,
    );
  }
  if (magic !== 'RIFF' && magic !== 'RIFX') throw notRiff(describeDisguise(file));
  if (file.length < FORM_BYTES) {
    throw new WavError('WAV_TRUNCATED', `The file is cut off after ${file.length} bytes.`);
  }
  const form = file.toString('latin1', 8, FORM_BYTES);
  if (form !== 'WAVE') throw notRiff(`it is a ${magic} file of the form ${JSON.stringify(form)}`);
  return magic === 'RIFF';
}

function notRiff(what: string): WavError {
  const advice = 'FFmpeg makes one of most sounds: ffmpeg -i IN -ar 16000 -ac 1 OUT.wav';
  return new WavError('WAV_NOT_RIFF', `This is no WAV file: ${what}. ${advice}`);
}

function readChunk(file: Buffer, at: number, isLittleEndian: boolean): Chunk {
  const length = isLittleEndian ? file.readUInt32LE(at + 4) : file.readUInt32BE(at + 4);
  return { id: file.toString('latin1', at, at + 4), length, start: at + CHUNK_HEADER_BYTES };
}

function bodyOf(file: Buffer, { id, length, start }: Chunk): Buffer {
  const there = file.length - start;
  if (length <= there) return file.subarray(start, start + length);
  throw new WavError(
    'WAV_TRUNCATED',
    `The file is cut off: its chunk ${JSON.stringify(id)} announces ${length} bytes, ` +
      `and ${there} are there. Copy or record it anew.`,
  );
}

/** Where the next chunk begins: behind the padding, unless an id stands where that should be. */
function endOf(file: Buffer, { length, start }: Chunk): number {
  const end = start + length;
  if (length % 2 === 0) return end;
  const isPadded =
    !isIdAt(file, end) || /^(fmt |data)$/.test(file.toString('latin1', end + 1, end + 5));
  return isPadded ? end + 1 : end;
}

/** Whether four printable characters stand there, as in every chunk's id. */
function isIdAt(file: Buffer, at: number): boolean {
  return /^[ -~]{4}$/.test(file.toString('latin1', at, at + 4));
}

function samplesOf(
  file: Buffer,
  chunk: Chunk,
  isLittleEndian: boolean,
): Pick<WavChunks, 'data' | 'isOpenEnded'> {
  if (chunk.length >= UNKNOWN_LENGTH_BYTES) {
    return { data: file.subarray(chunk.start), isOpenEnded: true };
  }
  const data = bodyOf(file, chunk);
  const litter = skipChunks(file, endOf(file, chunk), isLittleEndian);
  // Length 0 is a writer's that did not know it, unless the file goes on as a whole file does.
  if (chunk.length === 0 && litter.length > 0) {
    return { data: file.subarray(chunk.start), isOpenEnded: true };
  }
  refuseSound(litter, chunk.length);
  return { data, isOpenEnded: false };
}

/** What is left of a file behind the last of the whole chunks that begin at `at`. */
function skipChunks(file: Buffer, at: number, isLittleEndian: boolean): Buffer {
  while (at + CHUNK_HEADER_BYTES <= file.length && isIdAt(file, at)) {
    const chunk = readChunk(file, at, isLittleEndian);
    if (chunk.start + chunk.length > file.length) break;
    if (chunk.id === 'data') throw secondData();
    at = endOf(file, chunk);
  }
  return file.subarray(at);
}

function secondData(): WavError {
  return new WavError(
    'WAV_UNSUPPORTED_FORMAT',
    `The file has more than one data chunk; which is meant is not said. ${CONVERT_WITH_SOX}`,
  );
}

function refuseSound(litter: Buffer, length: number): void {
  if (litter.length <= MAX_LITTER_BYTES || litter.every((byte) => byte === 0)) return;
  throw new WavError(
    'WAV_BAD_LENGTH',
    `The data chunk announces ${length} bytes, and ${litter.length} more follow that are no ` +
      'chunk: its length is wrong, or the file is damaged. SoX reads it to its end: ' +
      'sox --ignore-length IN.wav OUT.wav',
  );
}

function missingFmt(): never {
  throw new WavError(
    'WAV_NO_FMT',
    'The file has no fmt chunk before its samples: nobody knows what they are. Export it anew.',
  );
}

function noChunk(file: Buffer, at: number): WavError {
  const there = file.toString('hex', at, at + 4);
  return new WavError(
    'WAV_NO_DATA',
    `The file is damaged before its samples: at byte ${at}, where a chunk should begin, ` +
      `stands 0x${there}. Copy or record it anew.`,
  );
}

/** Whether the file was cut off before its samples is all that the length after "RIFF" is for. */
function noData(file: Buffer, isLittleEndian: boolean): WavError {
  const there = `The file has no data chunk in its ${file.length} bytes`;
  const announced = 8 + readChunk(file, 0, isLittleEndian).length;
  if (announced <= file.length) {
    return new WavError('WAV_NO_DATA', `${there}: it holds no audio. Record it anew.`);
  }
  return new WavError(
    'WAV_TRUNCATED',
    `${there}, and announces ${announced}: it is cut off. Copy or record it anew.`,
  );
}
