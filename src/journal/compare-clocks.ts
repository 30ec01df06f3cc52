import type { RecordedEvent } from '../events';
import { grouped } from './grouped';
import type { MachineStart } from './time-line';

/** How far the server's clock was ahead of the client's at an instant. */
export interface Comparison {
  /** The client's name of the connection. */
  readonly connection: string;
  /** On which start of each machine, by its index. */
  readonly clientStart: number;
  readonly serverStart: number;
  /** The instant by either clock. */
  readonly clientMs: number;
  readonly serverMs: number;
  readonly errorMs: number;
}

/** The server's clock is at most `mostMs` ahead at an instant of the client's, or at least so. */
interface Bound {
  readonly atMs: number;
  readonly leastMs: number;
  readonly mostMs: number;
}

/**
 * Two clocks go apart by no more than this: five times what a bad crystal does, and as fast as NTP
 * may slew one.
 */
const MAX_DRIFT = 500e-6;
/** A connection of hours is compared once in so long. */
const COMPARED_EVERY_MS = 600_000;

/**
 * Compares the clocks of client and server by what both have told of the same connections: nothing
 * arrives before it was sent. Each comparison is right within its error, as long as no clock
 * stood still. In the order of the client's starts, and by time within each.
 */
export function compareClocks(
  clients: readonly MachineStart[],
  servers: readonly MachineStart[],
): readonly Comparison[] {
  const ends = serverEnds(servers);
  return clients.flatMap(({ lines }, clientStart) => {
    const steps = lines.filter(({ type }) => type === 'clock.stepped');
    return [...grouped(lines, nameInAllLives).values()]
      .flatMap((client) => compareEnds(client, ends, steps))
      .map((each) => ({ ...each, clientStart }))
      .sort((a, b) => a.clientMs - b.clientMs);
  });
}

interface ServerEnd {
  readonly serverStart: number;
  readonly lines: readonly RecordedEvent[];
}

/** What the server has told of each connection, by its own name for it. */
function serverEnds(servers: readonly MachineStart[]): ReadonlyMap<string, ServerEnd> {
  return new Map(
    servers.flatMap((server, serverStart) =>
      [...grouped(server.lines, connectionOf)].flatMap(([connection, lines]) =>
        connection === undefined ? [] : [[connection, { serverStart, lines }] as const],
      ),
    ),
  );
}

function compareEnds(
  client: readonly RecordedEvent[],
  ends: ReadonlyMap<string, ServerEnd>,
  steps: readonly RecordedEvent[],
): Omit<Comparison, 'clientStart'>[] {
  const connected = client.find(({ type }) => type === 'link.connected');
  if (connected?.type !== 'link.connected') return [];
  const { connection, peerConnection = '' } = connected;
  const end = ends.get(peerConnection);
  if (end === undefined) return [];
  const { lines, serverStart } = end;
  return consistentParts(boundsOf(client, lines), steps)
    .flatMap(bestOf)
    .map((best) => ({ connection, serverStart, ...best }));
}

/** A client counts its connections anew in each life. */
function nameInAllLives(line: RecordedEvent): string {
  return `${line.boot} ${connectionOf(line)}`;
}

function connectionOf(line: RecordedEvent): string | undefined {
  return 'connection' in line ? line.connection : undefined;
}

/** What the lines of one connection at both its ends say of the clocks, by time. */
function boundsOf(client: readonly RecordedEvent[], server: readonly RecordedEvent[]): Bound[] {
  const accepted = server.find(({ type }) => type === 'link.accepted');
  if (accepted === undefined) return [];
  const dialled = client.flatMap(({ atMs, type }): Bound[] => {
    if (type === 'link.dialing') return [atMost(atMs, accepted.atMs)];
    return type === 'link.connected' ? [atLeast(atMs, accepted.atMs)] : [];
  });
  const up = pairsOf(client, server).map(([sent, got]) => atMost(sent.atMs, got.atMs));
  const down = pairsOf(server, client).map(([sent, got]) => atLeast(got.atMs, sent.atMs));
  return [...dialled, ...up, ...down].sort((a, b) => a.atMs - b.atMs);
}

