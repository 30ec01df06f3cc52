import { JOURNAL_SYNC_MS } from '../constants';
import type { FaultInput } from '../sim/network-faults';
import { CLIENT, lasting, SERVER, type Acts, type StoryTime } from './derivation';
import type { FieldLife, FieldLink, House } from './house';

type HostName = typeof CLIENT | typeof SERVER;

/** A line is lost with the power where it is younger, and may come a little later again. */
const UNWRITTEN_MS = JOURNAL_SYNC_MS + 3;

/** What befell the machines: how lives ended, stalls, steps of the clock, devices. */
export function faultsOfLives(house: House, time: StoryTime, latencyMs: number): FaultInput[] {
  return [
    ...endings(house, house.client, CLIENT, time, latencyMs),
    ...endings(house, house.server, SERVER, time, latencyMs),
    ...stalls(house, time),
    ...steps(house, time),
    ...devices(house, time),
  ];
}

/** The programs that were told to stop, and never came back. */
export function stopsOf(house: House, time: StoryTime): Acts {
  const sides = [
    [house.client, CLIENT],
    [house.server, SERVER],
  ] as const;
  return sides.flatMap(([lives, on]): Acts => {
    const last = lives.at(-1);
    if (last?.end !== 'stopped') return [];
    return [{ at: time.at(stopMsOf(house, last)), on, stops: 'program' as const }];
  });
}

function endings(
  house: House,
  lives: readonly FieldLife[],
  host: HostName,
  time: StoryTime,
  latencyMs: number,
): FaultInput[] {
  return lives.flatMap((life): FaultInput[] => {
    if (life.nextMs === undefined || life.end === 'none') return [];
    const atMs = endMsOf(house, life, host, latencyMs);
    const kind = KINDS[life.end];
    return [{ kind, host, at: time.at(atMs), for: lasting(life.nextMs - atMs) }];
  });
}

/** A program without a link has no more to say for so long. */
const QUIETLY_MS = 20;

/** Whether a link of it was open when it was over. */
function isLinked({ links }: House, { endMs, lines }: FieldLife, host: HostName): boolean {
  return links.some(({ accepted, dialledMs, end, serverEnd }) => {
    const [fromMs, over] =
      host === CLIENT ? [dialledMs, end] : [accepted?.atMs ?? Infinity, serverEnd];
    return (
      fromMs >= (lines[0]?.atMs ?? Infinity) &&
      fromMs <= endMs &&
      (over === undefined || over.atMs > endMs)
    );
  });
}

const KINDS = { stopped: 'restart', killed: 'kill', lost_power: 'power_loss' } as const;

/** When a life ended: as it says, or as the other side noticed, or right after its last line. */
function endMsOf(house: House, life: FieldLife, host: HostName, latencyMs: number): number {
  const nextMs = life.nextMs as number;
  if (life.end === 'stopped') return Math.min(stopMsOf(house, life), nextMs - 1);
  const isGhost = life.lines.length === 0;
  const written =
    life.end === 'lost_power' && !isGhost
      ? life.endMs + UNWRITTEN_MS
      : life.endMs + (isGhost || isLinked(house, life, host) ? 1 : QUIETLY_MS);
  const noticedMs = house.links
    .map((link) => noticedAt(link, life, host, latencyMs))
    .filter((atMs) => atMs !== undefined && atMs > life.startedMs && atMs <= nextMs)
    .reduce<number>((last, atMs) => Math.max(last, atMs as number), 0);
  // It told nothing: what is a second old is told.
  const latestMs = isGhost ? life.startedMs + JOURNAL_SYNC_MS - 1 : Infinity;
  return Math.min(Math.max(written, noticedMs), latestMs, nextMs - 1);
}

