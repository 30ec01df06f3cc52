import { expect } from 'chai';

import type { AnyEvent } from '../../../src/events';
import { AgreementInvariant } from '../../../src/sim/invariants/l06-agreement';
import {
  Story,
  accepted,
  closed,
  killed,
  paused,
  requested,
  resumed,
  sessionEnded,
  started,
  tick,
} from './story';

const dialled: AnyEvent = {
  type: 'link.connected',
  connection: 'c1',
  protocol: 'tars.v2',
  peerConnection: 's1',
};
const wanted: AnyEvent = {
  type: 'session.requested',
  session: 'a',
  trigger: 'button',
  device: 'k',
};

function fault(type: 'fault.began' | 'fault.ended', name = 'drop'): AnyEvent {
  return { type, fault: name, id: 1, hosts: [] };
}

function up(): Story {
  return new Story(new AgreementInvariant())
    .at(0, 'server', accepted('s1', 'k'))
    .at(0, 'pi', started, dialled);
}

describe('invariant L6', () => {
  it('holds where the ends differ for 1 s, and measures it', () => {
    const story = up().at(5_000, 'pi', requested('a')).at(6_000, 'server', wanted);
    expect(story.endAt(99_999).verdict).to.equal('held');
    expect(story.invariant.measurements()[0]?.values).to.deep.equal([1_000]);
  });

  it('is broken by ends that differ for longer, and tells what each has', () => {
    const told = ['6000 pi: one session by 6000 ms; a here and none at the server'];
    expect(up().at(5_000, 'pi', requested('a')).endAt(6_001).told).to.deep.equal(told);
    expect(up().at(5_000, 'pi', requested('a')).at(6_001, 'world', tick).told).to.deep.equal(told);
    const left = up().at(1, 'pi', requested('a')).at(2, 'server', wanted);
    expect(left.at(3, 'pi', sessionEnded('a')).endAt(1_004).told).to.deep.equal([
      '1003 pi: one session by 1003 ms; none here and a at the server',
    ]);
  });

  it('gives 45 s after a fault, and as long while it lasts', () => {
    const after = (name?: string): Story =>
      up()
        .at(1, 'world', fault('fault.began', name))
        .at(2, 'world', fault('fault.ended', name))
        .at(3, 'pi', requested('a'));
    expect(after().endAt(45_002).verdict).to.equal('held');
    expect(after().endAt(45_003).verdict).to.equal('broken');
    expect(after('speaker_fails').endAt(1_004).verdict).to.equal('broken');
    expect(after('latency').endAt(1_004).verdict, 'a slow link').to.equal('held');
    const during = (): Story =>
      up().at(0, 'world', fault('fault.began')).at(100_000, 'pi', requested('a'));
    expect(during().endAt(145_000).verdict).to.equal('held');
    expect(during().endAt(145_001).verdict).to.equal('broken');
  });

  it('compares nobody who stands still, and gives 45 s after it', () => {
    const still = up().at(1, 'pi', requested('a')).at(2, 'server', paused);
    expect(still.endAt(99_999).verdict).to.equal('held');
    still.at(100_000, 'server', resumed(99_998));
    expect(still.endAt(145_000).verdict).to.equal('held');
    expect(still.endAt(145_001).verdict).to.equal('broken');
  });

  it('compares nobody whose connection is closed, or who is gone', () => {
    for (const end of [closed('s1'), killed]) {
      const story = up().at(1, 'pi', requested('a')).at(2, 'server', end);
      expect(story.endAt(99_999).verdict, end.type).to.equal('held');
    }
    expect(up().at(1, 'pi', requested('a'), killed).endAt(99_999).verdict).to.equal('held');
  });

  it('compares nobody whose place a newer connection has', () => {
    const story = up().at(1, 'pi', requested('a')).at(2, 'server', accepted('s2', 'k'));
    expect(story.endAt(99_999).verdict).to.equal('held');
  });

  it('says what is pending, and is unknown where the ends were never paired', () => {
    const differing = up().at(1, 'pi', requested('a')).invariant.pending();
    expect(differing).to.deep.equal(['pi: the server has another session']);
    const alone = new Story(new AgreementInvariant()).at(0, 'pi', started, requested('a'));
    expect(alone.endAt(99_999).verdict).to.equal('unknown');
  });
});
