import { expect } from 'chai';

import type { AnyEvent } from '../../../src/events';
import { FreshAudioInvariant } from '../../../src/sim/invariants/s17-fresh-audio';
import { Story, paused, requested, resumed, started } from './story';

const sent = (bytes: number, session = 'a'): AnyEvent => ({
  type: 'audio.sent',
  connection: 'c1',
  session,
  bytes,
});

const asked = (): Story =>
  new Story(new FreshAudioInvariant()).at(0, 'pi', started).at(1_000, 'pi', requested('a'));

describe('invariant S17', () => {
  it('holds where no more is sent than was heard, and a piece from before', () => {
    // 32 bytes a millisecond: one second, and the two pieces of 100 ms in which it was asked for.
    const story = asked()
      .at(1_500, 'pi', sent(16_000))
      .at(2_000, 'pi', sent(16_000 + 6_400));
    expect(story.verdict).to.equal('held');
  });

  it('is broken by a byte more, however late it comes', () => {
    expect(asked().at(1_000, 'pi', sent(6_401)).told).to.deep.equal([
      '1000 pi: at most 6400 bytes since a was asked for; 6401',
    ]);
    const later = asked()
      .at(1_500, 'pi', sent(16_000))
      .at(2_000, 'pi', sent(16_000 + 6_402));
    expect(later.verdict).to.equal('broken');
  });

  it('begins anew with each session, and asks nothing of an older one', () => {
    const story = asked().at(2_000, 'pi', sent(32_000), requested('b'));
    expect(story.at(2_000, 'pi', sent(6_400, 'b'), sent(9_999, 'a')).verdict).to.equal('held');
    expect(story.at(2_000, 'pi', sent(2, 'b')).verdict).to.equal('broken');
  });

  it('lets a program that stood still read what its device has kept, and no more', () => {
    const story = (): Story =>
      new Story(new FreshAudioInvariant())
        .at(0, 'pi', started, paused)
        .at(9_000, 'pi', resumed(9_000), requested('a'));
    expect(story().at(9_000, 'pi', sent(70_400)).verdict).to.equal('held');
    expect(story().at(9_000, 'pi', sent(70_402)).verdict).to.equal('broken');
  });

  it('asks nothing of a server', () => {
    const ofServer: AnyEvent = { ...requested('a'), device: 'kitchen' } as AnyEvent;
    const story = new Story(new FreshAudioInvariant()).at(0, 'server', ofServer, sent(99_999));
    expect(story.verdict).to.equal('unknown');
  });
});
