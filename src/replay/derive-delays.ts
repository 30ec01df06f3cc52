import { ms } from '../fuzz/drawn-faults';
import type { EventOf } from '../events';
import type { FaultInput } from '../sim/network-faults';
import { goodbye, matched, roundTripsOf } from './align';
import { CLIENT, lasting, SERVER, type StoryTime } from './derivation';
import { PLAIN_TRIPS, stalledSince, wordsOf, type FieldLink, type House } from './house';

/** Something that was sent at one end and arrived at the other, in milliseconds of the record. */
export interface Passage {
  readonly direction: 'upstream' | 'downstream';
  readonly sentMs: number;
  readonly arrivedMs: number;
  readonly what: string;
}

/** Where nothing else is known of it. */
const USUAL_LATENCY_MS = 5;
/** So much is chance, or the clocks. */
const SLACK_MS = 2;
/** A latency for one message holds for so long before and after it. */
const AROUND_MS = 10;

/** All messages of which both ends tell, and the welcomes. */
export function passagesOf(house: House): Passage[] {
  return house.links.flatMap((link): Passage[] => {
    const { accepted, connected } = link;
    if (accepted === undefined || connected === undefined) return [];
    const { ours, theirs } = wordsOf(house, link);
    const welcome = [[accepted.atMs, connected.atMs, 'welcome'] as const];
    return [
      ...asPassages('downstream', welcome),
      ...asPassages('upstream', matched(ours, theirs)),
      ...asPassages('downstream', matched(theirs, ours)),
      ...asPassages('upstream', goodbye(ours, theirs)),
      ...asPassages('downstream', goodbye(theirs, ours)),
    ].sort((a, b) => a.sentMs - b.sentMs);
  });
}

function asPassages(
  direction: Passage['direction'],
  pairs: readonly (readonly [sentMs: number, gotMs: number, what: string])[],
): Passage[] {
  return pairs.map(([sentMs, arrivedMs, what]) => ({ direction, sentMs, arrivedMs, what }));
}

/** How long a byte takes at best, one way, in whole milliseconds. */
export function latencyOf(house: House, passages: readonly Passage[]): number {
  const best = (direction: Passage['direction']): number =>
    Math.min(
      ...passages.flatMap((each) =>
        each.direction === direction ? [each.arrivedMs - each.sentMs] : [],
      ),
    );
  const dials = house.links.flatMap(({ connected, synMs }) =>
    connected === undefined ? [] : [(connected.atMs - synMs) / house.trips],
  );
  const roundTrips = [...roundTripsOf(house.clientEvents), ...roundTripsOf(house.serverEvents)];
  const known = [(best('upstream') + best('downstream')) / 2, ...dials];
  const answered = roundTrips.filter((tookMs) => tookMs > 0).map((tookMs) => tookMs / 2);
  const oneWayMs = Math.min(...known, ...answered);
  return Number.isFinite(oneWayMs) ? Math.max(1, Math.round(oneWayMs)) : USUAL_LATENCY_MS;
}

/** What took longer than the usual latency, as latency of that moment. */
export function delays(
  house: House,
  passages: readonly Passage[],
  latencyMs: number,
  time: StoryTime,
): FaultInput[] {
  return [
    ...house.links.flatMap((link) => lostSyns(link, time)),
    ...house.links.flatMap((link) => slowDial(house, link, latencyMs, time)),
    ...house.links.flatMap((link) => slowFailure(house, link, latencyMs, time)),
    ...slowPassages(
      passages.filter((passage) => !isEngines(house, passage) && !waitedForReader(house, passage)),
      latencyMs,
      time,
    ),
  ];
}

/** The end of an answer is as late as its engine is made to be, while the turn goes on. */
function isEngines({ serverEvents }: House, { arrivedMs, sentMs, what }: Passage): boolean {
  if (what !== 'tts_stream_end') return false;
  return !serverEvents.some(
    ({ atMs, type }) => type === 'turn.ended' && atMs >= sentMs && atMs < arrivedMs,
  );
}

/** What was read when its reader went on after a stall had come before. */
function waitedForReader(house: House, { arrivedMs, direction, sentMs }: Passage): boolean {
  const events = direction === 'upstream' ? house.serverEvents : house.clientEvents;
  return stalledSince(events, arrivedMs) !== undefined && sentMs < arrivedMs;
}

