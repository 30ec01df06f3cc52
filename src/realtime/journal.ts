import type { LinkEvent, RecordedEvent, Stamp } from '../events';

/** A line of a file that `--events` has written. */
export type JournalEntry = Pick<Stamp, 'seq' | 'atMs' | 'wallMs'> & LinkEvent;

/**
 * The events of a file of `--events`. The last line may be cut off, where the process was killed;
 * throws for any other that is none.
 */
export function parseEventLines(text: string): readonly JournalEntry[] {
  const lines = text.split('\n');
  return lines.slice(0, -1).map((line, index) => {
    const entry = parse(line);
    if (isEntry(entry)) return entry;
    throw new Error(`Line ${index + 1} is no event: ${line.slice(0, 80)}`);
  });
}

/** The entries of one life of a host as a trace has them; `zeroWallMs` is when the story began. */
export function asRecorded(
  entries: readonly JournalEntry[],
  { boot, host, zeroWallMs }: Pick<Stamp, 'boot' | 'host'> & { readonly zeroWallMs: number },
): readonly RecordedEvent[] {
  const [first] = entries;
  if (first === undefined) return [];
  // The time of day only says where the first event lies; the rest is monotonic.
  const offsetMs = first.wallMs - first.atMs - zeroWallMs;
  return entries.map((entry) => ({ ...entry, host, boot, atMs: entry.atMs + offsetMs }));
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isEntry(value: unknown): value is JournalEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { atMs, seq, type, wallMs } = value as Partial<Record<keyof JournalEntry, unknown>>;
  return typeof type === 'string' && [atMs, seq, wallMs].every(Number.isFinite);
}
