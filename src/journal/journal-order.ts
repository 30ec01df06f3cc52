import type { RecordedEvent } from '../events';
import { grouped } from './grouped';
import type { Entry } from './journal-line';

/** Lines in the order in which they were written. */
export interface Ordered {
  readonly lines: readonly RecordedEvent[];
  /** Indices of `lines` before which others are missing. */
  readonly gaps: readonly number[];
  readonly problems: readonly string[];
}

/**
 * Puts lines in their order, life by life, once each, and finds where some are missing: by their
 * numbers, and by what the writer says of those that it could not write.
 */
export function inOrder(entries: readonly Entry[]): Ordered {
  const sorted = [...grouped(entries, ({ line }) => line.boot).values()].flatMap((life) =>
    life.toSorted((a, b) => a.line.seq - b.line.seq),
  );
  const once = sorted.filter((entry, index) => !isRepeated(entry, sorted[index - 1]));
  const { gaps, lines, missing } = withoutGaps(once);
  const displaced = countDisplaced(entries);
  const problems = [
    ...told(displaced, 'out of order: put in order'),
    ...told(sorted.length - once.length, 'there twice: read once'),
    ...told(missing, 'missing'),
    ...unknownTypes(once),
  ];
  return { lines, gaps, problems };
}

function isRepeated({ line }: Entry, before: Entry | undefined): boolean {
  if (before === undefined || line.seq !== before.line.seq) return false;
  return JSON.stringify(line) === JSON.stringify(before.line);
}

/** Lines whose number is lower than one before them in the same life. */
function countDisplaced(entries: readonly Entry[]): number {
  const highest = new Map<number, number>();
  let displaced = 0;
  for (const { line } of entries) {
    const most = highest.get(line.boot) ?? 0;
    if (line.seq < most) displaced += 1;
    highest.set(line.boot, Math.max(most, line.seq));
  }
  return displaced;
}

function withoutGaps(entries: readonly Entry[]): {
  readonly lines: RecordedEvent[];
  readonly gaps: number[];
  readonly missing: number;
} {
  const lines: RecordedEvent[] = [];
  const gaps = new Set<number>();
  let missing = 0;
  let before: Entry | undefined;
  for (const entry of entries) {
    const lost = entry.kind === 'gap' ? entry.missing : missingBetween(before, entry);
    if (lost > 0) gaps.add(lines.length);
    missing += lost;
    if (entry.kind === 'event') lines.push(entry.line);
    before = entry;
  }
  return { lines, gaps: [...gaps].filter((index) => index < lines.length), missing };
}

/** How many numbers lie between two lines; a life may count anew. */
function missingBetween(before: Entry | undefined, { line }: Entry): number {
  return before === undefined ? 0 : Math.max(0, line.seq - before.line.seq - 1);
}

function told(count: number, what: string): string[] {
  if (count === 0) return [];
  return [`${count} ${count === 1 ? 'line is' : 'lines are'} ${what}.`];
}

function unknownTypes(entries: readonly Entry[]): string[] {
  const types = entries.flatMap((entry) => (entry.kind === 'unknown' ? [entry.type] : []));
  if (types.length === 0) return [];
  const MOST = 5;
  const names = [...new Set(types)].slice(0, MOST).join(', ');
  return [`${types.length} of types that this version does not know are left out: ${names}.`];
}
