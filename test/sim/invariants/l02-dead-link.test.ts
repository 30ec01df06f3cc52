import { expect } from 'chai';

import type { AnyEvent } from '../../../src/events';
import { DeadLinkInvariant } from '../../../src/sim/invariants/l02-dead-link';
import { Story, accepted, connected, killed, lost, paused, resumed, started, tick } from './story';

function bytes(from: string, to: string): AnyEvent {
  return { type: 'wire.delivered', flow: 1, from, to, bytes: 9 };
}

function up(): Story {
  return new Story(new DeadLinkInvariant())
    .at(0, 'world', bytes('server', 'pi'))
    .at(0, 'pi', started, connected('c1'));
}

describe('invariant L2', () => {
  it('holds while bytes come, and where silence is noticed within 40 s', () => {
    const story = up().at(30_000, 'world', bytes('server', 'pi')).at(70_000, 'pi', lost('c1'));
    expect(story.endAt(999_999).verdict).to.equal('held');
  });

  it('is broken by silence that nobody notices, at each end, and tells since when', () => {
    expect(up().at(7, 'world', bytes('server', 'pi')).endAt(40_008).told).to.deep.equal([
      '40007 pi: the silence since 7 ms noticed within 40000 ms; ' +
        'pi/c1 is silent, and at 40007 ms still not',
    ]);
    const server = new Story(new DeadLinkInvariant())
      .at(0, 'world', bytes('pi', 'server'))
      .at(0, 'server', accepted('s1', 'a'));
    expect(server.at(40_001, 'world', tick).verdict).to.equal('broken');
  });

  it('takes no bytes of others, or of its own, for life', () => {
    const story = up()
      .at(30_000, 'world', bytes('spare', 'pi'))
      .at(30_000, 'world', bytes('pi', 'server'));
    expect(story.endAt(40_001).verdict).to.equal('broken');
  });

  it('gives a host that stood still as long again, and 5 s', () => {
    const still = (): Story =>
      up().at(10_000, 'pi', paused).at(60_000, 'world', tick).at(70_000, 'pi', resumed(60_000));
    expect(still().at(105_000, 'pi', lost('c1')).verdict).to.equal('held');
    expect(still().endAt(105_001).verdict).to.equal('broken');
  });

  it('asks nothing of a life that is over', () => {
    expect(
      up().at(1, 'pi', killed).at(2, 'world', bytes('server', 'pi')).endAt(99_999).verdict,
    ).to.equal('held');
  });

  it('asks nothing of a connection of which it cannot tell whose it is', () => {
    const among = (...others: string[]): Story => {
      const story = new Story(new DeadLinkInvariant());
      for (const other of others) story.at(0, 'world', bytes(other, 'server'));
      return story;
    };
    const several = among('pi', 'hall').at(0, 'server', accepted('s1', 'a'));
    expect(several.endAt(99_999).verdict).to.equal('unknown');
    const afterwards = among('pi').at(0, 'server', resumed(9), accepted('s1', 'a'));
    expect(afterwards.endAt(99_999).verdict).to.equal('unknown');
    const one = among('pi', 'pi').at(0, 'server', accepted('s1', 'a'));
    expect(one.endAt(99_999).verdict).to.equal('broken');
  });

  it('is unknown where no wire tells what came in', () => {
    const journal = new Story(new DeadLinkInvariant()).at(0, 'pi', connected('c1'));
    expect(journal.endAt(99_999).verdict).to.equal('unknown');
  });
});
