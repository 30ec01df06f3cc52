/**
 * Journals of deployed programs, read back.
 *
 *   read-journal     text to lines; what is torn, bad or missing is said, never fatal
 *   event-fields     what a line of each type must have
 *   field-record     what the journals of a house tell together
 *   time-line        one journal's lives on one time
 *   compare-clocks   how far apart client and server are
 *   check-journal    the invariants over it
 *   check-house      what only both journals of a house can tell
 *   explain          every disconnect, what it was, and how sure that is
 *   habits           what many disconnects have in common
 */
import type { RecordedEvent } from '../events';
import { inOrder, type Ordered } from './journal-order';
import { parseLine, type Entry } from './journal-line';
import { JournalError } from './journal-error';
import type { Journal } from './field-record';

/** What is read at most, in characters: a rotated journal has a tenth of it. */
export const MAX_JOURNAL_LENGTH = 100_000_000;

/** How many line numbers a problem names. */
const NAMED_LINES = 5;

/** The bad lines of a text, by their numbers from 1. */
interface Read {
  readonly entries: Entry[];
  readonly bad: number[];
  /** Whether the last line is cut off. */
  isTorn: boolean;
}

/**
 * Reads a journal: JSON Lines as a deployed client or server writes them, the older file first
 * where it was rotated. Lines that are none are left out and said so in `problems`.
 *
 * @throws JournalError where nothing of it can be understood: it is empty, too large, no journal,
 * or of a newer program.
 */
export function readJournal(text: string): Journal {
  if (text.length > MAX_JOURNAL_LENGTH) {
    const limit = MAX_JOURNAL_LENGTH / 1_000_000;
    throw new JournalError(`It is longer than ${limit} MB: give a part of it, cut between lines.`);
  }
  const read = readLines(text.replace(/^\uFEFF/, ''));
  if (read.entries.length === 0) throw new JournalError(whyNothing(text));
  const ordered = inOrder(read.entries);
  const { host, problems, program } = namesOf(ordered.lines);
  return {
    host,
    program,
    lines: ordered.lines.map((line) => (line.host === host ? line : { ...line, host })),
    problems: [...linesProblems(read), ...problems, ...ordered.problems],
    gaps: ordered.gaps,
  };
}

function readLines(text: string): Read {
  const read: Read = { entries: [], bad: [], isTorn: false };
  const lines = text.split('\n');
  const last = lines.findLastIndex((line) => line !== '' && line !== '\r');
  for (let index = 0; index <= last; index += 1) {
    const line = lines[index] as string;
    if (line.trim() === '') continue;
    const entry = parseLine(line);
    if (entry !== undefined) read.entries.push(entry);
    else if (index === last) read.isTorn = true;
    else read.bad.push(index + 1);
  }
  return read;
}

function whyNothing(text: string): string {
  if (text.replace(/[\0\s\uFEFF]/g, '') === '') return 'It is empty: no program has told anything.';
  if (text.startsWith('\u001f\ufffd')) return 'It is compressed: unpack it first (gunzip).';
  const [first = ''] = text.trimStart().split('\n', 1);
  const shown = JSON.stringify(first.slice(0, 40));
  return `It is no journal: its first line, ${shown}, is no event. A journal is JSON Lines.`;
}

function linesProblems({ bad, isTorn }: Read): string[] {
  const problems: string[] = [];
  if (isTorn) problems.push('The last line is cut off, and left out.');
  if (bad.length > 0) problems.push(`${lineNumbers(bad)} no event, and left out.`);
  return problems;
}

function lineNumbers(numbers: readonly number[]): string {
  const named = numbers.slice(0, NAMED_LINES).join(', ');
  if (numbers.length === 1) return `Line ${named} is`;
  const more = numbers.length - NAMED_LINES;
  return more > 0 ? `Lines ${named} and ${more} more are` : `Lines ${named} are`;
}

/** Whose journal it is. */
function namesOf(lines: Ordered['lines']): Pick<Journal, 'host' | 'program' | 'problems'> {
  const programs = new Set(lines.map(programOf).filter((program) => program !== undefined));
  const [program] = programs;
  if (program === undefined) {
    throw new JournalError('It does not tell whether a client or a server has written it.');
  }
  if (programs.size > 1) {
    throw new JournalError('It is of a client and of a server: give each of them apart.');
  }
  const hosts = [...new Set(lines.map(({ host }) => host))];
  const host = hosts.at(-1) as string;
  const renamed = `It has the names ${hosts.slice(0, NAMED_LINES).join(', ')}: read as one.`;
  return { host, program, problems: hosts.length > 1 ? [renamed] : [] };
}

/** Which program has told this; where the line that names it was rotated away, by what it does. */
function programOf(line: RecordedEvent): Journal['program'] | undefined {
  switch (line.type) {
    case 'host.started':
    case 'journal.continued':
      return line.program === 'server' ? 'server' : 'client';
    case 'link.dialing':
    case 'link.connected':
    case 'hotword.detected':
      return 'client';
    case 'link.accepted':
    case 'link.refused':
    case 'server.listening':
      return 'server';
    default:
      return undefined;
  }
}
