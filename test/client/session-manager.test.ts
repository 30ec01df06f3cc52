import { expect } from 'chai';

import { CONNECT_MS, LATENCY_MS, type Visitor } from './bench';
import { hotwordThen, pcm } from './devices';
import { CHUNK_BYTES, SessionBench, type SessionBenchOptions } from './session-bench';

const ECHO_MS = 200;
const START_LIMIT_MS = 5_000;
const ACTIVE_LIMIT_MS = 300_000;

describe('SessionManager', () => {
  let bench: SessionBench;

  function make(options?: SessionBenchOptions): SessionBench {
    bench = new SessionBench(options);
    return bench;
  }

  beforeEach(() => make());

  afterEach(async () => bench.over());

  describe('that was started', () => {
    it('dials, and listens for the hotword before there is a link', async () => {
      bench.manager.start();
      expect(bench.manager.state).to.equal('listening_for_hotword');
      expect(bench.microphone.purpose).to.equal('hotword');
      await bench.run(CONNECT_MS);
      expect(bench.link.status).to.equal('connected');
    });

    it('does nothing more when it is started again', async () => {
      await bench.connect();
      bench.manager.start();
      expect(bench.microphone.opens).to.equal(1);
      expect(bench.button.callbacks.size).to.equal(1);
      expect(bench.of('link.dialing')).to.have.length(1);
    });
  });

  describe('while the link is down', () => {
    beforeEach(() => {
      bench.world.network.refuseDials('hub');
      bench.manager.start();
    });

    it('answers the hotword by a cue, and stays in listening', async () => {
      bench.sayHotword();
      expect(bench.cues).to.deep.equal(['offline']);
      expect(bench.manager.state).to.equal('listening_for_hotword');
      await bench.run(1_000);
      expect(bench.microphone.purpose).to.equal('hotword');
    });

    it('does not hear its own cue', async () => {
      bench.sayHotword();
      expect(bench.microphone.purpose).to.equal('nothing');
      await bench.run(260 + ECHO_MS - 1);
      expect(bench.microphone.purpose).to.equal('nothing');
    });

    it('answers the button by a cue', () => {
      bench.button.press();
      expect(bench.cues).to.deep.equal(['offline']);
    });

    it('sends nothing of it later', async () => {
      make().manager.start();
      bench.sayHotword(CHUNK_BYTES);
      await bench.run(5_000);
      expect(bench.server.visitor.order).to.deep.equal([]);
    });
  });

  describe('that asks for a session', () => {
    it('names session and trigger, and enters starting', async () => {
      const visitor = await bench.starting();
      expect(visitor.said).to.deep.equal([
        { type: 'hotword_detected', session: bench.session, trigger: 'hotword' },
      ]);
      expect(bench.manager.state).to.equal('starting_session');
    });

    it('does so at the button as well', async () => {
      const visitor = await bench.connect();
      bench.button.press();
      await bench.run(LATENCY_MS);
      expect(visitor.said).to.deep.equal([
        { type: 'hotword_detected', session: bench.session, trigger: 'button' },
      ]);
    });

    it('sends no audio before the acknowledgement, and then all of it in order', async () => {
      const visitor = await bench.connect();
      bench.sayHotword(CHUNK_BYTES);
      bench.microphone.hear(pcm(CHUNK_BYTES, 2));
      await bench.run(1_000);
      expect(visitor.order).to.deep.equal(['hotword_detected']);
      visitor.say({ type: 'session_started', session: bench.session });
      await bench.run(LATENCY_MS);
      bench.microphone.hear(pcm(CHUNK_BYTES, 3));
      await bench.run(LATENCY_MS);
      const said = [pcm(CHUNK_BYTES, 1), pcm(CHUNK_BYTES, 2), pcm(CHUNK_BYTES, 3)];
      expect(Buffer.concat(visitor.audio).equals(Buffer.concat(said))).to.equal(true);
    });

    it('gives up after 5 s, tells the server, and listens again with a cue', async () => {
      const visitor = await bench.starting();
      await bench.run(START_LIMIT_MS - LATENCY_MS);
      expect(bench.timesOf('session.ended')).to.deep.equal([CONNECT_MS + START_LIMIT_MS]);
      expect(bench.cues).to.deep.equal(['rejected']);
      await bench.run(1_000);
      expect(visitor.said.at(-1)).to.deep.equal({
        type: 'session_end',
        session: bench.session,
        reason: 'start_timeout',
      });
      expect(bench.microphone.purpose).to.equal('hotword');
    });

    it('does not begin when the acknowledgement comes after that', async () => {
      const visitor = await bench.starting();
      await bench.run(START_LIMIT_MS);
      visitor.say({ type: 'session_started', session: bench.session });
      await bench.run(1_000);
      expect(bench.manager.state).to.equal('listening_for_hotword');
      expect(bench.rejected).to.deep.equal(['stale_message']);
      await bench.speak(500);
      expect(visitor.audio).to.deep.equal([]);
    });

    it('listens again with a cue when it is rejected', async () => {
      const visitor = await bench.starting();
      visitor.say({ type: 'session_rejected', session: bench.session, reason: 'engine_failed' });
      await bench.run(1_000);
      expect(bench.cues).to.deep.equal(['rejected']);
      expect(bench.of('session.rejected')[0]?.reason).to.equal('engine_failed');
      expect(bench.microphone.purpose).to.equal('hotword');
      expect(visitor.types).to.deep.equal(['hotword_detected']);
    });

    it('listens again with a cue when the server ends it before it began', async () => {
      const visitor = await bench.starting();
      visitor.say({ type: 'session_end', session: bench.session, reason: 'engine_failed' });
      await bench.run(1_000);
      expect(bench.ends).to.deep.equal(['engine_failed']);
      expect(bench.cues).to.deep.equal(['rejected']);
      expect(bench.microphone.purpose).to.equal('hotword');
    });

    it('takes no answer before the acknowledgement', async () => {
      const visitor = await bench.starting();
      visitor.say({ type: 'start_of_tts_stream', session: bench.session, turn: 1 });
      visitor.play(pcm(3_200));
      await bench.run(100);
      expect(bench.rejected).to.deep.equal(['unexpected_message', 'stale_audio']);
      expect(bench.manager.state).to.equal('starting_session');
    });

    it('begins once, though it is acknowledged twice', async () => {
      const visitor = await bench.active();
      visitor.say({ type: 'session_started', session: bench.session });
      await bench.run(LATENCY_MS);
      expect(bench.of('session.started')).to.have.length(1);
      expect(bench.rejected).to.deep.equal(['unexpected_message']);
    });

    it('chooses another name each time', async () => {
      let drawn = 0;
      bench.ports.random.next = () => (drawn += 0.125);
      await bench.starting();
      const first = bench.session;
      bench.manager.endSession('user');
      await bench.run(1_000);
      bench.sayHotword();
      expect(bench.session)
        .to.match(/^[0-9a-f]{12}$/)
        .and.not.equal(first);
    });
  });

  describe('in a session', () => {
    it('streams what the microphone hears', async () => {
      const visitor = await bench.active();
      await bench.speak(1_000);
      expect(visitor.audioBytes).to.equal(10 * CHUNK_BYTES);
    });

    it('sends a second of it until the server takes it, and keeps another', async () => {
      const visitor = await bench.active();
      await bench.speak(5_000);
      expect(visitor.audioBytes).to.equal(32_000);
      visitor.say({ type: 'audio_ack', session: bench.session, bytes: 32_000 });
      await bench.speak(1_000);
      expect(visitor.audioBytes).to.equal(64_000);
    });

    it('begins without a sound, unless one is wanted', async () => {
      await bench.active();
      expect(bench.cues).to.deep.equal([]);
    });

    it('begins with a sound that nobody hears at the other end', async () => {
      make({ settings: { acknowledge: true } });
      await bench.starting();
      expect(bench.cues, 'before anybody listens').to.deep.equal([]);
      bench.server.visitor.say({ type: 'session_started', session: bench.session });
      await bench.run(LATENCY_MS);
      expect(bench.cues).to.deep.equal(['listening']);
      expect(bench.microphone.purpose).to.equal('nothing');
      await bench.run(260 + ECHO_MS);
      expect(bench.microphone.purpose).to.equal('session');
      expect(bench.manager.state).to.equal('active_session');
    });

    it('takes no acknowledgement of another session', async () => {
      const visitor = await bench.active();
      await bench.speak(3_000);
      visitor.say({ type: 'audio_ack', session: 'another', bytes: 32_000 });
      await bench.speak(1_000);
      expect(visitor.audioBytes).to.equal(32_000);
      expect(bench.rejected).to.deep.equal(['stale_message']);
    });

    it('ends it at the button, tells the server, and keeps the link', async () => {
      const visitor = await bench.active();
      await bench.speak(1_000);
      bench.button.press();
      await bench.run(1_000);
      expect(visitor.said.at(-1)).to.deep.equal({
        type: 'session_end',
        session: bench.session,
        reason: 'user',
      });
      expect(bench.microphone.purpose).to.equal('hotword');
      expect(bench.of('link.dialing')).to.have.length(1);
      expect(bench.link.status).to.equal('connected');
    });

    it('sends no audio after it is over', async () => {
      const visitor = await bench.active();
      await bench.run(300);
      bench.microphone.hear(pcm(CHUNK_BYTES - 2));
      bench.button.press();
      await bench.run(100);
      bench.microphone.hear(pcm(CHUNK_BYTES));
      await bench.speak(1_000);
      expect(visitor.audio).to.deep.equal([]);
    });

    it('takes a press within 300 ms of the one that began it for a bounce', async () => {
      await bench.connect();
      bench.button.press();
      await bench.run(299);
      bench.button.press();
      expect(bench.manager.state).to.equal('starting_session');
      await bench.run(1);
      bench.button.press();
      expect(bench.ends).to.deep.equal(['user']);
    });

    it('takes a press right after the one that ended it for a bounce', async () => {
      await bench.active();
      await bench.run(300);
      bench.button.press();
      await bench.run(299);
      bench.button.press();
      expect(bench.manager.state).to.equal('listening_for_hotword');
    });

    it('is listening again as soon as the server ends it, without an echo of that', async () => {
      const visitor = await bench.active();
      visitor.say({ type: 'session_end', session: bench.session, reason: 'idle' });
      await bench.run(LATENCY_MS);
      expect(bench.ends).to.deep.equal(['idle']);
      expect(bench.microphone.purpose).to.equal('hotword');
      await bench.run(1_000);
      expect(visitor.types).to.deep.equal(['hotword_detected']);
      expect(bench.cues).to.deep.equal([]);
    });

    it('holds a hundred sessions over one connection', async () => {
      const visitor = await bench.connect();
      for (let count = 1; count <= 100; count++) {
        bench.sayHotword();
        await bench.run(LATENCY_MS);
        visitor.say({ type: 'session_started', session: bench.session });
        await bench.run(LATENCY_MS);
        visitor.say({ type: 'session_end' });
        await bench.run(LATENCY_MS);
      }
      expect(bench.ends).to.have.length(100);
      expect(bench.server.visitors).to.have.length(1);
    });

    it('ends it after 5 min in which the server says nothing, with a cue', async () => {
      const visitor = await bench.active();
      await bench.run(ACTIVE_LIMIT_MS + LATENCY_MS);
      expect(bench.ends).to.deep.equal(['active_limit']);
      expect(bench.cues).to.deep.equal(['interrupted']);
      expect(visitor.types).to.deep.equal(['hotword_detected', 'session_end']);
    });

    it('ends it when the microphone fails, tells the server, and gives a cue', async () => {
      const visitor = await bench.active();
      bench.microphone.fail('device_lost');
      await bench.run(LATENCY_MS);
      expect(visitor.said.at(-1)).to.include({ type: 'session_end', reason: 'microphone_failed' });
      expect(bench.cues).to.deep.equal(['interrupted']);
      await bench.run(1_000);
      expect(bench.microphone.purpose).to.equal('hotword');
    });

    for (const [what, message] of [
      ['a rejection', { type: 'session_rejected' }],
      ['a welcome', { type: 'welcome', device: 'a', connection: 'b' }],
    ] as const) {
      it(`goes on where the server sends ${what} in the middle of it`, async () => {
        const visitor = await bench.active();
        visitor.say({ session: bench.session, ...message } as never);
        await bench.run(LATENCY_MS);
        expect(bench.rejected).to.deep.equal(['unexpected_message']);
        expect(bench.manager.state).to.equal('active_session');
      });
    }

    for (const type of ['session_end', 'start_of_tts_stream', 'tts_stream_end'] as const) {
      it(`takes no notice of a ${type} for another session`, async () => {
        const visitor = await bench.active();
        visitor.say({ type, session: 'another' });
        await bench.run(LATENCY_MS);
        expect(bench.rejected).to.deep.equal(['stale_message']);
        expect(bench.manager.state).to.equal('active_session');
      });
    }
  });

  describe('with a base server', () => {
    beforeEach(() => make({ protocol: 'base' }));

    it('streams at once, because nothing is acknowledged', async () => {
      const visitor = await bench.connect();
      bench.microphone.hear(hotwordThen(CHUNK_BYTES));
      await bench.run(LATENCY_MS);
      expect(visitor.order).to.deep.equal(['hotword_detected', 'audio']);
      expect(bench.manager.state).to.equal('active_session');
    });

    it('streams on and on without acknowledgements', async () => {
      const visitor = await bench.starting();
      await bench.speak(5_000);
      expect(visitor.audioBytes).to.equal(50 * CHUNK_BYTES);
    });

    it('holds a whole turn with messages that have no ids', async () => {
      const visitor: Visitor = await bench.starting();
      visitor.say({ type: 'start_of_tts_stream' });
      visitor.play(pcm(32_000));
      visitor.say({ type: 'tts_stream_end' });
      await bench.run(2_000);
      visitor.say({ type: 'session_end' });
      await bench.run(LATENCY_MS);
      expect(visitor.said).to.deep.equal([
        { type: 'hotword_detected' },
        { type: 'playback_complete' },
      ]);
      expect(bench.manager.state).to.equal('listening_for_hotword');
    });

    it('has at most 64,000 bytes on their way over a link that is stuck', async () => {
      await bench.starting();
      bench.world.network.path('pi', 'hub').cut();
      await bench.speak(9_000);
      expect(bench.link.bufferedBytes).to.be.at.most(64_000 + 1_000);
    });
  });
});
