import { expect } from 'chai';

import type { AnyEvent } from '../../../src/events';
import { PrivacyInvariant } from '../../../src/sim/invariants/s07-privacy';
import {
  Story,
  client,
  connected,
  hears,
  sessionEnded,
  sessionStarted,
  started,
  tick,
} from './story';

function sends(session: string): AnyEvent {
  return { type: 'audio.sent', connection: 'c1', session, bytes: 3_200 };
}

function granted(session: string): AnyEvent {
  return { type: 'control.received', connection: 'c1', message: 'session_started', session };
}

const sounds: AnyEvent = { type: 'speaker.started' };
const falls: AnyEvent = {
  type: 'speaker.silent',
  playedBytes: 0,
  how: 'finished',
  sound: '',
  mostQueuedBytes: 0,
};

function listening(): Story {
  return new Story(new PrivacyInvariant()).at(
    0,
    'pi',
    started,
    connected('c1'),
    client('listening_for_hotword'),
  );
}

function active(): Story {
  return listening().at(10, 'pi', granted('s'), sessionStarted('s'), client('active_session'));
}

describe('invariant S7', () => {
  it('holds for audio of the acknowledged session', () => {
    expect(active().at(20, 'pi', sends('s')).verdict).to.equal('held');
  });

  it('is broken by audio without a session', () => {
    expect(listening().at(20, 'pi', sends('s')).told).to.deep.equal([
      '20 pi: no audio without a session; audio of session s in state listening_for_hotword, ' +
        'which the server has not started',
    ]);
  });

  it('is broken by audio of another session', () => {
    expect(active().at(20, 'pi', sends('t')).told[0]).to.contain('audio of s alone');
  });

  it('is broken by audio in any state but ACTIVE', () => {
    for (const state of ['starting_session', 'processing_response', 'listening_for_hotword']) {
      const told = active().at(15, 'pi', client(state)).at(20, 'pi', sends('s')).told[0];
      expect(told, state).to.contain(`in state ${state}`);
    }
  });

  it('is broken by audio after the end of the session', () => {
    expect(active().at(20, 'pi', sessionEnded('s')).at(20, 'pi', sends('s')).verdict).to.equal(
      'broken',
    );
  });

  it('is broken by a client that starts its session without the server’s word', () => {
    const eager = listening().at(10, 'pi', sessionStarted('s'), client('active_session'));
    expect(eager.at(11, 'pi', sends('s')).told[0]).to.contain('which the server has not started');
  });

  it('takes a base server, which has no such word, at the client’s', () => {
    const base = new Story(new PrivacyInvariant())
      .at(0, 'pi', started, connected('c1', 'base'))
      .at(10, 'pi', sessionStarted('s'), client('active_session'), sends('s'));
    expect(base.verdict).to.equal('held');
  });

  it('is broken by an ear that is open while the speaker sounds', () => {
    const open = active().at(20, 'pi', hears('session')).at(30, 'pi', sounds).at(40, 'pi', tick);
    expect(open.told).to.deep.equal([
      '30 pi: the ear closed while the speaker sounds and 200 ms after; ' +
        'listening for the session',
    ]);
  });

  it('is broken by an ear that opens less than 200 ms after the sound, not by a later one', () => {
    const opensAt = (atMs: number): Story =>
      active()
        .at(100, 'pi', sounds)
        .at(200, 'pi', falls)
        .at(atMs, 'pi', hears('hotword'))
        .at(999, 'pi', tick);
    expect(opensAt(399).verdict).to.equal('broken');
    expect(opensAt(400).verdict).to.equal('held');
  });

  it('looks at how a step leaves the two, not at what comes first in it', () => {
    const swaps = active()
      .at(20, 'pi', hears('session'))
      .at(30, 'pi', sounds, hears('nothing'))
      .at(40, 'pi', tick);
    expect(swaps.verdict).to.equal('held');
  });

  it('judges each host and each life by itself', () => {
    const apart = active()
      .at(20, 'spare', started, client('listening_for_hotword'))
      .at(30, 'spare', sounds)
      .at(40, 'pi', hears('session'), sends('s'))
      .at(50, 'pi', { type: 'host.killed' })
      .at(60, 'pi', started, client('listening_for_hotword'));
    expect(apart.verdict).to.equal('held');
    expect(apart.at(70, 'pi', sends('s')).verdict).to.equal('broken');
  });

  it('has nothing against the audio of a server, and is unknown without any audio', () => {
    const server = new Story(new PrivacyInvariant()).at(0, 'server', sends('s'));
    expect(server.verdict).to.equal('unknown');
    expect(listening().at(5, 'pi', hears('hotword')).verdict).to.equal('unknown');
  });
});
