import type { EventOf, RecordedEvent } from '../events';
import { fieldRecord, type FieldRecord, type Journal } from '../journal/field-record';

/** The journals of a house. */
export interface FieldJournals {
  readonly client: Journal;
  /** Absent where only the client's is known. */
  readonly server?: Journal;
}

/** Events on a time line on which a message takes equally long in both directions. */
export interface Aligned {
  readonly record: FieldRecord;
  /** Whether the client slept, at the `clock.stepped` events of these instants. */
  readonly sleptAtMs: ReadonlySet<number>;
  /** How often the way is gone, one way, until a dial is welcomed: four times, or six with TLS. */
  readonly trips: number;
}

type Line = RecordedEvent;
type Sent = readonly [sentMs: number, gotMs: number, what: string];

/** What both ends have told of one connection, each by its own clock. */
interface Pairs {
  readonly ups: readonly Sent[];
  readonly downs: readonly Sent[];
  readonly dial: {
    readonly dialledMs: number;
    readonly acceptedMs: number;
    readonly connectedMs: number;
  };
}

/**
 * Puts the server's lines where they must have been. A dial is known to be three or five ways until
 * it is accepted and one more until it is welcomed, which a reader of any connection cannot assume;
 * and one clock is taken for even as long as its machine was on.
 */
export function align({ client, server }: FieldJournals): Aligned {
  const record = fieldRecord(client, server);
  const told = record.events.filter(({ host }) => host === record.client);
  if (server === undefined || record.server === undefined) {
    const trips = tripsOf(told, []);
    return { record: { ...record, events: begun(told) }, sleptAtMs: new Set(), trips };
  }
  const trips = tripsOf(told, server.lines);
  const starts = machineStarts(server.lines);
  const { lines: awake, sleptAtMs } = withSleep(told, starts);
  const lines = onOneClock(awake, starts, trips);
  const placed = starts.flatMap((start) => {
    const pairs = pairsOf(lines, start);
    const offsetMs = offsetOf(pairs, trips) ?? placedBy(record, start);
    const host = record.server as string;
    return byConnection(start, pairs, offsetMs, trips).map((line) => ({ ...line, host }));
  });
  const events = begun([...lines, ...placed]).sort((a, b) => a.atMs - b.atMs);
  return { record: { ...record, events }, sleptAtMs, trips };
}

/** A program loads for a while, in which it does nothing: it begins with its first deed. */
function begun(lines: readonly Line[]): Line[] {
  const beginnings = new Map<string, number>();
  const lifeOf = ({ boot, host }: Line): string => `${boot} ${host}`;
  for (const line of lines) {
    const isDeed = line.type === 'link.dialing' || line.type === 'server.listening';
    if (isDeed && !beginnings.has(lifeOf(line))) beginnings.set(lifeOf(line), line.atMs);
  }
  return lines.map((line) => {
    const beginsMs = beginnings.get(lifeOf(line)) ?? line.atMs;
    return line.atMs < beginsMs ? { ...line, atMs: beginsMs } : line;
  });
}

/** Some failures tell of TLS, and so does the time that a dial takes beside that of a ping. */
function tripsOf(client: readonly Line[], server: readonly Line[]): number {
  const [PLAIN, BY_TLS, BETWEEN] = [4, 6, 2.5];
  const isTold = client.some((line) => line.type === 'link.failed' && line.label.startsWith('tls'));
  if (isTold) return BY_TLS;
  const dialMs = Math.min(...client.flatMap((line, at) => dialOf(client, line, at)));
  const roundTripMs = Math.min(...roundTripsOf(client), ...roundTripsOf(server));
  return Number.isFinite(dialMs) && dialMs >= BETWEEN * roundTripMs ? BY_TLS : PLAIN;
}

/** Times in which a byte has gone there and another back, in milliseconds; some waited as well. */
export function roundTripsOf(lines: readonly Line[]): number[] {
  const answered = answersOf(lines);
  return answered.length > 0 ? answered : refusalsOf(lines);
}

/** A box on the way may be nearer than the server: they count where nothing else is known. */
function refusalsOf(lines: readonly Line[]): number[] {
  return lines.flatMap((line, at): number[] => {
    if (line.type !== 'link.failed' || line.label !== 'dial_refused') return [];
    const dialled = lines.slice(0, at).findLast(({ type }) => type === 'link.dialing');
    return dialled === undefined ? [] : [line.atMs - dialled.atMs];
  });
}

