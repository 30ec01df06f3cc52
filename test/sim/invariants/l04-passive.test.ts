import { expect } from 'chai';

import type { AnyEvent } from '../../../src/events';
import { PassiveInvariant } from '../../../src/sim/invariants/l04-passive';
import { Story, conversation, killed, lost, serverStarted, tick } from './story';

const gone = lost('s1', { device: 'kitchen' });
const counted: AnyEvent = { type: 'input.rejected', connection: 's1', problem: 'stale_audio' };

function talking(state = 'active'): Story {
  return new Story(new PassiveInvariant())
    .at(0, 'server', serverStarted)
    .at(1_000, 'server', conversation(state));
}

describe('invariant L4', () => {
  it('holds where passive mode comes in the step of the loss', () => {
    for (const state of ['starting', 'active', 'processing', 'speaking']) {
      const story = talking(state).at(5_000, 'server', gone, counted, conversation('passive'));
      expect(story.endAt(9_999).verdict, state).to.equal('held');
    }
  });

  it('is broken where it comes a step later, though at the same instant', () => {
    const late = talking('speaking')
      .at(5_000, 'server', gone)
      .at(5_000, 'server', conversation('passive'));
    expect(late.told).to.deep.equal([
      '5000 server: passive mode in the same turn as the loss; still speaking after it',
    ]);
  });

  it('is broken where it never comes', () => {
    expect(talking().at(5_000, 'server', gone).endAt(5_002).verdict).to.equal('broken');
    expect(talking().at(5_000, 'server', gone).at(9_000, 'server', killed).verdict).to.equal(
      'broken',
    );
  });

  it('does not take another device’s passive mode for it', () => {
    const other = talking()
      .at(5_000, 'server', gone, conversation('passive', 'attic'))
      .endAt(9_999);
    expect(other.verdict).to.equal('broken');
  });

  it('holds for a loss in passive mode that changes nothing', () => {
    const quiet = talking('passive')
      .at(5_000, 'server', gone, counted)
      .at(5_001, 'server', conversation('starting'));
    expect(quiet.verdict).to.equal('held');
  });

  it('is broken by a loss in passive mode that changes the conversation', () => {
    const stirred = talking('passive').at(5_000, 'server', gone, conversation('starting'));
    expect(stirred.told).to.deep.equal([
      '5000 server: passive mode left alone by a loss; starting after it',
    ]);
  });

  it('lets other hosts go on between, and reads nothing into a Pi’s own loss', () => {
    const story = talking().at(5_000, 'pi', lost('c1')).at(5_001, 'pi', tick);
    expect(story.verdict).to.equal('unknown');
  });

  it('begins anew with a new life of the server', () => {
    const story = talking().at(5_000, 'server', killed).at(6_000, 'server', serverStarted);
    expect(story.at(7_000, 'server', gone).endAt(9_999).verdict).to.equal('held');
  });
});
