import { JOURNAL_SYNC_MS } from '../constants';
import type { EventOf, RecordedEvent } from '../events';
import { isBroken } from './end-of-link';
import type { FieldLife, FieldLink } from './house';

export interface Lives {
  readonly client: readonly FieldLife[];
  readonly server: readonly FieldLife[];
}

/** With what no journal tells of the programs, and the other side knows. */
export function withUntold(
  lives: Lives,
  links: readonly FieldLink[],
  serverEvents: readonly RecordedEvent[],
  { trips, untilMs }: { readonly trips: number; readonly untilMs: number },
): Lives {
  return withLastEnds(withGhosts(lives, links, serverEvents, trips), links, untilMs);
}

/**
 * A life that lost its power in its first second has told nothing, but the other side knows of it.
 */
function withGhosts(
  { client, server }: Lives,
  links: readonly FieldLink[],
  serverEvents: readonly RecordedEvent[],
  trips: number,
): Lives {
  const dialMs = Math.min(
    ...links.flatMap(({ connected, dialledMs }) =>
      connected === undefined ? [] : [connected.atMs - dialledMs],
    ),
  );
  const acceptedAfterMs = Number.isFinite(dialMs)
    ? Math.ceil((dialMs * (trips - 1)) / trips)
    : GHOST_DIAL_MS;
  const claimed = new Set(links.map(({ accepted }) => accepted?.connection));
  const ofServer = links.flatMap((link): Ghost[] => {
    if (link.connected?.peerConnection === undefined || link.accepted !== undefined) return [];
    const lostMs = link.end?.type === 'link.lost' ? link.end.atMs - link.end.sinceInboundMs : 0;
    const untilMs = Math.max(link.connected.atMs, lostMs);
    // What is older than a second would have been told.
    const fromMs = Math.min(untilMs - JOURNAL_SYNC_MS + 1, link.connected.atMs - 1);
    return [{ fromMs: Math.max(link.dialledMs, fromMs), untilMs }];
  });
  const ofClient = serverEvents.flatMap((event): Ghost[] =>
    event.type === 'link.accepted' && !claimed.has(event.connection)
      ? [
          {
            fromMs: Math.max(event.atMs - acceptedAfterMs, bornMs(server, event)),
            untilMs: event.atMs,
          },
        ]
      : [],
  );
  return {
    client: ofClient.reduce(withGhost, client),
    server: withUnborn(links, [...ofServer, ...refusing(links, server)].reduce(withGhost, server)),
  };
}

/** So long before and after a dial that it refused a machine is taken to have been on. */
const AROUND_MS = 300;

/** A machine that has refused a dial was on, although the life before had ended with its power. */
function refusing(links: readonly FieldLink[], server: readonly FieldLife[]): Ghost[] {
  return links.flatMap(({ dialledMs, end }): Ghost[] => {
    if (end?.label !== 'dial_refused') return [];
    const before = server.findLast(({ startedMs }) => startedMs <= dialledMs);
    // What it told in its last second is gone with its power.
    const isOff =
      before === undefined ||
      (before.end === 'lost_power' && before.endMs + JOURNAL_SYNC_MS < dialledMs);
    // Of less than a second nothing would be told; and a dial may come again a little off.
    const aroundMs = Math.min(AROUND_MS, (JOURNAL_SYNC_MS - 1 - (end.atMs - dialledMs)) / 2);
    if (!isOff || aroundMs < 1) return [];
    return [{ fromMs: Math.ceil(dialledMs - aroundMs), untilMs: Math.floor(end.atMs + aroundMs) }];
  });
}

function bornMs(lives: readonly FieldLife[], event: RecordedEvent): number {
  return lives.find(({ lines }) => lines.includes(event))?.startedMs ?? -Infinity;
}

/** A machine whose name could be resolved was there, and off. */
function withUnborn(
  links: readonly FieldLink[],
  server: readonly FieldLife[],
): readonly FieldLife[] {
  const startedMs = server[0]?.startedMs ?? 0;
  const early = links.find(
    ({ connected, dialledMs, end }) =>
      dialledMs < startedMs &&
      (connected !== undefined || (end?.type === 'link.failed' && end.label !== 'dns')),
  );
  if (early === undefined) return server;
  return withGhost(server, { fromMs: early.dialledMs, untilMs: early.dialledMs });
}

interface Ghost {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Where no dial is known, one takes so long, until it is accepted. */
const GHOST_DIAL_MS = 60;

function withGhost(lives: readonly FieldLife[], { fromMs, untilMs }: Ghost): readonly FieldLife[] {
  const next = lives.findIndex(({ startedMs }) => startedMs >= untilMs);
  const before = next === -1 ? lives.at(-1) : lives[next - 1];
  const after = lives[next];
  if (after === undefined || (before !== undefined && before.endMs >= fromMs)) return lives;
  const ghost: FieldLife = {
    startedMs: fromMs,
    lines: [],
    end: 'lost_power',
    endMs: untilMs,
    nextMs: after.startedMs,
  };
  const earlier = lives
    .slice(0, next)
    .map((life, index, all) =>
      index === all.length - 1 ? { ...life, nextMs: ghost.startedMs } : life,
    );
  return [...earlier, ghost, ...lives.slice(next)];
}

/**
 * A program whose journal ends with a link that the other side has lost since: it was killed, or
 * its power was cut, and it has not come back.
 */
function withLastEnds(lives: Lives, links: readonly FieldLink[], untilMs: number): Lives {
  const of = (
    all: readonly FieldLife[],
    open: (link: FieldLink) => EventOf<'link.lost'> | undefined,
  ): readonly FieldLife[] => {
    const last = all.at(-1);
    if (last?.end !== 'none') return all;
    const witness = links.findLast(({ dialledMs }) => dialledMs >= last.startedMs);
    const lost = witness === undefined ? undefined : open(witness);
    if (lost === undefined || lost.atMs < last.endMs) return all;
    const end = isBroken(lost) ? 'killed' : 'lost_power';
    return [...all.slice(0, -1), { ...last, end, nextMs: untilMs + NEVER_MS }];
  };
  return {
    client: of(lives.client, ({ end, serverEnd }) =>
      end === undefined && serverEnd?.initiator !== 'remote' ? serverEnd : undefined,
    ),
    server: of(lives.server, ({ accepted, end, serverEnd }) =>
      accepted !== undefined &&
      serverEnd === undefined &&
      end?.type === 'link.lost' &&
      end.initiator !== 'remote'
        ? end
        : undefined,
    ),
  };
}

/** After all that is told. */
const NEVER_MS = 60_000;
