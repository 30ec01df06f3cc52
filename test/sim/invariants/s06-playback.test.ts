import { expect } from 'chai';

import type { AnyEvent } from '../../../src/events';
import { PlaybackInvariant } from '../../../src/sim/invariants/s06-playback';
import { Story, killed, sessionEnded, started, tick } from './story';

function ended(
  how: 'finished' | 'stopped' | 'device_lost' = 'finished',
  playedBytes = 10,
  turn = 1,
): AnyEvent {
  return {
    type: 'playback.ended',
    session: 'a',
    turn,
    receivedBytes: 10,
    playedBytes,
    how,
  };
}

function confirmed(turn?: number): AnyEvent {
  const base = { type: 'control.sent', connection: 'c1', session: 'a' } as const;
  return { ...base, message: 'playback_complete', ...(turn === undefined ? {} : { turn }) };
}

const silent: AnyEvent = {
  type: 'speaker.silent',
  playedBytes: 10,
  how: 'finished',
  sound: 'x',
  mostQueuedBytes: 10,
};

function story(): Story {
  return new Story(new PlaybackInvariant()).at(0, 'pi', started);
}

describe('invariant S6', () => {
  it('holds for an answer that is heard and then confirmed', () => {
    expect(story().at(1, 'pi', silent, ended(), confirmed(1)).endAt(9).verdict).to.equal('held');
  });

  it('holds for answers of the base protocol, which have no turns', () => {
    const twice = story()
      .at(1, 'pi', ended('finished', 10, 0), confirmed())
      .at(2, 'pi', ended('finished', 10, 0), confirmed());
    expect(twice.verdict).to.equal('held');
  });

  it('is broken by an answer that counts as finished before all of it was heard', () => {
    expect(story().at(1, 'pi', ended('finished', 8), confirmed(1)).told).to.deep.equal([
      '1 pi: all of 10 bytes heard; 8 bytes',
    ]);
    expect(story().at(1, 'pi', silent).at(2, 'pi', ended(), confirmed(1)).told).to.deep.equal([
      '2 pi: the speaker silent in the same step; silent since 1 ms',
    ]);
  });

  it('is broken by a confirmation that comes early, twice, or for another turn', () => {
    expect(story().at(1, 'pi', confirmed(1)).told).to.deep.equal([
      '1 pi: playback_complete after the playback; before its end',
    ]);
    const twice = story().at(1, 'pi', ended(), confirmed(1)).at(2, 'pi', ended(), confirmed(1));
    expect(twice.told).to.deep.equal(['2 pi: one playback_complete a turn; a second of a/1']);
    const other = story().at(1, 'pi', ended('stopped'), confirmed(2));
    expect(other.told[0]).to.contain('before its end');
  });

  it('is broken by an answer that is never confirmed, also at the end', () => {
    const told = ['1 pi: playback_complete of a/1 in the step of its end; none'];
    expect(story().at(1, 'pi', ended()).at(3, 'pi', tick).told).to.deep.equal(told);
    expect(story().at(1, 'pi', ended('device_lost', 5)).endAt(3).told).to.deep.equal(told);
  });

  it('asks no confirmation of what was stopped, is over with its session, or was cut short', () => {
    for (const after of [sessionEnded('a'), killed]) {
      expect(story().at(1, 'pi', ended(), after).endAt(9).verdict, after.type).to.equal('held');
    }
    expect(story().at(1, 'pi', ended('stopped', 5)).endAt(9).verdict).to.equal('held');
  });

  it('judges each host and each life by itself', () => {
    const two = story().at(1, 'pi', ended(), confirmed(1)).at(2, 'spare', ended(), confirmed(1));
    expect(two.at(3, 'pi', started, ended(), confirmed(1)).verdict).to.equal('held');
  });

  it('is unknown where nothing was played', () => {
    expect(story().at(1, 'pi', silent).endAt(9).verdict).to.equal('unknown');
  });

  it('is broken by a speaker that falls silent in an answer, and nobody notices', () => {
    const begun: AnyEvent = { type: 'playback.started', session: 'a', turn: 1 };
    const failed = { ...silent, how: 'device_error' } as AnyEvent;
    const told = [
      '2 pi: the end of a/1, as its sound is over; none, and the speaker is silent: device_error',
    ];
    const unheard = (): Story => story().at(1, 'pi', begun).at(2, 'pi', failed);
    expect(unheard().at(4, 'pi', tick).told).to.deep.equal(told);
    expect(unheard().endAt(9).told).to.deep.equal(told);
    const heard = story().at(1, 'pi', begun).at(2, 'pi', failed, ended('stopped', 5));
    expect(heard.endAt(9).verdict).to.equal('held');
    expect(story().at(1, 'pi', begun).at(2, 'pi', failed, killed).endAt(9).verdict).to.equal(
      'unknown',
    );
  });
});
