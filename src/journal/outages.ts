import type { EventOf, RecordedEvent } from '../events';
import type { FieldRecord } from './field-record';
import { firstAt } from './first-at';
import { grouped } from './grouped';
import { livesOfHost, type FieldLife } from './lives';

/**
 * A time in which the client had no link: from a loss, from the end of its program, or from the
 * first start, until it was connected again.
 */
export interface Outage {
  /** From when on nobody was there, on the time line: the last sign of the server, if known. */
  readonly fromMs: number;
  /** The line with which it begins. */
  readonly first: RecordedEvent;
  /** Absent where the program ended, or was not yet connected. */
  readonly lost?: EventOf<'link.lost'>;
  /** Lives of the client that began meanwhile. */
  readonly starts: readonly FieldLife[];
  readonly failures: readonly EventOf<'link.failed'>[];
  /** What ended it. Absent: it lasted to the end of the journal. */
  readonly connected?: EventOf<'link.connected'>;
  readonly untilMs: number;
  /** Sessions that ended with the link. */
  readonly sessions: readonly string[];
  /** Other lines of the client's from just before it to its end. */
  readonly own: readonly RecordedEvent[];
  /** What the server's journal has of it: its record of the connection, and its lives since. */
  readonly atServer?: AtServer;
  /** By how much the client's machine slept by the server's clock, where both were compared. */
  readonly sleptMs?: number;
}

export interface AtServer {
  readonly lost?: EventOf<'link.lost'>;
  readonly starts: readonly FieldLife[];
  readonly stalls: readonly EventOf<'loop.stalled'>[];
}

/** How long before an outage a line may have to do with it: a dead link is noticed so late. */
const BEFORE_MS = 45_000;

interface Open {
  readonly fromMs: number;
  readonly first: RecordedEvent;
  readonly lost?: EventOf<'link.lost'>;
  readonly starts: FieldLife[];
  readonly failures: EventOf<'link.failed'>[];
  readonly sessions: string[];
}

/** The outages of a record's client, in order. The first dial, if it worked, is none. */
export function outagesOf(record: FieldRecord): readonly Outage[] {
  const { client, events } = record;
  const outages: Outage[] = [];
  const finish = finisher(record);
  let open: Open | undefined;
  let up: EventOf<'link.connected'> | undefined;
  for (const life of livesOfHost(events, client)) {
    if (life.started !== undefined) {
      open ??= beginning(life, life.started);
      open.starts.push(life);
    }
    for (const line of life.lines) {
      if (line.type === 'link.connected') {
        if (open !== undefined && isOutage(open)) outages.push(finish(open, line, up));
        open = undefined;
        up = line;
      } else if (line.type === 'link.lost') {
        open = lossOf(line, open);
      } else if (line.type === 'link.failed') {
        open?.failures.push(line);
      } else if (line.type === 'session.ended' && line.reason === 'link_lost') {
        open?.sessions.push(line.session);
      }
    }
  }
  if (open !== undefined && isOutage(open)) outages.push(finish(open, undefined, up));
  return outages;
}

function beginning(life: FieldLife, started: RecordedEvent): Open {
  const first = life.before?.last ?? started;
  return { fromMs: first.atMs, first, starts: [], failures: [], sessions: [] };
}

/** A connection that was dialled in spite of another is lost within the same outage. */
function lossOf(lost: EventOf<'link.lost'>, open: Open | undefined): Open {
  if (open !== undefined) return open;
  const isSilence = lost.label === 'heartbeat_timeout' || lost.label === 'tcp_timeout';
  const fromMs = lost.atMs - (isSilence ? lost.sinceInboundMs : 0);
  return { fromMs, first: lost, lost, starts: [], failures: [], sessions: [] };
}

/** A program that stops, and is not started again before the journal ends, is nobody's outage. */
function isOutage({ failures, lost, starts }: Open): boolean {
  if (lost?.label === 'local_shutdown' && starts.length === 0) return false;
  return lost !== undefined || failures.length > 0 || starts.some(({ before }) => before);
}

type Finish = (
  open: Open,
  connected: EventOf<'link.connected'> | undefined,
  /** The connection that was up before. */
  up: EventOf<'link.connected'> | undefined,
) => Outage;

