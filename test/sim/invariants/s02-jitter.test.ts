import { expect } from 'chai';

import type { AnyEvent } from '../../../src/events';
import { JitterInvariant } from '../../../src/sim/invariants/s02-jitter';
import { Story, started } from './story';

function wait(delayMs: number, attempt = 1): AnyEvent {
  return { type: 'backoff.scheduled', attempt, delayMs };
}

function waits(...delaysMs: readonly number[]): Story {
  const story = new Story(new JitterInvariant());
  delaysMs.forEach((delayMs, at) => story.at(at, 'pi', wait(delayMs)));
  return story;
}

describe('invariant S2', () => {
  it('holds where the fractions differ', () => {
    expect(waits(2_100, 4_200, 8_300, 16_400).verdict).to.equal('held');
  });

  it('is broken by four waits in a row with one fraction, whatever came before', () => {
    expect(waits(2_100, 4_100, 8_100, 16_100).told).to.deep.equal([
      '3 pi: fractions that differ; 4 waits in a row that end in 100 ms',
    ]);
    expect(waits(2_999, 2_100, 4_100, 8_100, 16_100).verdict).to.equal('broken');
  });

  it('leaves out the waits that the cap makes equal', () => {
    const story = new Story(new JitterInvariant());
    for (let at = 0; at < 9; at += 1) story.at(at, 'pi', wait(60_000, 6));
    expect(story.verdict).to.equal('unknown');
  });

  it('is unknown after too few waits', () => {
    expect(waits(2_100, 4_100, 8_100).verdict).to.equal('unknown');
  });

  it('judges each host and each life by itself', () => {
    const two = waits(2_100, 4_100, 8_100).at(9, 'spare', wait(2_100));
    expect(two.at(10, 'pi', started, started, wait(16_100)).verdict).to.equal('unknown');
    expect(
      waits(2_100, 4_100, 8_100).at(9, 'spare', wait(9_999)).at(9, 'pi', wait(2_100)).verdict,
    ).to.equal('broken');
  });
});
