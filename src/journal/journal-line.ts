import { EVENTS_VERSION, type RecordedEvent, type Stamp } from '../events';
import { hasItsFields, isKnown } from './event-fields';
import { JournalError } from './journal-error';

/** What a line is: an event, lines that could not be written, or of a type that we do not know. */
export type Entry =
  | { readonly kind: 'event'; readonly line: RecordedEvent }
  | { readonly kind: 'gap'; readonly line: Stamp; readonly missing: number }
  | { readonly kind: 'unknown'; readonly line: Stamp; readonly type: string };

/** The furthest from 1970 that a `Date` can be, in milliseconds; no other number is beyond. */
const MAX_TIME_MS = 8.64e15;
/** No string of ours is longer, not even the reason of a close frame with room to spare. */
const MAX_TEXT = 1_000;
/** Control characters, and those of Unicode that change the direction of what follows. */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
/** Where a line begins that was written behind one that a power cut has torn. */
const BEGINNING = '{"seq":';

/**
 * Parses one line, with or without its line break; undefined where it is none of a journal.
 *
 * @throws JournalError for a line of a newer program, whose events may mean something else.
 */
export function parseLine(text: string): Entry | undefined {
  // A power cut leaves NULs where bytes were allotted and never written.
  const line = text.replaceAll('\0', '').trim();
  const whole = asEntry(parse(line));
  if (whole !== undefined) return whole;
  const begins = line.lastIndexOf(BEGINNING);
  return begins > 0 ? asEntry(parse(line.slice(begins))) : undefined;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function asEntry(value: unknown): Entry | undefined {
  if (!isStamped(value)) return undefined;
  const { type } = value;
  if (type === 'journal.gap') return { kind: 'gap', line: value, missing: missingOf(value) };
  if (!isKnown(type)) return { kind: 'unknown', line: value, type };
  if (!hasItsFields(value)) return undefined;
  const line = value as unknown as RecordedEvent;
  if ('version' in line) checkVersion(line.version);
  return { kind: 'event', line };
}

function missingOf({ lines }: Readonly<Record<string, unknown>>): number {
  return typeof lines === 'number' && lines > 0 ? lines : 1;
}

function checkVersion(version = EVENTS_VERSION): void {
  if (version <= EVENTS_VERSION) return;
  throw new JournalError(
    `It is of a newer program: its events are version ${version}, and this one knows ` +
      `${EVENTS_VERSION}. Read it with the version that has written it.`,
  );
}

type Stamped = Stamp & Readonly<Record<string, unknown>> & { readonly type: string };

function isStamped(value: unknown): value is Stamped {
  if (typeof value !== 'object' || value === null) return false;
  const { atMs, boot, host, seq, type, wallMs } = value as Partial<Record<keyof Stamped, unknown>>;
  return (
    isCount(seq) &&
    isCount(boot) &&
    isTime(atMs) &&
    isTime(wallMs) &&
    typeof host === 'string' &&
    typeof type === 'string' &&
    Object.entries(value).every(([name, each]) => isPlain(each) && isSigned(name, each))
  );
}

/** Of what is measured and counted nothing is negative, but by how much a clock was set back. */
const SIGNED = new Set(['atMs', 'byMs', 'wallMs']);

function isSigned(name: string, value: unknown): boolean {
  return typeof value !== 'number' || value >= 0 || SIGNED.has(name);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) <= MAX_TIME_MS;
}

/**
 * Whether a value may go to a terminal as it is: no control characters, none that turn the line
 * around, and no more in it than settings are, which are the deepest that an event has.
 */
function isPlain(value: unknown, depth = 0): boolean {
  if (typeof value === 'string') return value.length <= MAX_TEXT && !UNPRINTABLE.test(value);
  if (typeof value === 'number') return isTime(value);
  if (typeof value !== 'object' || value === null) return true;
  const isFlat = depth < 1;
  return (
    isFlat &&
    Object.entries(value)
      .flat()
      .every((each) => isPlain(each, depth + 1))
  );
}
