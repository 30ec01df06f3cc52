import { simulate } from '../../src/sim/simulation';

import { expect } from 'chai';

import { tell } from '../../src/fuzz/explain';
import type { ScenarioInput } from '../../src/sim/scenario';

const FAILS: ScenarioInput = {
  name: 'hammers',
  story: 'A client waits for a tenth of what it should.',
  hosts: {
    server: { program: 'peer', does: { behaviour: 'answers_upgrade', with: ['fin'] } },
    pi: { program: 'client', settings: { backoffUnitMs: 100 } },
  },
  faults: [{ at: '9 s', kind: 'reset' }],
  lasts: '10 s',
};

describe('tell', () => {
  it('tells of a failure as it is, without a search for the least of it', async () => {
    const result = await simulate(FAILS, { seed: 3, keepEvents: 10 });
    const told = tell(FAILS, 3, result);
    expect(told).to.include({ life: 3, scenario: FAILS });
    expect(told.failure).to.include({ kind: 'S1', host: 'pi' });
    expect(told.lastEvents).to.have.length(10);
    const { scenario, ...how } = told.shrunk;
    expect(scenario).to.equal(FAILS);
    expect(how).to.deep.equal({ evaluations: 0, isMinimal: false, wallMs: 0, faultsBefore: 1 });
  });

  it('refuses what did not fail', async () => {
    const result = await simulate(FAILS, { seed: 3 });
    expect(() => tell(FAILS, 3, { ...result, failures: [] })).to.throw(/hammers failed/);
  });
});