/** One that was upgraded already when it stopped, and not welcomed yet, told the server so. */
function stopMsOf({ links }: House, { endMs }: FieldLife): number {
  const wasOpen = links.some(
    ({ end, serverEnd }) =>
      end?.type === 'link.failed' && end.atMs === endMs && serverEnd?.label === 'peer_close',
  );
  return wasOpen ? endMs + 3 : endMs;
}

/** The last that the other side knows of a life that was over without a word. */
function noticedAt(
  { accepted, connected, dialledMs, end, serverEnd }: FieldLink,
  { end: how, startedMs, nextMs = Infinity }: FieldLife,
  host: HostName,
  latencyMs: number,
): number | undefined {
  const isOfLife =
    host === CLIENT
      ? dialledMs >= startedMs && dialledMs < nextMs
      : accepted !== undefined && accepted.atMs >= startedMs && accepted.atMs < nextMs;
  if (!isOfLife) return undefined;
  const witness = host === CLIENT ? serverEnd : end;
  if (witness === undefined || witness.type !== 'link.lost') return undefined;
  if (witness.label === 'local_shutdown') return witness.atMs;
  // Without power nobody says that it is over.
  if (how === 'killed' && (witness.label === 'fin' || witness.label === 'reset')) {
    const isSoon = witness.sinceInboundMs < 100 || host === CLIENT || connected !== undefined;
    if (isSoon && witness.atMs - latencyMs < nextMs) return witness.atMs - latencyMs;
  }
  return witness.atMs - witness.sinceInboundMs - latencyMs + 1;
}

function stalls({ clientEvents, serverEvents }: House, time: StoryTime): FaultInput[] {
  const sides = [
    [clientEvents, CLIENT],
    [serverEvents, SERVER],
  ] as const;
  return sides.flatMap(([events, host]) =>
    events.flatMap((event): FaultInput[] =>
      event.type === 'loop.stalled'
        ? [{ kind: 'pause', host, at: time.at(event.atMs - event.ms), for: lasting(event.ms) }]
        : [],
    ),
  );
}

/** The time of day jumped, or the machine slept. */
function steps(house: House, time: StoryTime): FaultInput[] {
  const sides = [
    [house.clientEvents, CLIENT],
    [house.serverEvents, SERVER],
  ] as const;
  return sides.flatMap(([events, host]) =>
    events.flatMap((event): FaultInput[] => {
      if (event.type !== 'clock.stepped') return [];
      const { atMs, byMs } = event;
      if (host === CLIENT && house.sleptAtMs.has(atMs)) {
        return [{ kind: 'suspend', host, at: time.at(atMs - byMs), for: lasting(byMs) }];
      }
      return [{ kind: 'wall_step', host, at: time.at(atMs), by: Math.round(byMs) }];
    }),
  );
}

/** A microphone that could not be opened is tried again after this long, at the most. */
const RETRY_MS = 9_000;

function devices({ clientEvents }: House, time: StoryTime): FaultInput[] {
  const faults: FaultInput[] = [];
  let failedMs = -Infinity;
  for (const [index, event] of clientEvents.entries()) {
    // What came before it in the same instant comes before it again.
    const isLater = clientEvents[index - 1]?.atMs === event.atMs;
    const at = time.at(event.atMs + (isLater ? 1 : 0));
    if (event.type === 'playback.ended' && !['finished', 'stopped'].includes(event.how)) {
      faults.push({ kind: 'speaker_fails', host: CLIENT, at });
    }
    if (event.type !== 'microphone.failed') continue;
    const last = faults.findLast(({ kind }) => kind === 'microphone_fails');
    const isAgain = event.failure !== 'device_lost' && event.atMs - failedMs < RETRY_MS;
    if (isAgain && last?.kind === 'microphone_fails') {
      faults[faults.lastIndexOf(last)] = { ...last, opens: (last.opens ?? 0) + 1 };
    } else {
      faults.push({ kind: 'microphone_fails', host: CLIENT, at, opens: 0 });
    }
    failedMs = event.atMs;
  }
  return faults;
}
