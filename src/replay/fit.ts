import type { RecordedEvent } from '../events';

/** Something that has to happen again: in which of a host's threads, what, and when. */
export interface Mark {
  readonly thread: string;
  readonly what: string;
  readonly atMs: number;
  readonly event: RecordedEvent;
}

/** Where field and replay part for the first time. */
export interface Divergence {
  readonly thread: string;
  readonly atMs: number;
  readonly field?: Mark;
  readonly replay?: Mark;
}

/** How well a replay is what the journals tell. */
export interface Fit {
  readonly reproduced: boolean;
  /** From 0 to 1: the part of the field's marks before the first divergence. */
  readonly score: number;
  readonly divergence?: Divergence;
  /** By how much each mark that came again was off, in milliseconds. */
  readonly offMs: readonly number[];
}

/** A mark that comes again within so many milliseconds is the same. */
export const NEAR_MS = 1_000;

/** Who is who in a list of events. */
export interface Roles {
  readonly client: string;
  /** Absent where nothing is compared of it. */
  readonly server?: string;
}

/** What of a list of events has to happen again, in each thread in order. */
export function marksOf(events: readonly RecordedEvent[], { client, server }: Roles): Mark[] {
  return events.flatMap((event): Mark[] => {
    if (event.host !== client && event.host !== server) return [];
    const role = event.host === client ? 'client' : 'server';
    const told = told_(event);
    if (told === undefined) return [];
    return [{ thread: `${role} ${told[0]}`, what: told[1], atMs: event.atMs, event }];
  });
}

/** The thread and the words of an event that has to happen again. */
function told_(event: RecordedEvent): readonly [string, string] | undefined {
  switch (event.type) {
    case 'host.started':
      return ['program', 'started'];
    case 'state.changed':
      return [event.machine, `${event.from} -> ${event.to} (${event.cause})`];
    case 'link.failed':
      return [
        'link',
        ['failed', event.label, event.httpStatus, event.code].filter(isGiven).join(' '),
      ];
    case 'link.accepted':
      return ['links', 'accepted'];
    case 'link.lost': {
      const words = ['lost', event.label, event.initiator, event.code].filter(isGiven).join(' ');
      return [event.device === undefined ? 'link' : 'links', words];
    }
    case 'session.requested':
      return ['sessions', `requested by ${event.trigger}`];
    case 'session.started':
      return ['sessions', 'started'];
    case 'session.rejected':
      return ['sessions', `rejected ${event.reason}`];
    case 'session.ended':
      return ['sessions', `ended ${event.reason}`];
    case 'turn.started':
      return ['turns', `${event.turn} started`];
    case 'turn.ended':
      return ['turns', [event.turn, 'ended', event.error].filter(isGiven).join(' ')];
    case 'playback.started':
      return ['turns', `${event.turn} sounds`];
    case 'playback.ended':
      return ['turns', `${event.turn} is over, ${event.how}`];
    default:
      return undefined;
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined;
}

/** Compares what happened in the field with what came again, up to `untilMs`. */
export function fit(field: readonly Mark[], replay: readonly Mark[], untilMs = Infinity): Fit {
  const threads = new Set([...field, ...replay].map(({ thread }) => thread));
  const partings: Divergence[] = [];
  const pairs: (readonly [Mark, Mark])[] = [];
  for (const thread of threads) {
    const ours = replay.filter((mark) => mark.thread === thread);
    const theirs = field.filter((mark) => mark.thread === thread);
    const parting = partingOf(thread, theirs, ours, pairs, untilMs);
    if (parting !== undefined) partings.push(parting);
  }
  const divergence = partings.sort((a, b) => a.atMs - b.atMs)[0];
  const wanted = field.filter(({ atMs }) => atMs <= untilMs);
  const endMs = divergence?.atMs ?? Infinity;
  const good = wanted.filter(({ atMs }) => atMs < endMs).length;
  return {
    reproduced: divergence === undefined,
    score: wanted.length === 0 ? 1 : good / wanted.length,
    offMs: pairs.filter(([one]) => one.atMs <= endMs).map(([one, other]) => other.atMs - one.atMs),
    ...(divergence === undefined ? {} : { divergence }),
  };
}

function partingOf(
  thread: string,
  field: readonly Mark[],
  replay: readonly Mark[],
  pairs: (readonly [Mark, Mark])[],
  untilMs: number,
): Divergence | undefined {
  for (let at = 0; at < Math.max(field.length, replay.length); at += 1) {
    const [one, other] = [field[at], replay[at]];
    const firstMs = Math.min(one?.atMs ?? Infinity, other?.atMs ?? Infinity);
    if (firstMs > untilMs) return undefined;
    const isSame =
      one !== undefined &&
      other !== undefined &&
      one.what === other.what &&
      Math.abs(one.atMs - other.atMs) <= NEAR_MS;
    if (!isSame) {
      return {
        thread,
        atMs: firstMs,
        ...(one === undefined ? {} : { field: one }),
        ...(other === undefined ? {} : { replay: other }),
      };
    }
    pairs.push([one, other]);
  }
  return undefined;
}
