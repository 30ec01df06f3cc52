import { expect } from 'chai';

import { deadAlarms } from '../../src/runner/canary';
import type { ScenarioInput } from '../../src/sim/scenario';
import { FAILING, PASSING } from './files';

describe('canary', () => {
  it('sets off each alarm, whatever the seed', async () => {
    for (const seed of [1, 2, 3, -7]) expect(await deadAlarms(seed)).to.deep.equal([]);
  });

  it('is reported where it passes', async () => {
    expect(await deadAlarms(1, PASSING as ScenarioInput)).to.deep.equal(['S1', 'expectation']);
  });

  it('is reported where it fails for another reason alone', async () => {
    expect(await deadAlarms(1, FAILING as ScenarioInput)).to.deep.equal(['S1']);
  });
});
