import { DEFAULT_DEVICE } from '../protocol';
import type { EventOf, RecordedEvent } from '../events';
import { SYNS_AFTER_MS } from '../sim/tcp-dial';
import type { Aligned } from './align';
import { withUntold } from './untold-lives';

/** One life of a program, as its journal tells. Times are those of the record, in milliseconds. */
export interface FieldLife {
  readonly startedMs: number;
  readonly lines: readonly RecordedEvent[];
  /** `stopped`: it said so. `killed`, `lost_power`: another began without a word. */
  readonly end: 'stopped' | 'killed' | 'lost_power' | 'none';
  /** When it was told to stop, or its last line. */
  readonly endMs: number;
  /** When the next one began. */
  readonly nextMs?: number;
}

/** A dial of the client, and what came of it at both ends. */
export interface FieldLink {
  readonly id: string;
  /** Of which life of the client: each counts its connections anew. */
  readonly boot: number;
  readonly dialledMs: number;
  /** When the SYN was sent that was answered: later than the dial where the server was off. */
  readonly synMs: number;
  readonly connected?: EventOf<'link.connected'>;
  readonly end?: EventOf<'link.failed'> | EventOf<'link.lost'>;
  readonly accepted?: EventOf<'link.accepted'>;
  readonly serverEnd?: EventOf<'link.lost'>;
  /** When its client's life ended in the midst of it. */
  readonly diedMs?: number;
}

