import { expect } from 'chai';

import { SurvivalInvariant } from '../../../src/sim/invariants/s14-survival';
import { Story, killed, started, tick } from './story';

describe('invariant S14', () => {
  it('holds while programs live, and where they are killed from outside', () => {
    expect(
      new Story(new SurvivalInvariant()).at(0, 'pi', started).at(9, 'pi', killed).verdict,
    ).to.equal('held');
  });

  it('is broken by a crash, and names its error', () => {
    const story = new Story(new SurvivalInvariant())
      .at(0, 'pi', started)
      .at(9, 'pi', { type: 'host.crashed', error: 'TypeError' });
    expect(story.told).to.deep.equal(['9 pi: a process that lives; it crashed: TypeError']);
  });

  it('is unknown without a program', () => {
    expect(new Story(new SurvivalInvariant()).at(0, 'world', tick).verdict).to.equal('unknown');
  });
});
