import { expect } from 'chai';

import type { AnyEvent } from '../../../src/events';
import { IdentityInvariant } from '../../../src/sim/invariants/s04-identity';
import {
  Story,
  accepted,
  client,
  connected as open,
  lost,
  requested,
  sessionEnded,
  sessionStarted,
  started,
  tick,
} from './story';

function link(to: string): AnyEvent {
  return { type: 'state.changed', machine: 'link', from: 'before', to, cause: 'test' };
}

function connected(peerConnection: string): AnyEvent {
  return { ...open('c1'), peerConnection } as AnyEvent;
}

function up(): Story {
  return new Story(new IdentityInvariant()).at(
    0,
    'pi',
    started,
    connected('s1'),
    link('connected'),
  );
}

const sent: AnyEvent = { type: 'audio.sent', connection: 'c1', session: 'a', bytes: 2 };

describe('invariant S4', () => {
  it('holds where the link says what it is, and nothing is done for what is over', () => {
    const story = up()
      .at(1, 'pi', requested('a'), sessionStarted('a'), sent, sessionEnded('a'))
      .at(2, 'pi', lost('c1'), link('reconnecting'));
    expect(story.at(3, 'pi', tick).endAt(9).verdict).to.equal('held');
  });

  it('is broken by a link that says connected and is not, or the other way round', () => {
    const early = new Story(new IdentityInvariant()).at(0, 'pi', link('connected'));
    expect(early.told).to.deep.equal(['0 pi: connected only while it is up; connected']);
    expect(up().at(1, 'pi', link('connecting')).told).to.deep.equal([
      '1 pi: connected while the link is up; connecting',
    ]);
  });

  it('is broken by a link that is connected without a welcome, where there should be one', () => {
    const at = (event: AnyEvent): Story => new Story(new IdentityInvariant()).at(0, 'pi', event);
    const told = ['0 pi: connected only by a welcome; no welcome'];
    expect(at(open('c1')).told).to.deep.equal(told);
    expect(at(open('c1', 'base')).told).to.deep.equal([]);
  });

  it('is broken by a link that is lost and says nothing, also at the end', () => {
    const told = ['5 pi: connected only while it is up; still, after a loss'];
    expect(up().at(5, 'pi', lost('c1')).at(7, 'pi', tick).told).to.deep.equal(told);
    expect(up().at(5, 'pi', lost('c1')).endAt(7).told).to.deep.equal(told);
    expect(
      up()
        .at(5, 'pi', lost('c1', { device: 'a' }))
        .endAt(6).verdict,
    ).to.equal('held');
  });

  it('is broken by whatever is done for a session that is over', () => {
    const audio = { connection: 'c1', session: 'a', bytes: 2 };
    const acts: readonly AnyEvent[] = [
      sent,
      { type: 'audio.received', ...audio },
      { type: 'playback.started', session: 'a', turn: 1 },
      { type: 'turn.started', session: 'a', turn: 1, device: 'kitchen' },
      requested('a'),
      sessionStarted('a'),
    ];
    for (const act of acts) {
      expect(up().at(1, 'pi', sessionEnded('a')).at(2, 'pi', act).told, act.type).to.deep.equal([
        `2 pi: nothing for session a, which is over; ${act.type}`,
      ]);
    }
    const rejected: AnyEvent = { type: 'session.rejected', session: 'a', reason: 'busy' };
    expect(up().at(1, 'pi', rejected).at(2, 'pi', sent).verdict).to.equal('broken');
  });

  it('lets a peer use a name again at a server', () => {
    const again: AnyEvent = {
      type: 'session.requested',
      session: 'a',
      trigger: 'button',
      device: 'k',
    };
    const story = new Story(new IdentityInvariant()).at(
      0,
      'server',
      sessionEnded('a', 'user', 'k'),
    );
    expect(story.at(1, 'server', again, sessionStarted('a', 's1', 'k')).verdict).to.equal('held');
  });

  it('judges each host and each life by itself', () => {
    const story = up()
      .at(1, 'pi', sessionEnded('a'))
      .at(2, 'spare', sent)
      .at(3, 'pi', started, sent);
    expect(story.verdict).to.equal('held');
  });

  it('remembers a fixed number of sessions', () => {
    const story = up();
    for (let n = 0; n < 7_300; n += 1) story.at(n, 'pi', sessionEnded(`n${n}`));
    expect(story.at(8_000, 'pi', requested('n0')).verdict).to.equal('held');
    expect(story.at(8_000, 'pi', requested('n7299')).verdict).to.equal('broken');
  });

  it('is unknown where nothing happened', () => {
    const idle = new Story(new IdentityInvariant()).at(0, 'pi', started, client('idle'));
    expect(idle.verdict).to.equal('unknown');
  });

  it('is broken by the sound that says yes before the session is acknowledged', () => {
    const yes: AnyEvent = { type: 'cue.played', cue: 'listening' };
    const no: AnyEvent = { type: 'cue.played', cue: 'rejected' };
    expect(up().at(1, 'pi', requested('a'), sessionStarted('a'), yes).verdict).to.equal('held');
    const told = [
      '2 pi: the sound that says yes once the server listens; no session is acknowledged',
    ];
    expect(up().at(2, 'pi', requested('a'), no, yes).told).to.deep.equal(told);
    const over = up().at(1, 'pi', sessionStarted('a'), sessionEnded('a')).at(2, 'pi', yes);
    expect(over.told).to.deep.equal(told);
  });

  it('is broken by the end of a session that is told back', () => {
    const end = (type: 'control.received' | 'control.sent', session: string): AnyEvent => ({
      type,
      connection: 'c1',
      message: 'session_end',
      session,
    });
    const story = up().at(1, 'pi', end('control.sent', 'a'), end('control.received', 'b'));
    expect(story.verdict).not.to.equal('broken');
    expect(story.at(2, 'pi', end('control.sent', 'b')).told).to.deep.equal([
      '2 pi: silence about b, whose end the peer has told; its end is told back',
    ]);
  });

  it('is broken by who comes in without a token', () => {
    const asks: AnyEvent = { type: 'server.admits', devices: ['kitchen'] };
    const door = (): Story => new Story(new IdentityInvariant()).at(0, 'server', asks);
    expect(door().at(1, 'server', accepted('s1', 'kitchen')).verdict).not.to.equal('broken');
    expect(door().at(1, 'server', accepted('s1', 'guest')).told).to.deep.equal([
      '1 server: nobody in without a token; guest',
    ]);
  });
});
