import { simulate } from '../../src/sim/simulation';

import { expect } from 'chai';

import { tell } from '../../src/fuzz/explain';
import { shownFailure } from '../../src/fuzz/shown-failure';
import type { ScenarioInput } from '../../src/sim/scenario';

const FAILS: ScenarioInput = {
  name: 'hammers',
  story: 'A client waits for a tenth of what it should.',
  seed: 3,
  hosts: {
    server: { program: 'peer', does: { behaviour: 'answers_upgrade', with: ['fin'] } },
    pi: { program: 'client', settings: { backoffUnitMs: 100 } },
  },
  lasts: '10 s',
};

describe('shownFailure', () => {
  it('is the run that failed, with all that happened in it', async () => {
    const result = await simulate(FAILS, { seed: 3 });
    const shown = await shownFailure(tell(FAILS, 3, result));
    expect(shown.hash).to.equal(result.hash);
    expect(shown.failures).to.deep.equal(result.failures);
    expect(shown.trace?.events.count).to.equal(result.events);
  });
});
