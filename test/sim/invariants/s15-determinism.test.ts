import { expect } from 'chai';

import type { AnyEvent } from '../../../src/events';
import { DeterminismInvariant } from '../../../src/sim/invariants/s15-determinism';
import { Story, tick } from './story';

const run: AnyEvent = { type: 'run.started', scenario: 's', seed: 1 };

describe('invariant S15', () => {
  it('holds for a run that springs no trap, and is unknown without a run', () => {
    expect(new Story(new DeterminismInvariant()).at(0, 'world', run).verdict).to.equal('held');
    expect(new Story(new DeterminismInvariant()).at(0, 'world', tick).verdict).to.equal('unknown');
  });

  it('is broken by whatever reaches past a port, and tells what and where', () => {
    const sprung: AnyEvent = { type: 'trap.sprung', what: 'Date.now', site: 'link.ts:7' };
    const story = new Story(new DeterminismInvariant()).at(0, 'world', run).at(3, 'pi', sprung);
    expect(story.told).to.deep.equal(['3 pi: a port; Date.now at link.ts:7']);
    expect(story.invariant.pending()).to.deep.equal([]);
  });
});