/** TCP keeps the order: what was sent later needs no delay of its own where the first had one. */
function slowPassages(all: readonly Passage[], latencyMs: number, time: StoryTime): FaultInput[] {
  return (['upstream', 'downstream'] as const).flatMap((direction) => {
    let lastMs = -Infinity;
    const passages = all.filter((passage) => passage.direction === direction);
    return passages.flatMap((passage, index): FaultInput[] => {
      const { arrivedMs, sentMs } = passage;
      const naturalMs = Math.max(sentMs + latencyMs, lastMs);
      lastMs = Math.max(arrivedMs, naturalMs);
      if (arrivedMs - naturalMs <= SLACK_MS) return [];
      const beforeMs = passages[index - 1]?.sentMs ?? -Infinity;
      const afterMs = passages[index + 1]?.sentMs ?? Infinity;
      const fromMs = Math.max(
        sentMs - AROUND_MS,
        Math.min(sentMs, Math.ceil((beforeMs + sentMs) / 2)),
        // What a welcome came after passed as the rest did.
        passage.what === 'welcome' ? sentMs - Math.min(latencyMs, AROUND_MS) : -Infinity,
      );
      const untilMs = Math.min(sentMs + AROUND_MS, Math.max(sentMs + 1, (sentMs + afterMs) / 2));
      return [
        {
          ...{ kind: 'latency', between: [CLIENT, SERVER], direction, at: time.at(fromMs) },
          for: lasting(untilMs - fromMs),
          oneWay: ms(Math.round(arrivedMs - sentMs - latencyMs)),
        },
      ];
    });
  });
}

/** SYNs before the one that was answered: a machine that is on would have refused them. */
function lostSyns({ dialledMs, synMs }: FieldLink, time: StoryTime): FaultInput[] {
  if (synMs === dialledMs) return [];
  const between: [string, string] = [CLIENT, SERVER];
  const lasts = lasting(synMs - dialledMs - SYN_AGAIN_MS / 2);
  return [{ kind: 'lost_dials', between, at: time.at(dialledMs - 1), for: lasts }];
}

/** A dial that came through late: its upgrade was under way for so long. */
function slowDial(
  house: House,
  { accepted, connected, synMs }: FieldLink,
  latencyMs: number,
  time: StoryTime,
): FaultInput[] {
  const tookMs =
    accepted === undefined
      ? connected === undefined
        ? undefined
        : connected.atMs - synMs - latencyMs
      : accepted.atMs - synMs;
  const waited =
    accepted === undefined ? undefined : stalledSince(house.serverEvents, accepted.atMs);
  if (tookMs === undefined || waited !== undefined) return [];
  const trips = house.trips - 1;
  const extraMs = tookMs - trips * latencyMs;
  if (extraMs <= SLACK_MS) return [];
  const upgradeMs = synMs + (trips - 1) * latencyMs;
  return [
    {
      ...{ kind: 'latency', between: [CLIENT, SERVER], direction: 'upstream' },
      at: time.at(upgradeMs - Math.min(SLACK_MS, latencyMs - 1)),
      for: lasting(2 * SLACK_MS),
      oneWay: ms(Math.round(extraMs)),
    },
  ];
}

/** How often the way was gone, one way, by dials that failed so. */
const TRIPS_OF_FAILURES: Readonly<Record<string, number>> = {
  dial_refused: 2,
  dial_unreachable: 2,
  auth: 4,
  http_status: 4,
};

function tripsOf(house: House, { httpStatus, label }: EventOf<'link.failed'>): number | undefined {
  const trips = TRIPS_OF_FAILURES[label];
  const byTls = httpStatus === undefined ? 0 : house.trips - PLAIN_TRIPS;
  return trips === undefined ? undefined : trips + byTls;
}

/** A SYN without an answer is sent again after so long. */
export const SYN_AGAIN_MS = 1_000;

/** A dial that failed later than by its ways: its SYN was slow, or lost and sent again. */
function slowFailure(
  house: House,
  { dialledMs, end }: FieldLink,
  latencyMs: number,
  time: StoryTime,
): FaultInput[] {
  const trips = end?.type === 'link.failed' ? tripsOf(house, end) : undefined;
  if (end === undefined || trips === undefined) return [];
  const extraMs = end.atMs - dialledMs - trips * latencyMs;
  if (extraMs <= SLACK_MS) return [];
  const between: [string, string] = [CLIENT, SERVER];
  const at = time.at(dialledMs - 1);
  const lostMs = Math.floor(extraMs / SYN_AGAIN_MS) * SYN_AGAIN_MS;
  if (lostMs > 0) return [{ kind: 'lost_dials', between, at, for: lasting(lostMs - 500) }];
  const oneWay = ms(Math.round(extraMs));
  return [{ kind: 'latency', between, direction: 'upstream', at, for: lasting(3), oneWay }];
}
