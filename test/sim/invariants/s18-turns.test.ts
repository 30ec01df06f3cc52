import { expect } from 'chai';

import type { AnyEvent } from '../../../src/events';
import { TurnsInvariant } from '../../../src/sim/invariants/s18-turns';
import { Story, accepted, closed, serverStarted } from './story';

const begins = (turn: number): AnyEvent => ({
  type: 'turn.started',
  session: 'a',
  turn,
  device: 'kitchen',
});
const sends = (bytes: number, connection = 's1'): AnyEvent => ({
  type: 'audio.sent',
  connection,
  session: 'a',
  bytes,
});
const ends = (turn: number): AnyEvent => ({
  type: 'control.sent',
  connection: 's1',
  message: 'tts_stream_end',
  session: 'a',
  turn,
});
const said = (turn?: number): AnyEvent => ({
  type: 'control.received',
  connection: 's1',
  message: 'playback_complete',
  session: 'a',
  ...(turn === undefined ? {} : { turn }),
});
const completed: AnyEvent = {
  type: 'state.changed',
  machine: 'conversation',
  from: 'speaking',
  to: 'active',
  cause: 'playback_complete',
  device: 'kitchen',
};
function heard(
  receivedBytes: number,
  how: 'finished' | 'stopped' | 'device_error' = 'finished',
  turn = 1,
): AnyEvent {
  return {
    type: 'playback.ended',
    session: 'a',
    turn,
    receivedBytes,
    playedBytes: receivedBytes,
    how,
  };
}

function server(protocol: 'base' | 'tars.v2' = 'tars.v2'): Story {
  const arrives = { ...accepted('s1', 'kitchen'), protocol } as AnyEvent;
  return new Story(new TurnsInvariant()).at(0, 'server', serverStarted, arrives);
}

describe('invariant S18', () => {
  it('holds where all that was sent is heard, and that turn is completed by the word of it', () => {
    const story = server()
      .at(1, 'server', begins(1), sends(10))
      .at(2, 'server', sends(20), ends(1))
      .at(3, 'pi', heard(30))
      .at(4, 'server', said(1), completed);
    expect(story.verdict).to.equal('held');
  });

  it('is broken by a turn that is completed by the word of another, or by an older one', () => {
    const second = (): Story => server().at(1, 'server', begins(1)).at(2, 'server', begins(2));
    expect(second().at(3, 'server', said(1), completed).told).to.deep.equal([
      '3 server: turn 2 completed by the word of it; by that of turn 1',
    ]);
    expect(second().at(3, 'server', said(), completed).verdict).to.equal('broken');
    const earlier = second().at(3, 'server', said(2)).at(4, 'server', completed);
    expect(earlier.verdict).to.equal('broken');
  });

  it('is broken by an answer that is heard to its end, and is not all of it', () => {
    const story = server().at(1, 'server', begins(1), sends(30), ends(1)).at(3, 'pi', heard(20));
    expect(story.told).to.deep.equal([
      '3 pi: all of the 30 bytes of turn 1; 20 bytes, heard to the end',
    ]);
  });

  it('asks for no more of an answer that was broken off, or whose end was never sent', () => {
    const sent = (): Story => server().at(1, 'server', begins(1), sends(30));
    for (const how of ['stopped', 'device_error'] as const) {
      expect(sent().at(2, 'server', ends(1)).at(3, 'pi', heard(20, how)).verdict).not.to.equal(
        'broken',
      );
    }
    expect(sent().at(3, 'pi', heard(20)).verdict).to.equal('unknown');
  });

  it('counts each turn by itself, and what goes to other devices not at all', () => {
    const story = server()
      .at(0, 'server', accepted('s2', 'hall'))
      .at(1, 'server', begins(1), sends(30), ends(1))
      .at(2, 'server', begins(2), sends(10), sends(99, 's2'), ends(2), closed('s2'))
      .at(3, 'pi', heard(30))
      .at(4, 'pi', heard(10, 'finished', 2));
    expect(story.verdict).to.equal('held');
  });

  it('knows that the base protocol has no turns', () => {
    const story = server('base').at(1, 'server', begins(1)).at(2, 'server', said(), completed);
    expect(story.verdict).to.equal('unknown');
  });

  it('remembers a fixed number of answers', () => {
    const story = server();
    for (let n = 1; n <= 65; n += 1) story.at(n, 'server', begins(n), sends(30), ends(n));
    expect(story.at(99, 'pi', heard(1)).verdict).to.equal('unknown');
    expect(story.at(99, 'pi', heard(1, 'finished', 65)).verdict).to.equal('broken');
  });
});