function answersOf(lines: readonly Line[]): number[] {
  const asked = new Map<string, number>();
  return lines.flatMap((line): number[] => {
    if (line.type === 'link.lost') return line.rttP50Ms === undefined ? [] : [line.rttP50Ms];
    if (line.type === 'control.sent' && line.message === 'hotword_detected') {
      asked.set(line.session ?? '', line.atMs);
    }
    if (line.type !== 'control.received' || line.message !== 'session_started') return [];
    const askedMs = asked.get(line.session ?? '');
    return askedMs === undefined ? [] : [line.atMs - askedMs];
  });
}

function dialOf(client: readonly Line[], line: Line, at: number): number[] {
  if (line.type !== 'link.connected') return [];
  const dialled = client
    .slice(0, at)
    .findLast((each) => each.type === 'link.dialing' && each.connection === line.connection);
  return dialled === undefined ? [] : [line.atMs - dialled.atMs];
}

/** Each start of the client's machine where the server's one clock has it, as from the first. */
function onOneClock(
  client: readonly Line[],
  starts: readonly (readonly Line[])[],
  trips: number,
): readonly Line[] {
  const known = new Map<readonly Line[], number>();
  return machineStarts(client).flatMap((lines) => {
    for (const start of starts) {
      const offsetMs = offsetOf(pairsOf(lines, start), trips);
      if (offsetMs === undefined) continue;
      const firstMs = known.get(start) ?? offsetMs;
      known.set(start, firstMs);
      return lines.map((line) => ({ ...line, atMs: line.atMs + firstMs - offsetMs }));
    }
    return lines;
  });
}

/** A clock that stood still for less than anybody tells of is off from one connection on. */
function byConnection(
  start: readonly Line[],
  pairs: readonly Pairs[],
  offsetMs: number,
  trips: number,
): Line[] {
  const oneWayMs = oneWayOf(pairs, trips);
  let currentMs = pairs[0] === undefined ? offsetMs : clamped(offsetMs, pairs[0], oneWayMs, trips);
  return start.map((line) => {
    const pair = pairs.find(
      ({ dial }) => line.type === 'link.accepted' && dial.acceptedMs === line.atMs,
    );
    if (pair !== undefined) currentMs = clamped(offsetMs, pair, oneWayMs, trips);
    return { ...line, atMs: line.atMs + currentMs };
  });
}

/** What lies within what one dial allows. */
function clamped(offsetMs: number, { dial }: Pairs, oneWayMs: number, trips: number): number {
  const leastMs = dial.dialledMs - dial.acceptedMs + (trips - 1) * oneWayMs;
  const mostMs = dial.connectedMs - dial.acceptedMs - oneWayMs;
  return Math.min(Math.max(offsetMs, leastMs), mostMs);
}

function machineStarts(lines: readonly Line[]): Line[][] {
  const starts: Line[][] = [];
  let machine: string | undefined;
  for (const line of lines) {
    const isOther = line.type === 'host.started' && line.machine !== machine;
    if (line.type === 'host.started') machine = line.machine;
    if (isOther || starts.length === 0) starts.push([]);
    starts.at(-1)?.push(line);
  }
  return starts;
}

/** Where nobody connected in a start of the machine, the record has a guess. */
function placedBy(record: FieldRecord, [first]: readonly Line[]): number {
  const known = record.events.find(
    (event) =>
      event.host === record.server && event.boot === first?.boot && event.seq === first.seq,
  );
  return (known?.atMs ?? 0) - (first?.atMs ?? 0);
}

/** A client's sleep is no part of its time, but of the server's. */
function withSleep(
  client: readonly Line[],
  starts: readonly (readonly Line[])[],
): { readonly lines: readonly Line[]; readonly sleptAtMs: ReadonlySet<number> } {
  const sleptAtMs = new Set<number>();
  let lines = client;
  for (const step of client) {
    if (step.type !== 'clock.stepped' || step.byMs <= 0) continue;
    const at = lines.findIndex(({ boot, seq }) => boot === step.boot && seq === step.seq);
    const after = lines.slice(at).map((line) => ({ ...line, atMs: line.atMs + step.byMs }));
    const moved = [...lines.slice(0, at), ...after];
    const [still, slept] = [contradictionMs(lines, starts), contradictionMs(moved, starts)];
    if (still < CONTRADICTION_MS || slept > still - step.byMs / 2) continue;
    sleptAtMs.add(after[0]?.atMs as number);
    lines = moved;
  }
  return { lines, sleptAtMs };
}

