import { expect } from 'chai';

import type { AnyEvent } from '../../../src/events';
import { CueInvariant } from '../../../src/sim/invariants/l07-cue';
import {
  Story,
  killed,
  paused,
  requested,
  resumed,
  sessionEnded,
  sessionStarted,
  started,
  tick,
} from './story';

const hotword: AnyEvent = { type: 'hotword.detected', online: true };
const pressed: AnyEvent = { type: 'button.pressed', online: true };
const cue: AnyEvent = { type: 'cue.played', cue: 'rejected' };

function asked(by: AnyEvent = hotword): Story {
  return new Story(new CueInvariant()).at(0, 'pi', started).at(1_000, 'pi', by);
}

describe('invariant L7', () => {
  it('holds for who gets a session or a cue within 5.5 s', () => {
    for (const answer of [cue, sessionStarted('a')]) {
      const story = asked().at(6_500, 'pi', answer);
      expect(story.endAt(99_999).verdict, answer.type).to.equal('held');
      expect(story.invariant.measurements()[0]?.values).to.deep.equal([5_500]);
    }
  });

  it('is broken by silence, for the hotword and for the button', () => {
    for (const by of [hotword, pressed]) {
      expect(asked(by).endAt(6_501).told).to.deep.equal([
        '6500 pi: a session or a cue within 5500 ms; ' +
          'asked for a session at 1000 ms, and at 6500 ms still not',
      ]);
    }
    expect(asked().at(6_501, 'world', tick).verdict).to.equal('broken');
  });

  it('is broken by a session that ends before it starts, and says nothing', () => {
    const lost = asked().at(1_000, 'pi', requested('a')).at(2_000, 'pi', sessionEnded('a', 'x'));
    expect(lost.endAt(6_501).verdict).to.equal('broken');
  });

  it('asks no cue for who ends it by hand, or presses in a session', () => {
    const ended = asked().at(1_000, 'pi', requested('a')).at(2_000, 'pi', pressed);
    expect(ended.at(2_000, 'pi', sessionEnded('a')).endAt(9_999).verdict).to.equal('held');
  });

  it('counts from the first time of asking', () => {
    expect(asked().at(4_000, 'pi', hotword).endAt(6_501).verdict).to.equal('broken');
  });

  it('gives who stands still more time, and asks nothing of who is gone', () => {
    const still = asked().at(1_001, 'pi', paused).at(61_001, 'pi', resumed(60_000));
    expect(still.endAt(66_500).verdict).to.equal('held');
    expect(still.endAt(66_501).verdict).to.equal('broken');
    expect(asked().at(1_001, 'pi', killed).at(2_000, 'pi', started).endAt(9_999).verdict).to.equal(
      'held',
    );
  });

  it('judges each host by itself, says what is pending, and is unknown unasked', () => {
    const two = asked().at(1_500, 'spare', cue);
    expect(two.invariant.pending()).to.deep.equal(['pi: asked for a session at 1000 ms']);
    expect(new Story(new CueInvariant()).at(0, 'pi', cue).verdict).to.equal('unknown');
  });
});
