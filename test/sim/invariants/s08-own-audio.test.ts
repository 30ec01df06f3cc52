import { expect } from 'chai';

import type { AnyEvent } from '../../../src/events';
import { OwnAudioInvariant } from '../../../src/sim/invariants/s08-own-audio';
import { Story, client, killed, sessionEnded, sessionStarted, started, stopping } from './story';

function audio(type: 'audio.received' | 'audio.sent', bytes: number, connection = 'c1'): AnyEvent {
  return { type, connection, session: 'a', bytes };
}

function talk(): Story {
  return new Story(new OwnAudioInvariant())
    .at(0, 'pi', started, client('active'), sessionStarted('a'))
    .at(0, 'server', sessionStarted('a', 's1', 'kitchen'));
}

/** What the machine keeps: it must not grow with the number of sessions. */
function kept(story: Story): number {
  return (story.invariant as unknown as { sentBytes: Map<string, number> }).sentBytes.size;
}

describe('invariant S8', () => {
  it('holds where each end has what the other sent', () => {
    const story = talk()
      .at(1, 'pi', audio('audio.sent', 10))
      .at(2, 'server', audio('audio.received', 10, 's1'), audio('audio.sent', 20, 's1'))
      .at(3, 'pi', audio('audio.received', 20));
    expect(story.verdict).to.equal('held');
  });

  it('is broken by audio over another connection, or for a session that is not on', () => {
    expect(talk().at(1, 'pi', audio('audio.sent', 10, 'c2')).told).to.deep.equal([
      '1 pi: audio of a over c1; over c2',
    ]);
    const late = talk().at(1, 'pi', sessionEnded('a'), audio('audio.sent', 10));
    expect(late.told).to.deep.equal(['1 pi: audio of a over no connection; over c1']);
    const other = talk().at(1, 'pi', audio('audio.sent', 10));
    expect(other.at(2, 'server', audio('audio.received', 10, 's2')).told).to.deep.equal([
      '2 server: audio of a over s1; over s2',
    ]);
  });

  it('is broken by an end that has more than the other sent, in both directions', () => {
    const up = talk().at(1, 'pi', audio('audio.sent', 10));
    expect(up.at(2, 'server', audio('audio.received', 12, 's1')).told).to.deep.equal([
      '2 server: at most the 10 bytes of a that are under way; 12 bytes',
    ]);
    const down = talk().at(1, 'server', audio('audio.sent', 10, 's1'));
    expect(down.at(2, 'pi', audio('audio.received', 12)).told).to.deep.equal([
      '2 pi: at most the 10 bytes of a that are under way; 12 bytes',
    ]);
  });

  it('counts what is under way when its session ends', () => {
    const story = talk().at(1, 'pi', audio('audio.sent', 10), sessionEnded('a'));
    expect(story.at(2, 'server', audio('audio.received', 10, 's1')).verdict).to.equal('held');
  });

  it('takes the audio of a stranger, and what comes before its session is on', () => {
    const story = new Story(new OwnAudioInvariant());
    expect(story.at(1, 'server', audio('audio.received', 10, 's1')).verdict).to.equal('held');
  });

  it('forgets the sessions of an earlier life', () => {
    const story = talk().at(1, 'pi', killed).at(2, 'pi', started, client('active'));
    expect(story.at(3, 'pi', audio('audio.sent', 1)).verdict).to.equal('broken');
  });

  it('counts on while a program that was told to stop has not', () => {
    const story = talk().at(1, 'pi', stopping);
    expect(story.at(2, 'pi', audio('audio.sent', 1)).verdict).to.equal('held');
  });

  it('keeps no more after a year of sessions than after a day', () => {
    const story = talk();
    for (let n = 0; n < 7_300; n += 1) {
      story.at(n, 'pi', sessionStarted(`n${n}`)).at(n, 'pi', sessionEnded(`n${n}`));
      story.at(n, 'server', sessionStarted(`n${n}`, 's1', 'k'));
      story.at(n, 'server', sessionEnded(`n${n}`, 'user', 'k'));
    }
    expect(kept(story)).to.be.at.most(70);
    for (let n = 0; n < 100; n += 1) {
      story.at(n, 'pi', started, sessionStarted(`k${n}`)).at(n, 'pi', killed);
    }
    expect(kept(story)).to.be.at.most(70);
  });

  it('is unknown without audio', () => {
    expect(talk().verdict).to.equal('unknown');
  });
});
