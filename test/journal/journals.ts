/** What the tests of journals share: journals of simulated runs, as a disk would have them. */
import { DURABLE, type RecordedEvent } from '../../src/events';
import type { Journal } from '../../src/journal/field-record';
import { readJournal } from '../../src/journal/read-journal';
import { journalOf } from '../../src/sim/journal-of';
import type { ScenarioInput } from '../../src/sim/scenario';
import { simulate } from '../../src/sim/simulation';

/** A story of a Pi and a server, run; what only their journals and the world's faults tell. */
export async function eventsOfRun(
  story: Partial<ScenarioInput> = {},
  seed = 1,
): Promise<readonly RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  const plain = { name: 'a-test', story: 'What a test tells.', lasts: '100 s' } as const;
  const onEvent = (event: RecordedEvent): void => {
    if (isOfUse(event)) events.push(event);
  };
  await simulate({ ...plain, ...story }, { seed, keepEvents: 1, onEvent });
  return events;
}

/** Whether journals, or what they are compared with, need the event. */
export function isOfUse({ type }: RecordedEvent): boolean {
  return DURABLE.has(type) || type === 'host.lost_power' || type.startsWith('fault.');
}

/** The text of a journal, as it would be on a disk. */
export function asText(lines: readonly object[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** The journal of a host of a run. */
export function journalIn(events: readonly RecordedEvent[], host: string): Journal {
  return readJournal(asText(journalOf(events, host)));
}