/** What the journals of a house tell, put together by lives and by connections. */
export interface House {
  readonly client: readonly FieldLife[];
  /** Empty where its journal is not known. */
  readonly server: readonly FieldLife[];
  readonly links: readonly FieldLink[];
  readonly knowsServer: boolean;
  /** Of both, by time. */
  readonly events: readonly RecordedEvent[];
  readonly clientEvents: readonly RecordedEvent[];
  readonly serverEvents: readonly RecordedEvent[];
  /** See {@link Aligned}. */
  readonly trips: number;
  /** The `clock.stepped` at which the client woke, by their instants. */
  readonly sleptAtMs: ReadonlySet<number>;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** A dial without TLS goes the way so often, one way. */
export const PLAIN_TRIPS = 4;

/** Puts together what belongs together. What other devices did at the server is left out. */
export function houseOf({ record, sleptAtMs, trips }: Aligned): House {
  const fromMs = record.events[0]?.atMs ?? 0;
  const told = inWholeMs(record.events, fromMs);
  const clientEvents = told.filter(({ host }) => host === record.client);
  const all = told.filter(({ host }) => host === record.server);
  const serverEvents = withoutStrangers(all, deviceOf(clientEvents, all));
  const events = told.filter(
    (event) => event.host === record.client || serverEvents.includes(event),
  );
  const known = { client: livesOf(clientEvents), server: livesOf(serverEvents) };
  const knowsServer = record.server !== undefined;
  const links = linksOf(known.client, serverEvents).map((link) => ({
    ...link,
    synMs: synOf(link, known.server, trips),
  }));
  const untilMs = events.reduce((last, { atMs }) => Math.max(last, atMs), 0);
  const { client, server } = knowsServer
    ? withUntold(known, links, serverEvents, { trips, untilMs })
    : known;
  return {
    client,
    server,
    links: [...links, ...(knowsServer ? forgottenLinks(client, links, serverEvents) : [])]
      .map((link) => diedWith(client, link))
      .sort((a, b) => a.dialledMs - b.dialledMs),
    knowsServer,
    events,
    clientEvents,
    serverEvents,
    fromMs: Math.min(events[0]?.atMs ?? 0, client[0]?.startedMs ?? 0, server[0]?.startedMs ?? 0),
    trips,
    sleptAtMs: new Set([...sleptAtMs].map((atMs) => Math.round(atMs - fromMs))),
    untilMs,
  };
}

/** Of no life of the client that told of anything. */
const FORGOTTEN = -1;

/** Links of which the server alone tells: their clients lost their power in their first second. */
function forgottenLinks(
  client: readonly FieldLife[],
  links: readonly FieldLink[],
  server: readonly RecordedEvent[],
): FieldLink[] {
  const claimed = new Set(links.map(({ accepted }) => accepted?.connection));
  return server.flatMap((accepted): FieldLink[] => {
    if (accepted.type !== 'link.accepted' || claimed.has(accepted.connection)) return [];
    const { connection: id } = accepted;
    const life = client.find(
      ({ endMs, lines, startedMs }) =>
        lines.length === 0 && startedMs <= accepted.atMs && accepted.atMs <= endMs,
    );
    if (life === undefined) return [];
    const { startedMs: dialledMs } = life;
    const serverEnd = endOfServers(server, id);
    return [
      {
        ...{ id, boot: FORGOTTEN, dialledMs, synMs: dialledMs, accepted },
        ...(serverEnd === undefined ? {} : { serverEnd }),
        ...(life.nextMs === undefined ? {} : { diedMs: life.nextMs }),
      },
    ];
  });
}

function endOfServers(
  server: readonly RecordedEvent[],
  connection: string,
): EventOf<'link.lost'> | undefined {
  return server.find(
    (event): event is EventOf<'link.lost'> =>
      event.type === 'link.lost' && event.connection === connection,
  );
}

/** With the end of its client's last life, of which nobody told. */
function diedWith(client: readonly FieldLife[], link: FieldLink): FieldLink {
  const last = client.at(-1);
  const isOver = link.end !== undefined || link.diedMs !== undefined;
  const diedMs = last?.end === 'none' || last?.end === 'stopped' ? undefined : last?.nextMs;
  if (isOver || diedMs === undefined || link.dialledMs < (last?.startedMs ?? 0)) return link;
  return { ...link, diedMs };
}

/** What each end has told of a link that both know of. */
export function wordsOf(
  { clientEvents, serverEvents }: House,
  { accepted, boot, id }: FieldLink,
): { readonly ours: readonly RecordedEvent[]; readonly theirs: readonly RecordedEvent[] } {
  const isOf = (event: RecordedEvent, connection: string | undefined): boolean =>
    connection !== undefined && 'connection' in event && event.connection === connection;
  return {
    ours: clientEvents.filter((event) => isOf(event, id) && event.boot === boot),
    theirs: serverEvents.filter((event) => isOf(event, accepted?.connection)),
  };
}

/** From the first of them on, in whole milliseconds, as the simulator has its times. */
function inWholeMs(events: readonly RecordedEvent[], fromMs: number): RecordedEvent[] {
  return events.map((event) => ({ ...event, atMs: Math.round(event.atMs - fromMs) }));
}

/** A server that has only just started cannot have had an earlier one. */
function synOf(
  { accepted, dialledMs }: FieldLink,
  server: readonly FieldLife[],
  trips: number,
): number {
  const startedMs = server.findLast(
    (life) => accepted !== undefined && life.startedMs <= accepted.atMs,
  )?.startedMs;
  if (accepted === undefined || startedMs === undefined) return dialledMs;
  const sentAfterMs = SYNS_AFTER_MS.filter((sentMs) => dialledMs + sentMs < accepted.atMs);
  const afterMs = sentAfterMs.find((sentMs) => {
    const oneWayMs = (accepted.atMs - dialledMs - sentMs) / (trips - 1);
    return dialledMs + sentMs + oneWayMs >= startedMs - 1;
  });
  return dialledMs + (afterMs ?? 0);
}

/** The stall of a program that was over at this instant: from when on it had stood still. */
export function stalledSince(events: readonly RecordedEvent[], atMs: number): number | undefined {
  const stall = events.find(
    (event) => event.type === 'loop.stalled' && Math.abs(event.atMs - atMs) <= 2,
  );
  return stall?.type === 'loop.stalled' ? stall.atMs - stall.ms : undefined;
}

function deviceOf(client: readonly RecordedEvent[], server: readonly RecordedEvent[]): string {
  const ours = new Set(
    client.flatMap((event) => (event.type === 'link.connected' ? [event.peerConnection] : [])),
  );
  for (const event of server) {
    if (event.type === 'link.accepted' && ours.has(event.connection)) return event.device;
  }
  return DEFAULT_DEVICE;
}

function withoutStrangers(events: readonly RecordedEvent[], device: string): RecordedEvent[] {
  const strange = new Set<string>();
  return events.filter((event) => {
    const names = event as { readonly device?: string; readonly connection?: string };
    if (names.device !== undefined && names.device !== device) {
      if (names.connection !== undefined) strange.add(names.connection);
      return false;
    }
    return names.connection === undefined || !strange.has(names.connection);
  });
}

function livesOf(events: readonly RecordedEvent[]): FieldLife[] {
  const parts: RecordedEvent[][] = [];
  for (const event of events) {
    if (event.type === 'host.started' || parts.length === 0) parts.push([]);
    parts.at(-1)?.push(event);
  }
  return parts.map((lines, index) => lifeOf(lines, parts[index + 1]));
}

function lifeOf(
  lines: readonly RecordedEvent[],
  next: readonly RecordedEvent[] | undefined,
): FieldLife {
  const [first] = lines as readonly [RecordedEvent];
  const last = lines.at(-1) as RecordedEvent;
  const end = endOf(lines, next?.[0]);
  return {
    startedMs: first.atMs,
    lines,
    end,
    endMs: end === 'stopped' ? stoppingMs(lines) : last.atMs,
    ...(next === undefined ? {} : { nextMs: next[0]?.atMs as number }),
  };
}

function endOf(lines: readonly RecordedEvent[], next: RecordedEvent | undefined): FieldLife['end'] {
  // One that was cut short when it had said that it stops was told to.
  if (lines.some((line) => line.type === 'host.stopped' || isGoodbye(line))) return 'stopped';
  if (next === undefined) return 'none';
  const [first] = lines;
  const machines = [first, next].map((each) =>
    each?.type === 'host.started' ? each.machine : undefined,
  );
  return machines[0] === machines[1] ? 'killed' : 'lost_power';
}

/** It comes after whatever was told at the same time, which may come a little later again. */
const AFTER_ALL_MS = 50;
/** A server that had nobody to send away was told so after all had gone. */
const QUIETLY_MS = 300;

function isGoodbye(line: RecordedEvent): boolean {
  const isEnd = line.type === 'link.lost' || line.type === 'link.failed';
  return isEnd && line.label === 'local_shutdown';
}

/** Its first words of it; a program that had nothing to end stops at once. */
function stoppingMs(lines: readonly RecordedEvent[]): number {
  // A server speaks of a client's shutdown as well.
  const isWord = (event: RecordedEvent): boolean =>
    (event.type === 'state.changed' && event.machine === 'client' && event.cause === 'shutdown') ||
    isGoodbye(event);
  const at = lines.findIndex(isWord);
  const first = lines[at];
  // What came before it in the same instant comes before it again.
  if (first !== undefined) {
    const before = lines.slice(0, at).findLast((line) => !isOfShutdown(line));
    return before?.atMs === first.atMs ? first.atMs + AFTER_ALL_MS : first.atMs;
  }
  return (lines.find(({ type }) => type === 'host.stopped')?.atMs as number) + QUIETLY_MS;
}

/** What a session and its sound have to say, when their program is told to stop. */
function isOfShutdown(line: RecordedEvent): boolean {
  if (line.type === 'playback.ended') return line.how === 'stopped';
  return 'reason' in line && line.reason === 'shutdown';
}

function linksOf(lives: readonly FieldLife[], server: readonly RecordedEvent[]): FieldLink[] {
  const claimed = new Set<string>();
  const links = lives.flatMap((life) => linksOfLife(life));
  const named = new Set(links.map(({ connected }) => connected?.peerConnection));
  return links.map((link) => {
    const accepted = server.find(
      (event): event is EventOf<'link.accepted'> =>
        event.type === 'link.accepted' &&
        !claimed.has(event.connection) &&
        (link.connected?.peerConnection === undefined
          ? !named.has(event.connection) &&
            (isDuring(link, event.atMs) || isLate(link, event, server))
          : event.connection === link.connected.peerConnection),
    );
    if (accepted === undefined) return link;
    claimed.add(accepted.connection);
    const serverEnd = endOfServers(server, accepted.connection);
    return { ...link, accepted, ...(serverEnd === undefined ? {} : { serverEnd }) };
  });
}

/** A server may take what its client has given up, if that was sent before. */
const LATE_MS = 5_000;
/** By so much two clocks may be apart where no link tells. */
const CLOCKS_MS = 50;

/** Dials that end so never came to a server. */
const NEVER_ACCEPTED = new Set(['dial_refused', 'dial_unreachable', 'dns']);

function isDuring(link: FieldLink, atMs: number): boolean {
  if (NEVER_ACCEPTED.has(link.end?.label ?? '')) return false;
  const endMs = link.end?.atMs ?? link.diedMs ?? Infinity;
  return atMs >= link.dialledMs - CLOCKS_MS && atMs <= endMs + LATE_MS;
}

/** So late may come what a slow way has kept, and so soon its end follows. */
const KEPT_MS = 60_000;
const FOLLOWS_MS = 1_000;

/** Whether it is the upgrade that a client has given up long ago, whose FIN came right after it. */
function isLate(
  { end }: FieldLink,
  { atMs, connection }: EventOf<'link.accepted'>,
  server: readonly RecordedEvent[],
): boolean {
  if (end?.label !== 'dial_timeout' || atMs < end.atMs || atMs > end.atMs + KEPT_MS) return false;
  return server.some(
    (event) =>
      event.type === 'link.lost' &&
      event.connection === connection &&
      event.initiator === 'network' &&
      event.atMs <= atMs + FOLLOWS_MS,
  );
}

function linksOfLife({ end, endMs, lines, nextMs }: FieldLife): FieldLink[] {
  const isDead = end === 'killed' || end === 'lost_power';
  return lines.flatMap((line): FieldLink[] => {
    if (line.type !== 'link.dialing') return [];
    const { connection: id } = line;
    const connected = lines.find(
      (event): event is EventOf<'link.connected'> =>
        event.type === 'link.connected' && event.connection === id,
    );
    const ended = lines.find(
      (event): event is EventOf<'link.failed'> | EventOf<'link.lost'> =>
        (event.type === 'link.failed' || event.type === 'link.lost') && event.connection === id,
    );
    return [
      {
        id,
        boot: line.boot,
        dialledMs: line.atMs,
        synMs: line.atMs,
        ...(connected === undefined ? {} : { connected }),
        ...(ended === undefined ? {} : { end: ended }),
        ...(ended === undefined && isDead ? { diedMs: nextMs ?? endMs } : {}),
      },
    ];
  });
}