/** The server's line cannot be earlier than the client's instant. */
function atMost(clientMs: number, serverMs: number): Bound {
  return { atMs: clientMs, leastMs: -Infinity, mostMs: serverMs - clientMs };
}

/** The server's line cannot be later than the client's instant. */
function atLeast(clientMs: number, serverMs: number): Bound {
  return { atMs: clientMs, leastMs: serverMs - clientMs, mostMs: Infinity };
}

/**
 * Messages that one end has sent and the other received: in order among those that look alike.
 * Where more were received than sent, lines of the sender's are missing, and nothing is paired.
 */
function pairsOf(
  from: readonly RecordedEvent[],
  to: readonly RecordedEvent[],
): (readonly [RecordedEvent, RecordedEvent])[] {
  const sent = grouped(ofType(from, 'control.sent'), keyOf);
  const received = grouped(ofType(to, 'control.received'), keyOf);
  return [...received].flatMap(([key, got]) => {
    const candidates = sent.get(key) ?? [];
    if (candidates.length < got.length) return [];
    return got.map((line, index) => [candidates[index] as RecordedEvent, line] as const);
  });
}

function ofType<Type extends 'control.sent' | 'control.received'>(
  lines: readonly RecordedEvent[],
  type: Type,
) {
  return lines.filter((line) => line.type === type);
}

function keyOf(line: RecordedEvent): string {
  if (line.type !== 'control.sent' && line.type !== 'control.received') return '';
  return JSON.stringify([line.message, line.session, line.turn]);
}

/**
 * Bounds that can all be right. A clock that stood still, as that of a machine that slept, begins
 * another part.
 */
function consistentParts(
  bounds: readonly Bound[],
  steps: readonly RecordedEvent[],
): readonly Bound[][] {
  const parts: Bound[][] = [];
  let part: Bound[] = [];
  let soFar: Bound | undefined;
  for (const bound of bounds) {
    const known = soFar === undefined ? bound : both(bound, moved(soFar, bound.atMs));
    const sinceMs = soFar?.atMs ?? bound.atMs;
    const isStepped = steps.some(({ atMs }) => atMs > sinceMs && atMs <= bound.atMs);
    if (part.length === 0 || isStepped || known.leastMs > known.mostMs) parts.push((part = []));
    soFar = part.length === 0 ? bound : known;
    part.push(soFar);
  }
  return parts;
}

/** Looks back as well: what was learnt later bounds what was before. */
function bestOf(part: readonly Bound[]): Pick<Comparison, 'clientMs' | 'errorMs' | 'serverMs'>[] {
  const known = [...part];
  for (let index = known.length - 2; index >= 0; index -= 1) {
    const bound = known[index] as Bound;
    known[index] = both(bound, moved(known[index + 1] as Bound, bound.atMs));
  }
  const bounded = known.filter(({ leastMs, mostMs }) => mostMs - leastMs < Infinity);
  const periods = grouped(bounded, ({ atMs }) => Math.floor(atMs / COMPARED_EVERY_MS));
  return [...periods.values()].map((period) => {
    const { atMs, leastMs, mostMs } = period.reduce(narrower);
    const serverMs = atMs + (leastMs + mostMs) / 2;
    return { clientMs: atMs, serverMs, errorMs: (mostMs - leastMs) / 2 };
  });
}

/** What is known at one instant of another: less, the further away it is. */
function moved({ atMs, leastMs, mostMs }: Bound, toMs: number): Bound {
  const driftMs = Math.abs(toMs - atMs) * MAX_DRIFT;
  return { atMs: toMs, leastMs: leastMs - driftMs, mostMs: mostMs + driftMs };
}

function both(a: Bound, b: Bound): Bound {
  return {
    atMs: a.atMs,
    leastMs: Math.max(a.leastMs, b.leastMs),
    mostMs: Math.min(a.mostMs, b.mostMs),
  };
}

function narrower(a: Bound, b: Bound): Bound {
  return b.mostMs - b.leastMs < a.mostMs - a.leastMs ? b : a;
}
