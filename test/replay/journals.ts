/** What the tests of replays share: a story, and what its hosts would have written of it. */
import { readJournal } from '../../src/journal/read-journal';
import type { Journal } from '../../src/journal/field-record';
import { journalOf } from '../../src/sim/journal-of';
import type { ScenarioInput } from '../../src/sim/scenario';
import { run } from '../sim/runs';

export interface Journals {
  readonly client: Journal;
  readonly server: Journal;
}

/** The journals of a run of a story, with a session in it unless it has acts of its own. */
export async function journalsOf(story: Partial<ScenarioInput>): Promise<Journals> {
  const acts: ScenarioInput['acts'] = [{ at: '5 s', says: 'hey-jarvis-what-time-is-it' }];
  const { lastEvents } = await run({ acts, lasts: '3 min', ...story });
  const read = (host: string): Journal =>
    readJournal(
      journalOf(lastEvents, host)
        .map((line) => `${JSON.stringify(line)}\n`)
        .join(''),
    );
  return { client: read('pi'), server: read('server') };
}
