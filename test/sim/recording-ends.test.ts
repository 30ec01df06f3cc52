import { expect } from 'chai';

import type { ScenarioInput } from '../../src/sim/scenario';
import { run } from './runs';

async function endsOf(acts: NonNullable<ScenarioInput['acts']>): Promise<readonly string[]> {
  const { lastEvents, passed } = await run({ acts, lasts: '20 s' });
  expect(passed).to.equal(true);
  return lastEvents.flatMap((event) =>
    event.type === 'session.ended' && event.host === 'pi' ? [event.reason] : [],
  );
}

describe('a recording that ends', () => {
  it('ends the session', async () => {
    const ends = await endsOf([
      { at: '5 s', says: 'hey-jarvis' },
      { at: '8 s', ends: 'recording' },
    ]);
    expect(ends).to.deep.equal(['microphone_ended']);
  });

  it('ends nothing where no session is on, or where nobody has one', async () => {
    const ends = await endsOf([
      { at: '5 s', ends: 'recording' },
      { at: '6 s', on: 'server', ends: 'recording' },
    ]);
    expect(ends).to.deep.equal([]);
  });
});
