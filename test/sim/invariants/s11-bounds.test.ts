import { expect } from 'chai';

import type { AnyEvent } from '../../../src/events';
import { BoundsInvariant } from '../../../src/sim/invariants/s11-bounds';
import {
  Story,
  client,
  connected,
  dialing,
  hears,
  paused,
  requested,
  sessionEnded,
  sessionStarted,
  started,
  tick,
} from './story';

function audio(type: 'audio.received' | 'audio.sent', bytes: number): AnyEvent {
  return { type, connection: 'c1', session: 'a', bytes };
}

function acknowledged(bytes: number, session = 'a'): AnyEvent {
  return { type: 'audio.acknowledged', connection: 'c1', session, bytes };
}

const answer: AnyEvent = { type: 'playback.started', session: 'a', turn: 1 };
const lateBeat: AnyEvent = { type: 'heartbeat.late', connection: 'c1', lateMs: 2_000 };
const broken: AnyEvent = { type: 'microphone.failed', failure: 'device_lost' };
const pressed: AnyEvent = { type: 'button.pressed', online: false };
const line: AnyEvent = { type: 'callback.threw', callback: 'x' };

function talk(protocol: 'base' | 'tars.v2' = 'tars.v2'): Story {
  return new Story(new BoundsInvariant())
    .at(0, 'pi', started, client('active'), connected('c1', protocol))
    .at(0, 'pi', sessionStarted('a'));
}

function cycle(...events: readonly AnyEvent[]): Story {
  const story = new Story(new BoundsInvariant()).at(0, 'pi', started, client('idle'));
  return story
    .at(1, 'pi', dialing('c1'))
    .at(2, 'pi', ...events)
    .at(3, 'pi', dialing('c2'));
}

describe('invariant S11', () => {
  it('holds up to 64,000 bytes that fly, and is broken by more', () => {
    expect(talk().at(1, 'pi', audio('audio.sent', 64_000)).verdict).to.equal('held');
    expect(talk().at(1, 'pi', audio('audio.sent', 64_002)).told).to.deep.equal([
      '1 pi: at most 64000 bytes flying; 64002',
    ]);
  });

  it('takes off what this session has been acknowledged, and no other', () => {
    const acked = (session?: string): Story =>
      talk()
        .at(1, 'pi', audio('audio.sent', 64_000), acknowledged(10_000, session))
        .at(2, 'pi', audio('audio.sent', 10_000));
    expect(acked().verdict).to.equal('held');
    expect(acked('old').verdict).to.equal('broken');
  });

  it('takes nothing back for an acknowledgement that says less, as a changed one may', () => {
    const story = talk()
      .at(1, 'pi', audio('audio.sent', 64_000), acknowledged(60_000), acknowledged(6_000))
      .at(2, 'pi', audio('audio.sent', 10_000));
    expect(story.verdict).to.equal('held');
  });

  it('knows nothing of what flies to a base server', () => {
    expect(talk('base').at(1, 'pi', audio('audio.sent', 99_000)).verdict).to.equal('held');
  });

  it('is broken by more than 30 s of an answer that waits, by count or at the speaker', () => {
    const heard = talk().at(1, 'pi', answer, audio('audio.received', 960_000));
    expect(heard.verdict).to.equal('held');
    expect(heard.at(1, 'pi', audio('audio.received', 320)).told).to.deep.equal([
      '1 pi: at most 960000 bytes waiting for the speaker; 960320',
    ]);
    const sound = { playedBytes: 1, how: 'finished', sound: 'x' } as const;
    const silent: AnyEvent = { type: 'speaker.silent', ...sound, mostQueuedBytes: 960_002 };
    expect(talk().at(1, 'pi', silent).told[0]).to.contain('960002');
  });

  it('lets what was heard make room', () => {
    const story = talk().at(0, 'pi', answer, audio('audio.received', 960_000));
    expect(story.at(10, 'pi', audio('audio.received', 320)).verdict).to.equal('held');
  });

  it('is broken by more than 12 lines a cycle', () => {
    expect(cycle(...Array<AnyEvent>(11).fill(line)).verdict).to.equal('held');
    expect(cycle(...Array<AnyEvent>(12).fill(line)).told).to.deep.equal([
      '3 pi: at most 12 lines a cycle; 13',
    ]);
  });

  it('leaves out what the person, the microphone, a server and our own stalls add', () => {
    const told = { type: 'control.received', connection: 'c1', message: 'session_end' } as const;
    for (const aside of [lateBeat, broken, pressed, requested('a'), told, tick]) {
      expect(cycle(...Array<AnyEvent>(20).fill(aside)).told, aside.type).to.deep.equal([]);
    }
  });

  it('judges clients alone, each life by itself, and is unknown without a client', () => {
    const again = talk().at(1, 'pi', audio('audio.sent', 64_000)).at(2, 'pi', started);
    again.at(3, 'pi', client('idle'), connected('c1'), sessionStarted('b'));
    expect(again.at(4, 'pi', audio('audio.sent', 64_000)).verdict).to.equal('held');
    const server = new Story(new BoundsInvariant()).at(0, 'server', audio('audio.sent', 99_999));
    expect(server.verdict).to.equal('unknown');
  });

  describe('what the microphone hears', () => {
    const hearing = (): Story =>
      new Story(new BoundsInvariant())
        .at(0, 'pi', started, client('active'), connected('c1'), { type: 'microphone.opened' })
        .at(0, 'pi', hears('session'), sessionStarted('a'));
    const dropped: AnyEvent = {
      type: 'audio.dropped',
      session: 'a',
      bytes: 3_200,
      reason: 'uplink_full',
    };
    const MOST_MS = 2_200;

    it('may wait for 2 s, and what comes after pushes out the oldest', () => {
      expect(hearing().at(MOST_MS, 'pi', sessionEnded('a')).verdict).not.to.equal('broken');
      const late = hearing().at(MOST_MS + 1, 'pi', sessionEnded('a'));
      expect(late.told).to.deep.equal([
        '2201 pi: at most 64000 bytes of the microphone waiting; 70432',
      ]);
      const pushed = hearing().at(MOST_MS, 'pi', dropped);
      expect(pushed.at(MOST_MS + 1, 'pi', sessionEnded('a')).verdict).not.to.equal('broken');
    });

    it('is counted from when it is heard, and only while it surely is', () => {
      for (const event of [hears('session'), hears('nothing'), paused, broken]) {
        const story = hearing().at(2_000, 'pi', event).at(2_300, 'pi', sessionEnded('a'));
        expect(story.verdict, event.type).not.to.equal('broken');
      }
      const late = hearing().at(2_000, 'pi', broken).at(2_100, 'pi', { type: 'microphone.opened' });
      expect(late.at(5_000, 'pi', sessionEnded('a')).verdict).to.equal('broken');
    });
  });
});
