import { expect } from 'chai';

import type { AnyEvent } from '../../../src/events';
import { ListeningInvariant } from '../../../src/sim/invariants/l03-listening';
import {
  Story,
  client,
  hears,
  lost,
  paused,
  requested,
  resumed,
  sessionEnded,
  sessionStarted,
  started,
  stopping,
  tick,
} from './story';

const pressed: AnyEvent = { type: 'button.pressed', online: false };
const opened: AnyEvent = { type: 'microphone.opened' };
const rest = [client('listening_for_hotword'), hears('hotword')];

function listening(): Story {
  return new Story(new ListeningInvariant()).at(0, 'pi', started, opened, ...rest);
}

function active(): Story {
  return listening()
    .at(5_000, 'pi', requested('s'), client('starting_session'), hears('session'))
    .at(5_010, 'pi', sessionStarted('s'), client('active_session'));
}

describe('invariant L3', () => {
  it('holds where the Pi listens 1 s after a loss, and measures how soon', () => {
    const story = active()
      .at(6_000, 'pi', lost('c1'), sessionEnded('s', 'link_lost'), hears('nothing'))
      .at(6_000, 'pi', client('listening_for_hotword'))
      .at(7_000, 'pi', hears('hotword'));
    expect(story.endAt(99_999).verdict).to.equal('held');
    expect(story.invariant.measurements()[0]?.values).to.deep.equal([1_000]);
  });

  it('is broken where it does not, in any state', () => {
    for (const state of ['starting_session', 'active_session', 'processing_response']) {
      const told = active()
        .at(5_500, 'pi', client(state))
        .at(6_000, 'pi', lost('c1'))
        .endAt(7_001).told;
      expect(told, state).to.deep.equal([
        '7000 pi: listening for the hotword within 1000 ms; ' +
          `the link was lost at 6000 ms, in state ${state}, and at 7000 ms still not`,
      ]);
    }
  });

  it('is broken where the state is right and the ear stays closed', () => {
    const deaf = active().at(
      6_000,
      'pi',
      lost('c1'),
      hears('nothing'),
      client('listening_for_hotword'),
    );
    expect(deaf.endAt(7_001).verdict).to.equal('broken');
  });

  it('is broken 1 s after the end of a session without rest', () => {
    expect(
      active().at(6_000, 'pi', sessionEnded('s')).at(7_001, 'server', tick).told[0],
    ).to.contain('the session ended at 6000 ms');
  });

  it('is broken by a start that is neither answered nor given up within 5 s', () => {
    const asked = (): Story =>
      listening().at(5_000, 'pi', requested('s'), client('starting_session'));
    expect(asked().endAt(10_000).verdict).to.equal('held');
    expect(asked().endAt(10_001).told).to.deep.equal([
      '10000 pi: the session started or given up within 5000 ms; ' +
        'a session was asked for at 5000 ms, and at 10000 ms still not',
    ]);
    expect(
      asked()
        .at(10_000, 'pi', sessionEnded('s', 'start_timeout'), ...rest)
        .endAt(99_999).verdict,
    ).to.equal('held');
  });

  it('demands that a client listens 1 s after it was started', () => {
    const deaf = new Story(new ListeningInvariant()).at(
      0,
      'pi',
      started,
      client('listening_for_hotword'),
    );
    expect(deaf.endAt(1_001).told[0]).to.contain('the program was started at 0 ms');
    expect(listening().endAt(99_999).verdict).to.equal('held');
    const closed = new Story(new ListeningInvariant()).at(0, 'pi', started, ...rest);
    expect(closed.endAt(1_001).verdict).to.equal('broken');
  });

  it('counts anew from a press of the button, whose cue closes the ear', () => {
    const story = active()
      .at(
        6_000,
        'pi',
        sessionEnded('s', 'link_lost'),
        client('listening_for_hotword'),
        hears('nothing'),
      )
      .at(6_900, 'pi', pressed);
    expect(story.endAt(7_900).verdict).to.equal('held');
    expect(story.endAt(7_901).verdict).to.equal('broken');
  });

  it('takes a new session for the end of the wait', () => {
    const story = active()
      .at(6_000, 'pi', sessionEnded('s'))
      .at(6_500, 'pi', requested('t'))
      .at(6_600, 'pi', sessionStarted('t'));
    expect(story.endAt(99_999).verdict).to.equal('held');
  });

  it('asks nothing of a microphone that does not work, or of who is told to stop', () => {
    const broken = active()
      .at(5_900, 'pi', { type: 'microphone.failed', failure: 'device_lost' })
      .at(6_000, 'pi', sessionEnded('s', 'microphone_failed'));
    expect(broken.endAt(99_999).verdict).to.equal('held');
    const stops = active().at(6_000, 'pi', stopping, sessionEnded('s', 'shutdown'), client('idle'));
    expect(stops.endAt(99_999).verdict).to.equal('held');
  });

  it('gives who stands still more time, and reads nothing into what servers report', () => {
    const story = active()
      .at(6_000, 'pi', sessionEnded('s'))
      .at(6_100, 'pi', paused)
      .at(9_000, 'server', sessionEnded('s', 'idle', 'kitchen'), lost('s1', { device: 'kitchen' }))
      .at(16_100, 'pi', resumed(10_000))
      .at(17_000, 'pi', ...rest);
    expect(story.endAt(99_999).verdict).to.equal('held');
  });

  it('is unknown without a client', () => {
    expect(new Story(new ListeningInvariant()).at(0, 'server', tick).verdict).to.equal('unknown');
  });
});
