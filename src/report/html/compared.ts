import type { RecordedEvent } from '../../events';
import { eventTable, type EventTable } from './event-table';

/** Another recording of what a run told, to be seen beside it on one axis of time. */
export interface Compared {
  /** What it is: `journal`. */
  readonly label: string;
  readonly events: EventTable;
  /** Absent: the two tell the same. */
  readonly divergence?: Divergence;
}

/** The first thing that two recordings do not agree about. */
export interface Divergence {
  readonly atMs: number;
  readonly host: string;
  /** What the run has there, and what the other recording has. */
  readonly run: string;
  readonly other: string;
}

/** Fields that say what happened: no time, no amount, and no name that chance has given. */
const TELLING = [
  ...['machine', 'from', 'to', 'cause', 'label', 'initiator', 'code', 'attempt', 'message'],
  ...['reason', 'how', 'trigger', 'purpose', 'failure', 'cue', 'protocol', 'error', 'online'],
] as const;

/**
 * Puts another recording beside a run. Times of both must have the same zero. Of each host the
 * events are compared in order; a kind of event that one of the two does not have at all, as a
 * journal has no transient ones, is no difference.
 */
export function comparedWith(
  run: readonly RecordedEvent[],
  label: string,
  other: readonly RecordedEvent[],
): Compared {
  const divergence = firstDivergence(run, other);
  const events = eventTable(other);
  return { label, events, ...(divergence === undefined ? {} : { divergence }) };
}

function firstDivergence(
  run: readonly RecordedEvent[],
  other: readonly RecordedEvent[],
): Divergence | undefined {
  const hosts = new Set(other.map(({ host }) => host));
  const found = [...hosts].flatMap((host) => partingOf(run, other, host) ?? []);
  return found.sort((a, b) => a.atMs - b.atMs)[0];
}

function partingOf(
  run: readonly RecordedEvent[],
  other: readonly RecordedEvent[],
  host: string,
): Divergence | undefined {
  const [ours, theirs] = inCommon(ofHost(run, host), ofHost(other, host));
  for (let at = 0; at < Math.max(ours.length, theirs.length); at += 1) {
    const [one, two] = [ours[at], theirs[at]];
    const [seenHere, seenThere] = [describe(one), describe(two)];
    if (seenHere === seenThere) continue;
    const atMs = Math.min(one?.atMs ?? Infinity, two?.atMs ?? Infinity);
    return { atMs, host, run: seenHere, other: seenThere };
  }
  return undefined;
}

function ofHost(events: readonly RecordedEvent[], host: string): readonly RecordedEvent[] {
  return events.filter((event) => event.host === host);
}

type Pair = readonly [readonly RecordedEvent[], readonly RecordedEvent[]];

function inCommon(...[ours, theirs]: Pair): Pair {
  const [here, there] = [ours, theirs].map((events) => new Set(events.map(({ type }) => type)));
  const isCommon = ({ type }: RecordedEvent): boolean =>
    here?.has(type) === true && there?.has(type) === true;
  return [ours.filter(isCommon), theirs.filter(isCommon)];
}

/** `link.lost label=reset`; without an event, `nothing more`. */
function describe(event: RecordedEvent | undefined): string {
  if (event === undefined) return 'nothing more';
  const fields = event as unknown as Readonly<Record<string, unknown>>;
  const told = TELLING.filter((name) => fields[name] !== undefined);
  return [event.type, ...told.map((name) => `${name}=${String(fields[name])}`)].join(' ');
}
