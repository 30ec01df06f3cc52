import type { EventOf, RecordedEvent } from '../events';
import { outagesOf } from '../journal/outages';
import type { Aligned } from './align';
import { ReplayError } from './replay-error';

/** A link that was up and was lost, or a program that began without one. */
export interface Disconnect {
  /** From 1. */
  readonly number: number;
  readonly atMs: number;
  /** When there was a link again; absent where there was none. */
  readonly untilMs?: number;
  readonly label: string;
}

/** Shorter records are replayed as a whole, in milliseconds. */
export const SHORT_MS = 1_800_000;
/** A link that was up for so long begins anew with its waits: what was before does not matter. */
const STABLE_MS = 10_000;
/** What is looked at after a disconnect is over, in milliseconds. */
const AFTER_MS = 30_000;
/** An outage that lasts for longer is not looked at to its end, in milliseconds. */
const MAX_OUTAGE_MS = 900_000;

/** Every time in which the client had no link, in order, with the numbers that `explain` gives. */
export function disconnectsOf({ record }: Aligned): Disconnect[] {
  return outagesOf(record).map(({ connected, failures, first, lost }, index) => ({
    number: index + 1,
    // Of a program that began anew, the one before is looked at as well.
    atMs: first.type === 'host.started' ? first.atMs - 1 : first.atMs,
    label: lost?.label ?? failures[0]?.label ?? 'ended',
    ...(connected === undefined ? {} : { untilMs: connected.atMs }),
  }));
}

/**
 * The part of a record around one disconnect: from the last dial before it that began a link that
 * lasted, as if the programs had started there, until a while after it was over.
 *
 * @throws ReplayError where there is no such disconnect.
 */
export function windowOf(aligned: Aligned, number: number): Aligned {
  const disconnects = disconnectsOf(aligned);
  const wanted = disconnects[number - 1];
  if (wanted === undefined) {
    const count = disconnects.length;
    throw new ReplayError(
      'REPLAY_NO_INCIDENT',
      `There is no disconnect ${number}, there ${count === 1 ? 'is 1' : `are ${count}`}.`,
    );
  }
  const untilMs = Math.min(wanted.untilMs ?? Infinity, wanted.atMs + MAX_OUTAGE_MS) + AFTER_MS;
  return cut(aligned, startMs(aligned, wanted.atMs), untilMs);
}

function startMs({ record: { client, events } }: Aligned, atMs: number): number {
  const ours = events.filter((event) => event.host === client && event.atMs <= atMs);
  const lost = events.find(
    (event): event is EventOf<'link.lost'> =>
      event.host === client && event.type === 'link.lost' && event.atMs === atMs,
  );
  const isStable = lost === undefined || lost.upMs >= STABLE_MS;
  const begins = ours.filter(
    (event) =>
      event.type === 'host.started' ||
      (isStable && event.type === 'link.dialing' && event.connection === lost?.connection),
  );
  return begins.at(-1)?.atMs ?? events[0]?.atMs ?? 0;
}

function cut({ record, sleptAtMs, trips }: Aligned, fromMs: number, untilMs: number): Aligned {
  const inside = record.events.filter(({ atMs }) => atMs >= fromMs && atMs <= untilMs);
  const known = new Set(
    inside.flatMap((event) => (event.type === 'link.accepted' ? [event.connection] : [])),
  );
  const isOurs = (event: RecordedEvent): boolean =>
    event.host === record.client || !('connection' in event) || known.has(event.connection);
  const events = [
    ...beginning(record.events, record.server, fromMs),
    ...beginning(record.events, record.client, fromMs),
    ...inside.filter(isOurs),
  ];
  return { record: { ...record, events }, sleptAtMs, trips };
}

/** A program that ran already begins here. */
function beginning(
  events: readonly RecordedEvent[],
  host: string | undefined,
  fromMs: number,
): RecordedEvent[] {
  const before = events.filter((event) => event.host === host && event.atMs < fromMs);
  const startsThen = events.some(
    (event) => event.host === host && event.type === 'host.started' && event.atMs === fromMs,
  );
  const started = before.findLast(({ type }) => type === 'host.started');
  const isOver = started === undefined || before.at(-1)?.type === 'host.stopped';
  if (startsThen || isOver) return [];
  const begun = { ...started, atMs: fromMs };
  if (started.type !== 'host.started' || started.program !== 'client') return [begun];
  const { seq, wallMs, boot } = started;
  const listens = { from: 'idle', to: 'listening_for_hotword', cause: 'start' };
  const stamp = { seq, atMs: fromMs, wallMs, host: started.host, boot };
  return [begun, { ...stamp, type: 'state.changed', machine: 'client', ...listens }];
}
