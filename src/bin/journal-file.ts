import { existsSync, readFileSync, statSync } from 'node:fs';

import type { Journal } from '../journal/field-record';
import { JournalError } from '../journal/journal-error';
import { MAX_JOURNAL_LENGTH, readJournal } from '../journal/read-journal';
import { UsageError } from './command-line';

/**
 * Reads the journal of a file, and before it what was rotated away into `FILE.1`, if that is there.
 * Throws a {@link UsageError} that names the file.
 */
export function readJournalFile(file: string): Journal {
  try {
    return readJournal([`${file}.1`, file].filter(isWanted).map(read).join(''));
  } catch (error) {
    if (!(error instanceof JournalError) && !('code' in (error as object))) throw error;
    throw new UsageError(`${file}: ${(error as Error).message}`);
  }

  function isWanted(name: string): boolean {
    return name === file || existsSync(name);
  }
}

function read(file: string): string {
  if (statSync(file).size > MAX_JOURNAL_LENGTH) {
    throw new JournalError(`${file} is longer than ${MAX_JOURNAL_LENGTH / 1_000_000} MB.`);
  }
  const text = readFileSync(file, 'utf8');
  return text.endsWith('\n') ? text : `${text}\n`;
}
