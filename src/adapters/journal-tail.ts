/** The place of a line in a journal. */
export interface JournalPlace {
  readonly seq: number;
  readonly boot: number;
}

/** How a journal ends. */
export interface JournalTail {
  /** Of its last line; undefined where it has none. */
  readonly last: JournalPlace | undefined;
  /** So many bytes at its end are a line that was cut off. */
  readonly tornBytes: number;
  /** Whether its last line lacks only the line break. */
  readonly lacksBreak: boolean;
}

/** A file that is no journal, which therefore is left as it is. */
export class NoJournalError extends Error {
  readonly code = 'ERR_NO_JOURNAL';
}

const LINE_BREAK = 0x0a;
/** How each line begins. */
const BEGINNING = '{"seq":';

/**
 * Reads the end of a journal that a program, a machine or a disk has left at any instant.
 *
 * @param bytes - the last ones of the file, or all: `isWhole`.
 * @throws NoJournalError where there is something else in it.
 */
export function journalTail(bytes: Buffer, isWhole: boolean): JournalTail {
  const restAt = bytes.lastIndexOf(LINE_BREAK) + 1;
  const rest = bytes.toString('utf8', restAt);
  const unbroken = placeOf(rest);
  if (unbroken !== undefined) return { last: unbroken, tornBytes: 0, lacksBreak: true };
  const last = lastPlace(bytes.toString('utf8', 0, restAt));
  const isJournal = last !== undefined || (isWhole && restAt === 0 && isBegun(rest));
  if (!isJournal) throw new NoJournalError('it is no journal, and left as it is');
  return { last, tornBytes: bytes.length - restAt, lacksBreak: false };
}

/** The last line counts, unless a disk has spoilt it. */
function lastPlace(text: string): JournalPlace | undefined {
  const lines = text.split('\n');
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    const place = placeOf(lines[at] as string);
    if (place !== undefined) return place;
  }
  return undefined;
}

/** Whether it can be a first line that was cut off; a power cut may leave zeros behind it. */
function isBegun(rest: string): boolean {
  return BEGINNING.startsWith(rest.replaceAll('\0', '').slice(0, BEGINNING.length));
}

function placeOf(line: string): JournalPlace | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const { boot, seq } = JSON.parse(line) as Partial<JournalPlace>;
    return isCount(boot) && isCount(seq) ? { boot, seq } : undefined;
  } catch {
    return undefined; // It was cut off, or is no line of ours.
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
