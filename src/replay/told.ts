import { JOURNAL_SYNC_MS } from '../constants';
import { isDurable, type RecordedEvent } from '../events';

/** What all hosts of a run would have in their journals, on the time of the run. */
export function toldOf(events: readonly RecordedEvent[]): RecordedEvent[] {
  const told: RecordedEvent[] = [];
  const unwritten = new Map<string, number>();
  for (const event of events.toReversed()) {
    if (event.type === 'host.lost_power') unwritten.set(event.host, event.atMs - JOURNAL_SYNC_MS);
    const lostFromMs = unwritten.get(event.host) ?? Infinity;
    if (isDurable(event.type) && event.atMs <= lostFromMs) told.push(event);
    if (event.type === 'host.started') unwritten.delete(event.host);
  }
  return told.reverse();
}