/** Clocks that go on are never so far from what they should have. */
const CONTRADICTION_MS = 100;

/** By how much at least something arrived before it was sent, wherever the server's lines are. */
function contradictionMs(client: readonly Line[], starts: readonly (readonly Line[])[]): number {
  return Math.max(
    0,
    ...starts.map((start) => {
      const pairs = pairsOf(client, start);
      const dialled = pairs.map(({ dial }) => dial.dialledMs - dial.acceptedMs);
      const leastMs = Math.max(...upsOf(pairs), ...dialled);
      return pairs.length === 0 ? 0 : leastMs - Math.min(...downsOf(pairs));
    }),
  );
}

function upsOf(pairs: readonly Pairs[]): number[] {
  return pairs.flatMap(({ ups }) => ups.map(([sentMs, gotMs]) => sentMs - gotMs));
}

function downsOf(pairs: readonly Pairs[]): number[] {
  return pairs.flatMap(({ dial, downs }) => [
    ...downs.map(([sentMs, gotMs]) => gotMs - sentMs),
    dial.connectedMs - dial.acceptedMs,
  ]);
}

/** What is added to the server's times: by the quickest way that was gone both ways. */
function offsetOf(pairs: readonly Pairs[], trips: number): number | undefined {
  if (pairs.length === 0) return undefined;
  const mostMs = Math.min(...downsOf(pairs));
  const oneWayMs = oneWayOf(pairs, trips);
  // A dial that was accepted had gone the way so often, and not only once.
  const dialled = pairs.map(
    ({ dial }) => dial.dialledMs - dial.acceptedMs + (trips - 2) * oneWayMs,
  );
  return (Math.max(...upsOf(pairs), ...dialled) + mostMs) / 2;
}

/** The quickest way that is known: a share of a dial, or half of a way there and back. */
function oneWayOf(pairs: readonly Pairs[], trips: number): number {
  const mostMs = Math.min(...downsOf(pairs));
  return Math.min(
    ...pairs.map((each) => tookMs(each) / trips),
    ...upsOf(pairs).map((leastMs) => Math.max(0, mostMs - leastMs) / 2),
  );
}

function tookMs({ dial: { connectedMs, dialledMs } }: Pairs): number {
  return connectedMs - dialledMs;
}

function pairsOf(client: readonly Line[], server: readonly Line[]): Pairs[] {
  return client.flatMap((connected, at): Pairs[] => {
    if (connected.type !== 'link.connected') return [];
    const { boot, connection, peerConnection } = connected;
    const theirs = server.filter(
      (line) => 'connection' in line && line.connection === peerConnection,
    );
    const accepted = theirs.find(({ type }) => type === 'link.accepted');
    const dialled = client
      .slice(0, at)
      .findLast(
        (line) =>
          line.type === 'link.dialing' && line.boot === boot && line.connection === connection,
      );
    if (accepted === undefined || dialled === undefined) return [];
    const ours = client.filter(
      (line) => 'connection' in line && line.boot === boot && line.connection === connection,
    );
    return [
      {
        ups: [...matched(ours, theirs), ...goodbye(ours, theirs)],
        downs: [...matched(theirs, ours), ...goodbye(theirs, ours)],
        dial: {
          dialledMs: dialled.atMs,
          acceptedMs: accepted.atMs,
          connectedMs: connected.atMs,
        },
      },
    ];
  });
}

/** One end left, and the other had its word. */
export function goodbye(from: readonly Line[], to: readonly Line[]): Sent[] {
  const left = from.find((line) => line.type === 'link.lost' && line.label === 'local_shutdown');
  const heard = to.find((line) => line.type === 'link.lost' && line.initiator === 'remote');
  return left === undefined || heard === undefined ? [] : [[left.atMs, heard.atMs, 'goodbye']];
}

type Control = EventOf<'control.sent'> | EventOf<'control.received'>;

/** Messages in order; TCP loses none that comes before one that arrived. */
export function matched(from: readonly Line[], to: readonly Line[]): Sent[] {
  const left = to.filter((line): line is Control => line.type === 'control.received');
  return from.flatMap((sent): Sent[] => {
    if (sent.type !== 'control.sent') return [];
    const at = left.findIndex(
      (got) =>
        got.message === sent.message && got.session === sent.session && got.turn === sent.turn,
    );
    const got = left[at];
    if (got === undefined) return [];
    left.splice(0, at + 1);
    return [[sent.atMs, got.atMs, sent.message]];
  });
}
