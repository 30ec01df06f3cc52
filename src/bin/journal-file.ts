import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
} from 'node:fs';

import type { Journal } from '../journal/field-record';
import { JournalError } from '../journal/journal-error';
import { MAX_JOURNAL_LENGTH, readJournal } from '../journal/read-journal';
import { asked } from './command-line';

const PIECE_BYTES = 65_536;
/** How often a pipe is looked at whose writer has nothing yet. */
const WAIT_MS = 20;
const NOBODY_WAKES = new Int32Array(new SharedArrayBuffer(4));

/**
 * Reads the journal of a file, and before it what was rotated away into `FILE.1`, if that is there.
 * A pipe is read to its end, as that of `<(ssh ...)`. Throws a `UsageError` that names the file.
 */
export function readJournalFile(file: string): Journal {
  const isWanted = (name: string): boolean => name === file || existsSync(name);
  const texts = [`${file}.1`, file].filter(isWanted).map((name) => asked(name, () => read(name)));
  return asked(file, () => readJournal(texts.join('')));
}

function read(name: string): string {
  // Without O_NONBLOCK to open a pipe is to wait until somebody writes into it.
  const file = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const text = readWhole(file).toString('utf8');
    return text.endsWith('\n') ? text : `${text}\n`;
  } finally {
    closeSync(file);
  }
}

/** A device may have no end, as `/dev/zero`. */
function readWhole(file: number): Buffer {
  const stats = fstatSync(file);
  if (stats.isDirectory()) throw new JournalError('It is a folder: name the file in it.');
  if (stats.isFIFO()) return readPipe(file);
  if (!stats.isFile()) throw new JournalError('It is no regular file, and no pipe.');
  requireLength(stats.size);
  return readFileSync(file);
}

function readPipe(file: number): Buffer {
  const pieces: Buffer[] = [];
  let length = 0;
  for (;;) {
    const piece = readPiece(file);
    if (piece.length === 0) return Buffer.concat(pieces);
    pieces.push(piece);
    requireLength((length += piece.length));
  }
}

/** Waits for a writer, if there is one; empty at the end. */
function readPiece(file: number): Buffer {
  const piece = Buffer.alloc(PIECE_BYTES);
  for (;;) {
    try {
      return piece.subarray(0, readSync(file, piece));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(NOBODY_WAKES, 0, 0, WAIT_MS);
    }
  }
}

function requireLength(bytes: number): void {
  if (bytes <= MAX_JOURNAL_LENGTH) return;
  const limit = MAX_JOURNAL_LENGTH / 1_000_000;
  throw new JournalError(`It is longer than ${limit} MB: give a part of it, cut between lines.`);
}