/** Adds what other lines have to say of an outage. */
function finisher(record: FieldRecord): Finish {
  const { client, events, offsets, server } = record;
  const ours = events.filter(({ host, type }) => host === client && TELLING.has(type));
  const lives = server === undefined ? [] : livesOfHost(events, server);
  const acceptedIn = livesByConnection(lives);
  const stalls = events.filter((event) => event.host === server && event.type === 'loop.stalled');
  const records = grouped(
    events.filter((event) => event.host === server && event.type === 'link.lost'),
    (event) => (event.type === 'link.lost' ? event.connection : ''),
  );
  const endMs = events.at(-1)?.atMs ?? 0;
  return (open, connected, up) => {
    const untilMs = connected?.atMs ?? endMs;
    const near = (lines: readonly RecordedEvent[]): readonly RecordedEvent[] =>
      between(lines, open.fromMs - BEFORE_MS, untilMs);
    const peer = up?.peerConnection ?? '';
    const [lost] = records.get(peer) ?? [];
    const accepted = acceptedIn.get(peer);
    const sleptMs = connected && sleptBetween(offsets, open.first.atMs, connected);
    return {
      ...open,
      untilMs,
      own: near(ours),
      ...(connected === undefined ? {} : { connected }),
      ...(sleptMs === undefined ? {} : { sleptMs }),
      ...(server === undefined
        ? {}
        : {
            atServer: {
              ...(lost?.type === 'link.lost' ? { lost } : {}),
              starts: lives.filter((life) => isMeanwhile(life, open, untilMs, accepted)),
              stalls: near(stalls),
            } as AtServer,
          }),
    };
  };
}

const TELLING: ReadonlySet<string> = new Set([
  'loop.stalled',
  'clock.stepped',
  'heartbeat.late',
  'heartbeat.timeout',
]);

/** In which life the server has accepted each connection. */
function livesByConnection(lives: readonly FieldLife[]): ReadonlyMap<string, FieldLife> {
  return new Map(
    lives.flatMap((life) =>
      life.lines.flatMap((line) =>
        line.type === 'link.accepted' ? [[line.connection, life] as const] : [],
      ),
    ),
  );
}

/** Those of some lines, which are in the order of time, that lie in a stretch of it. */
function between(
  lines: readonly RecordedEvent[],
  fromMs: number,
  untilMs: number,
): readonly RecordedEvent[] {
  const begin = firstAt(lines, ({ atMs }) => atMs >= fromMs);
  const end = firstAt(lines, ({ atMs }) => atMs > untilMs);
  return lines.slice(begin, end);
}

/**
 * Whether the server went and came back while the client was without it, or since it has accepted
 * the connection: the client may be the last to know.
 */
function isMeanwhile(
  { before, started }: FieldLife,
  open: Open,
  untilMs: number,
  accepted: FieldLife | undefined,
): boolean {
  if (before === undefined || started === undefined) return false;
  const SLACK_MS = 2_000;
  const lostMs = open.lost?.atMs ?? untilMs;
  const fromMs = accepted?.lines.at(-1)?.atMs ?? open.fromMs - SLACK_MS;
  const isBack = started.atMs >= fromMs && started.atMs <= untilMs + SLACK_MS;
  return isBack && before.last.atMs <= lostMs + SLACK_MS;
}

/** The next connections, of which one has ended the outage; each is compared more than once. */
const MOST_COMPARED = 100;

/** A clock that stands still while its machine sleeps falls behind that of the other machine. */
function sleptBetween(
  offsets: FieldRecord['offsets'],
  beganMs: number,
  connected: EventOf<'link.connected'>,
): number | undefined {
  const index = firstAt(offsets, ({ atMs }) => atMs >= beganMs);
  const before = offsets[index - 1];
  const after = offsets
    .slice(index, index + MOST_COMPARED)
    .find(({ atMs, connection }) => atMs > beganMs && connection === connected.connection);
  if (before === undefined || after === undefined) return undefined;
  const sleptMs = after.offsetMs - before.offsetMs;
  return sleptMs > before.errorMs + after.errorMs + 1_000 ? sleptMs : undefined;
}
