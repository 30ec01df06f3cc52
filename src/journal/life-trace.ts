import type { EventOf, RecordedEvent, Stamp } from '../events';
import type { SimulatorEvent } from '../simulator-events';
import type { Journal } from './field-record';
import { grouped } from './grouped';

/** What can be judged of a journal: life by life, as a simulated run would have told it. */
export interface Lives {
  readonly traces: readonly (readonly RecordedEvent[])[];
  /** Lines that rest on others that are missing: nobody knows what came before. */
  readonly unjudged: number;
}

/**
 * The lives of a journal. Each is judged from its beginning to where lines are missing, if any are:
 * a life whose beginning was rotated away is not.
 */
export function livesOf({ gaps = [], lines }: Journal): Lives {
  const afterGap = new Set(gaps.map((index) => lines[index]));
  const traces: RecordedEvent[][] = [];
  let judged = 0;
  for (const life of grouped(lines, ({ boot }) => boot).values()) {
    if (life[0]?.type !== 'host.started') continue;
    const gap = life.findIndex((line, index) => index > 0 && afterGap.has(line));
    const known = gap < 0 ? life : life.slice(0, gap);
    judged += known.length;
    traces.push(asTrace(known));
  }
  return { traces, unjudged: lines.length - judged };
}

/** A journal has no word for what a trace tells: that no time passed, and that the end began. */
export function asTrace(life: readonly RecordedEvent[]): RecordedEvent[] {
  const stopping = stoppingLine(life);
  const told = life.flatMap((line): RecordedEvent[] => {
    if (line.type === 'loop.stalled') return [resumed(line), line];
    if (line.type === 'journal.continued') return [];
    return line === stopping
      ? [stamped(line, { type: 'host.stopping', signal: 'SIGTERM' }), line]
      : [line];
  });
  const pauses = life.flatMap((line) => (line.type === 'loop.stalled' ? [paused(line)] : []));
  return [...told, ...pauses].sort((a, b) => a.atMs - b.atMs);
}

function paused(line: EventOf<'loop.stalled'>): RecordedEvent {
  return stamped({ ...line, atMs: line.atMs - line.ms }, { type: 'host.paused' });
}

function resumed(line: EventOf<'loop.stalled'>): RecordedEvent {
  return stamped(line, { type: 'host.resumed', pausedMs: line.ms });
}

/** The first line of a shutdown: after it nothing is dialled or accepted any more. */
function stoppingLine(life: readonly RecordedEvent[]): RecordedEvent | undefined {
  const lastUp = life.findLastIndex(
    ({ type }) => type === 'link.dialing' || type === 'link.accepted',
  );
  return life.find((line, index) => index > lastUp && isOfShutdown(line));
}

function isOfShutdown(line: RecordedEvent): boolean {
  if (line.type === 'session.ended') return line.reason === 'shutdown';
  if (line.type === 'link.lost') return line.label === 'local_shutdown';
  return line.type === 'host.stopped';
}

export function stamped(
  { atMs, boot, host, seq, wallMs }: Stamp,
  event: SimulatorEvent,
): RecordedEvent {
  return { seq, atMs, wallMs, host, boot, ...event };
}
