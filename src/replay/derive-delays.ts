import { ms } from '../fuzz/drawn-faults';
import type { EventOf, RecordedEvent } from '../events';
import type { FaultInput } from '../sim/network-faults';
import { CLIENT, lasting, SERVER, type StoryTime } from './derivation';
import type { FieldLink, House } from './house';

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
export function passagesOf({ clientEvents, links, serverEvents }: House): Passage[] {
  return links.flatMap(({ accepted, connected, id }): Passage[] => {
    if (accepted === undefined || connected === undefined) return [];
    const [client, server] = [messages(clientEvents, id), messages(serverEvents, accepted.connection)];
    const welcome: Passage = {
      direction: 'downstream',
      sentMs: accepted.atMs,
      arrivedMs: connected.atMs,
      what: 'welcome',
    };
    return [
      welcome,
      ...matched('upstream', client.sent, server.received),
      ...matched('downstream', server.sent, client.received),
    ].sort((a, b) => a.sentMs - b.sentMs);
  });
}

type Control = EventOf<'control.sent'> | EventOf<'control.received'>;

function messages(events: readonly RecordedEvent[], connection: string) {
  const isOurs = (event: RecordedEvent): event is Control =>
    (event.type === 'control.sent' || event.type === 'control.received') &&
    event.connection === connection;
  const all = events.filter(isOurs);
  return {
    sent: all.filter(({ type }) => type === 'control.sent'),
    received: all.filter(({ type }) => type === 'control.received'),
  };
}

function matched(
  direction: Passage['direction'],
  sent: readonly Control[],
  received: readonly Control[],
): Passage[] {
  const left = [...received];
  return sent.flatMap((one): Passage[] => {
    const at = left.findIndex(
      (other) =>
        other.message === one.message && other.session === one.session && other.turn === one.turn,
    );
    const other = left[at];
    if (other === undefined) return [];
    left.splice(0, at + 1);
    return [{ direction, sentMs: one.atMs, arrivedMs: other.atMs, what: one.message }];
  });
}

/** How long a byte takes at best, one way, in whole milliseconds. */
export function latencyOf(house: House, passages: readonly Passage[]): number {
  const oneWays = passages.map(({ arrivedMs, sentMs }) => arrivedMs - sentMs);
  const dials = house.links.flatMap(({ connected, dialledMs }) =>
    connected === undefined ? [] : [(connected.atMs - dialledMs) / tripsOf(house)],
  );
  const best = Math.min(...(oneWays.length > 0 ? oneWays : dials), Infinity);
  return Number.isFinite(best) ? Math.max(1, Math.round(best)) : USUAL_LATENCY_MS;
}

/** How often the way is gone, one way, until a dial is welcomed: TCP, TLS, and the upgrade. */
export function tripsOf(house: House): number {
  return usesTls(house) ? 6 : 4;
}

/** Whether the client dials by TLS: some failures say so, and so does the time that a dial takes. */
export function usesTls({ links }: House): boolean {
  if (links.some(({ end }) => end?.label.startsWith('tls') === true)) return true;
  // The quickest dial is the one that least befell.
  const dials = links.flatMap(({ accepted, connected, dialledMs }) =>
    accepted === undefined || connected === undefined
      ? []
      : [{ askedMs: accepted.atMs - dialledMs, oneWayMs: connected.atMs - accepted.atMs }],
  );
  const [quickest] = dials.sort((a, b) => a.askedMs + a.oneWayMs - b.askedMs - b.oneWayMs);
  const TLS_FROM = 4;
  if (quickest !== undefined) return quickest.askedMs / Math.max(1, quickest.oneWayMs) >= TLS_FROM;
  return dialsByRoundTrip(links) >= 2.5;
}

/** The median dial in round trips of pings. */
function dialsByRoundTrip(links: readonly FieldLink[]): number {
  const ratios = links.flatMap(({ connected, dialledMs, end }) => {
    if (connected === undefined || end?.type !== 'link.lost' || !end.rttP50Ms) return [];
    return [(connected.atMs - dialledMs) / end.rttP50Ms];
  });
  return ratios.sort((a, b) => a - b)[ratios.length >> 1] ?? 0;
}

/** What took longer than the usual latency, as latency of that moment. */
export function delays(
  house: House,
  passages: readonly Passage[],
  latencyMs: number,
  time: StoryTime,
): FaultInput[] {
  return [
    ...house.links.flatMap((link) => slowDial(house, link, latencyMs, time)),
    ...slowPassages(
      passages.filter((passage) => !waitedForReader(house, passage)),
      latencyMs,
      time,
    ),
  ];
}

/** What was read when its reader went on after a stall had come before. */
function waitedForReader(house: House, { arrivedMs, direction, sentMs }: Passage): boolean {
  const events = direction === 'upstream' ? house.serverEvents : house.clientEvents;
  return events.some(
    (event) =>
      event.type === 'loop.stalled' &&
      Math.abs(event.atMs - arrivedMs) <= SLACK_MS &&
      event.atMs - event.ms <= arrivedMs &&
      sentMs < arrivedMs,
  );
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
      const fromMs = Math.max(sentMs - AROUND_MS, Math.min(sentMs, Math.ceil((beforeMs + sentMs) / 2)));
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

/** A dial that came through late: its upgrade was under way for so long. */
function slowDial(
  house: House,
  { accepted, connected, dialledMs }: FieldLink,
  latencyMs: number,
  time: StoryTime,
): FaultInput[] {
  const tookMs =
    accepted === undefined
      ? connected === undefined
        ? undefined
        : connected.atMs - dialledMs - latencyMs
      : accepted.atMs - dialledMs;
  if (tookMs === undefined) return [];
  const trips = tripsOf(house) - 1;
  const extraMs = tookMs - trips * latencyMs;
  if (extraMs <= SLACK_MS) return [];
  const upgradeMs = dialledMs + (trips - 1) * latencyMs;
  return [
    {
      ...{ kind: 'latency', between: [CLIENT, SERVER], direction: 'upstream' },
      at: time.at(upgradeMs - Math.min(AROUND_MS, latencyMs - 1)),
      for: lasting(2 * AROUND_MS),
      oneWay: ms(Math.round(extraMs)),
    },
  ];
}
