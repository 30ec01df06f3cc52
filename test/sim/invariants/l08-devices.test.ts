import { expect } from 'chai';

import type { AnyEvent } from '../../../src/events';
import { DevicesInvariant } from '../../../src/sim/invariants/l08-devices';
import { Story, killed, paused, resumed, started, tick } from './story';

const broke: AnyEvent = { type: 'microphone.failed', failure: 'device_lost' };
const opened: AnyEvent = { type: 'microphone.opened' };

function deaf(): Story {
  return new Story(new DevicesInvariant()).at(0, 'pi', started, opened).at(1_000, 'pi', broke);
}

describe('invariant L8', () => {
  it('holds for a microphone that is tried again within 10 s, as often as it fails', () => {
    const story = deaf().at(11_000, 'pi', opened, broke).at(21_000, 'pi', opened);
    expect(story.endAt(99_999).verdict).to.equal('held');
    expect(story.invariant.measurements()[0]?.values).to.deep.equal([10_000, 10_000]);
  });

  it('is broken by one that is not tried again', () => {
    expect(deaf().endAt(11_001).told).to.deep.equal([
      '11000 pi: the microphone opened again within 10000 ms; ' +
        'its microphone failed at 1000 ms, and at 11000 ms still not',
    ]);
    const second = deaf().at(2_000, 'pi', opened, broke).at(12_001, 'world', tick);
    expect(second.verdict).to.equal('broken');
  });

  it('gives who stands still more time, and asks nothing of who is gone', () => {
    const still = deaf().at(2_000, 'pi', paused).at(62_000, 'pi', resumed(60_000));
    expect(still.endAt(71_000).verdict).to.equal('held');
    expect(still.endAt(71_001).verdict).to.equal('broken');
    expect(deaf().at(2_000, 'pi', killed).at(3_000, 'pi', started).endAt(99_999).verdict).to.equal(
      'held',
    );
  });

  it('judges each host by itself, says what is pending, and is unknown where none fails', () => {
    const two = deaf().at(2_000, 'spare', opened);
    expect(two.invariant.pending()).to.deep.equal(['pi: its microphone failed at 1000 ms']);
    expect(new Story(new DevicesInvariant()).at(0, 'pi', opened).verdict).to.equal('unknown');
  });
});
