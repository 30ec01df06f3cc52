import type { RecordedEvent } from '../events';
import { compareClocks, type Comparison } from './compare-clocks';
import { clientShifts, inMicroseconds, placeServer, type Anchor } from './place-starts';
import { machineStarts, saneWall } from './time-line';

/** A journal as it was read: what one program has told, life after life. */
export interface Journal {
  readonly host: string;
  readonly program: 'client' | 'server';
  /**
   * In the order in which they were written. `atMs` is monotonic only within one start of the
   * machine, which the `host.started` of each life names.
   */
  readonly lines: readonly RecordedEvent[];
  /** What was wrong with it, for a person: a torn last line, lines that are missing. */
  readonly problems: readonly string[];
  /** Indices of `lines` before which others are missing. Absent: none. */
  readonly gaps?: readonly number[];
}

/** What happened in a house, as far as its journals tell, on one time line. */
export interface FieldRecord {
  /**
   * Of all journals, by time; `atMs` counts from the first line of the client's, and stands still
   * while its machine sleeps. `seq` is that of the line in its own journal, and `wallMs` is
   * corrected where the clock was set soon after the machine's start.
   */
  readonly events: readonly RecordedEvent[];
  readonly client: string;
  /** Absent where only the client's journal is known. */
  readonly server?: string;
  /**
   * The server's time minus the client's, as it was put on the line, and by how much that may be
   * wrong; of each connection that both know.
   */
  readonly offsets: readonly ClockOffset[];
  readonly problems: readonly string[];
}

/** Two clocks compared by what each end has told of one connection. */
export interface ClockOffset {
  readonly connection: string;
  readonly atMs: number;
  readonly offsetMs: number;
  readonly errorMs: number;
}

/**
 * Puts the journals of a house on one time line. Within one start of a machine its monotonic time
 * counts. From one start of the client's to the next the server's clock does, where it has seen
 * both; else the time of day, where that is to be believed; else the least that is possible, which
 * is said. The server's lines lie where the connections put them that both have told of.
 */
export function fieldRecord(client: Journal, server?: Journal): FieldRecord {
  const problems = new Set([...client.problems, ...(server?.problems ?? [])]);
  const guessed = (host: string) => (): void => void problems.add(guess(host));
  const ours = machineStarts(client.lines);
  const theirs = machineStarts(server?.lines ?? []);
  const compared = compareClocks(ours, theirs);
  const shiftsMs = clientShifts(ours, compared, guessed(client.host));
  const shift = (start: number): number => shiftsMs[start] ?? 0;
  const clientEvents = ours.flatMap(({ lines }, start) =>
    lines.map((line) => ({ ...line, atMs: inMicroseconds(line.atMs + shift(start)) })),
  );
  const anchorsOf = (start: number): readonly Anchor[] =>
    compared
      .filter(({ serverStart }) => serverStart === start)
      .map((each) => ({ ...each, lineMs: each.clientMs + shift(each.clientStart) }));
  const zeroWallMs = saneWall(clientEvents[0]);
  const serverEvents =
    server === undefined
      ? []
      : placeServer(theirs, anchorsOf, zeroWallMs, guessed(server.host)).flat();
  if (server !== undefined && compared.length === 0) problems.add(NOTHING_IN_COMMON);
  return {
    events: [...clientEvents, ...serverEvents].sort((a, b) => a.atMs - b.atMs),
    client: client.host,
    ...(server === undefined ? {} : { server: server.host }),
    offsets: compared.map((each) => asOffset(each, shift(each.clientStart))),
    problems: [...problems],
  };
}

const NOTHING_IN_COMMON =
  'No connection is told of by both journals: the server is put on the line by time of day.';

function guess(host: string): string {
  return (
    `For how long the machine of ${host} was off before one of its starts is not known: ` +
    'put on the line as if for no longer than it must have been.'
  );
}

function asOffset(
  { clientMs, connection, errorMs, serverMs }: Comparison,
  shiftMs: number,
): ClockOffset {
  const atMs = clientMs + shiftMs;
  return { connection, atMs, offsetMs: serverMs - atMs, errorMs };
}
