import { expect } from 'chai';

import { CONVERSATION_STATES, ConversationState } from '../../src/server/conversation-state';
import { ConversationBench, FakeSession } from './conversation-bench';

describe('ConversationManager', () => {
  describe('starting', () => {
    it('is active, and says so, once the engine is ready', async () => {
      const bench = await new ConversationBench().reach(ConversationState.ACTIVE);
      expect(bench.state).to.equal(ConversationState.ACTIVE);
      expect(bench.link.sent).to.deep.equal([{ type: 'session_started', session: 'A' }]);
      expect(bench.of('session.started')).to.have.length(1);
    });

    it('makes up a session for a base peer', async () => {
      const bench = new ConversationBench('base');
      bench.receive({ type: 'hotword_detected' });
      bench.engine.last.resolve(bench.session);
      await bench.settle();
      expect(bench.of('session.started')[0]?.session).to.equal('abcdef-1.1');
    });

    it('refuses a tars.v2 hotword without a session', () => {
      const bench = new ConversationBench();
      bench.receive({ type: 'hotword_detected' });
      expect(bench.state).to.equal(ConversationState.PASSIVE);
      expect(bench.link.rejected).to.deep.equal(['bad_field']);
    });

    it('rejects the session when the engine does not open', async () => {
      const bench = await new ConversationBench().reach(ConversationState.STARTING);
      bench.engine.last.reject(new Error('no'));
      await bench.settle();
      expect(bench.state).to.equal(ConversationState.PASSIVE);
      expect(bench.link.sent).to.deep.equal([
        { type: 'session_rejected', session: 'A', reason: 'engine_failed' },
      ]);
      expect(bench.of('session.ended')).to.have.length(0);
      expect(bench.clock.pending).to.equal(0);
    });

    it('rejects the session when the engine throws instead of opening', async () => {
      const bench = new ConversationBench();
      bench.engine.open = () => {
        throw new Error('no');
      };
      bench.hotword();
      await bench.settle();
      expect(bench.of('session.rejected')[0]?.reason).to.equal('engine_failed');
    });

    it('rejects the session once when the engine fails twice while it opens', async () => {
      const bench = await new ConversationBench().reach(ConversationState.STARTING);
      bench.handlers.onFailed('gone');
      bench.engine.last.reject(new Error('gone'));
      await bench.settle();
      expect(bench.link.types).to.deep.equal(['session_rejected']);
      expect(bench.of('engine.failed')).to.have.length(1);
    });

    it('rejects the session after 5 s, and closes an engine that opens later', async () => {
      const bench = await new ConversationBench().reach(ConversationState.STARTING);
      await bench.clock.pass(5_000);
      expect(bench.of('session.rejected')[0]?.reason).to.equal('engine_timeout');
      bench.engine.last.resolve(bench.session);
      await bench.settle();
      expect(bench.state).to.equal(ConversationState.PASSIVE);
      expect(bench.session.closes).to.equal(1);
      expect(bench.live).to.equal(0);
      expect(bench.clock.pending).to.equal(0);
    });

    it('closes an engine even if it opens after it was given up', async () => {
      const bench = await new ConversationBench().reach(ConversationState.STARTING);
      await bench.clock.pass(60_000);
      bench.engine.last.resolve(bench.session);
      await bench.settle();
      expect(bench.session.closes).to.equal(1);
      expect(bench.live).to.equal(0);
      expect(bench.clock.pending).to.equal(0);
    });

    it('rejects the session when too many engines are in use', async () => {
      const bench = await new ConversationBench('tars.v2', 1).reach(ConversationState.STARTING);
      bench.hotword('B');
      expect(bench.state).to.equal(ConversationState.PASSIVE);
      expect(bench.of('session.rejected')[0]).to.include({ session: 'B', reason: 'engine_busy' });
    });

    it('ignores the same session asked for again', async () => {
      for (const state of CONVERSATION_STATES.slice(1)) {
        const bench = await new ConversationBench().reach(state);
        bench.hotword('A');
        expect(bench.state).to.equal(state);
        expect(bench.link.rejected).to.deep.equal(['unexpected_message']);
        expect(bench.engine.openings).to.have.length(1);
      }
    });

    it('ignores a hotword of a base peer whose session is on', async () => {
      const bench = await new ConversationBench('base').reach(ConversationState.ACTIVE);
      bench.receive({ type: 'hotword_detected' });
      expect(bench.link.rejected).to.deep.equal(['unexpected_message']);
    });

    it('starts another session at once while the old engine is still closing', async () => {
      const bench = await new ConversationBench().reach(ConversationState.SPEAKING);
      bench.session.onClose = () => new Promise(() => undefined);
      bench.hotword('B');
      expect(bench.state).to.equal(ConversationState.STARTING);
      bench.engine.last.resolve(new FakeSession());
      await bench.settle();
      expect(bench.state).to.equal(ConversationState.ACTIVE);
      expect(bench.of('session.ended')[0]).to.include({ session: 'A', reason: 'superseded' });
      await bench.clock.pass(5_000);
      expect(bench.of('engine.closed')).to.deep.equal([
        { type: 'engine.closed', engine: 'e1', timedOut: true },
      ]);
    });
  });

  describe('entering passive mode', () => {
    for (const state of CONVERSATION_STATES.slice(1)) {
      it(`ends ${state} before it returns, and leaves no timer`, async () => {
        const bench = await new ConversationBench().reach(state);
        const sent = bench.link.sent.length;
        bench.conversation.enterPassiveMode('disconnected');
        expect(bench.state).to.equal(ConversationState.PASSIVE);
        expect(bench.of('session.ended')).to.have.length(1);
        bench.engine.last.resolve(bench.session);
        await bench.settle();
        expect(bench.session.closes).to.equal(1);
        expect(bench.live).to.equal(0);
        expect(bench.audio.returns).to.equal(state === ConversationState.SPEAKING ? 1 : 0);
        expect(bench.link.sent).to.have.length(sent);
        expect(bench.clock.pending).to.equal(0);
      });

      it(`hears nothing of the engine of ${state} any more`, async () => {
        const bench = await new ConversationBench().reach(state);
        const { handlers } = bench;
        bench.conversation.enterPassiveMode('disconnected');
        await bench.settle();
        const before = bench.events.length;
        handlers.onSpeech();
        handlers.onUtterance();
        handlers.onTurn({ audio: bench.audio });
        handlers.onInterrupted();
        handlers.onUtterance('Thank you, that’s all.');
        handlers.onFailed('late');
        await bench.give(3_200);
        expect(bench.events).to.have.length(before);
      });
    }

    it('changes nothing in passive mode', () => {
      const bench = new ConversationBench();
      bench.conversation.enterPassiveMode('disconnected');
      expect(bench.events).to.deep.equal([]);
    });

    it('survives an engine that throws while it closes', async () => {
      const bench = await new ConversationBench().reach(ConversationState.ACTIVE);
      bench.session.onClose = () => {
        throw new Error('no');
      };
      bench.conversation.enterPassiveMode('disconnected');
      await bench.settle();
      expect(bench.state).to.equal(ConversationState.PASSIVE);
      expect(bench.live).to.equal(0);
    });
  });

  describe('ending', () => {
    it('ends at the client’s word without an answer', async () => {
      for (const state of CONVERSATION_STATES.slice(1)) {
        const bench = await new ConversationBench().reach(state);
        bench.receive({ type: 'session_end', session: 'A', reason: 'button' });
        expect(bench.state).to.equal(ConversationState.PASSIVE);
        expect(bench.of('session.ended')[0]?.reason).to.equal('button');
        expect(bench.link.types).not.to.include('session_end');
      }
    });

    it('ignores the end of another session', async () => {
      const bench = await new ConversationBench().reach(ConversationState.ACTIVE);
      bench.receive({ type: 'session_end', session: 'B' });
      expect(bench.state).to.equal(ConversationState.ACTIVE);
      expect(bench.link.rejected).to.deep.equal(['stale_message']);
    });

    it('ends after 30 s without speech, whatever audio comes', async () => {
      const bench = await new ConversationBench().reach(ConversationState.ACTIVE);
      for (let second = 0; second < 29; second += 1) {
        bench.hear(3_200);
        await bench.clock.pass(1_000);
      }
      expect(bench.state).to.equal(ConversationState.ACTIVE);
      await bench.clock.pass(1_000);
      expect(bench.state).to.equal(ConversationState.PASSIVE);
      expect(bench.link.sent.at(-1)).to.deep.equal({
        type: 'session_end',
        session: 'A',
        reason: 'idle',
      });
    });

    it('goes on while somebody speaks', async () => {
      const bench = await new ConversationBench().reach(ConversationState.ACTIVE);
      await bench.clock.pass(29_000);
      bench.handlers.onSpeech();
      await bench.clock.pass(29_000);
      expect(bench.state).to.equal(ConversationState.ACTIVE);
    });

    it('ends when no answer comes for 60 s', async () => {
      const bench = await new ConversationBench().reach(ConversationState.PROCESSING);
      await bench.clock.pass(60_000);
      expect(bench.state).to.equal(ConversationState.PASSIVE);
      expect(bench.link.sent.at(-1)).to.include({ type: 'session_end', reason: 'no_answer' });
    });

    it('ends when an answer was promised and gives no sound for 60 s', async () => {
      const bench = await new ConversationBench().reach(ConversationState.PROCESSING);
      bench.handlers.onTurn({ audio: bench.audio });
      await bench.clock.pass(60_000);
      expect(bench.state).to.equal(ConversationState.PASSIVE);
      expect(bench.audio.returns).to.equal(1);
    });

    it('ends when the engine dies', async () => {
      for (const state of CONVERSATION_STATES.slice(2)) {
        const bench = await new ConversationBench().reach(state);
        bench.handlers.onFailed('go_away');
        expect(bench.state).to.equal(ConversationState.PASSIVE);
        const last = bench.link.types.slice(-2);
        const spoken = ['tts_stream_end', 'session_end'];
        if (state === ConversationState.SPEAKING) expect(last).to.deep.equal(spoken);
        else expect(last).to.include('session_end').and.not.include('tts_stream_end');
        expect(bench.of('engine.failed')[0]?.label).to.equal('go_away');
      }
    });

    it('ends when the engine throws at what it hears', async () => {
      const bench = await new ConversationBench().reach(ConversationState.ACTIVE);
      bench.session.onHear = () => {
        throw new Error('no');
      };
      bench.hear(3_200);
      expect(bench.state).to.equal(ConversationState.PASSIVE);
      expect(bench.of('session.ended')[0]?.reason).to.equal('engine_lost');
    });
  });

  describe('an interruption', () => {
    it('gives the word back while an answer is awaited', async () => {
      const bench = await new ConversationBench().reach(ConversationState.PROCESSING);
      bench.handlers.onInterrupted();
      expect(bench.state).to.equal(ConversationState.ACTIVE);
      expect(bench.of('state.changed').at(-1)?.cause).to.equal('interrupted');
      expect(bench.link.types).to.deep.equal(['session_started']);
    });

    it('changes nothing where no answer is', async () => {
      for (const state of [ConversationState.STARTING, ConversationState.ACTIVE]) {
        const bench = await new ConversationBench().reach(state);
        const before = bench.events.length;
        bench.handlers.onInterrupted();
        expect(bench.events).to.have.length(before);
      }
    });
  });

  describe('an end phrase', () => {
    it('ends the session in good order, with its reason', async () => {
      const bench = await new ConversationBench().reach(ConversationState.ACTIVE);
      bench.handlers.onUtterance('Thank you, that’s all.');
      expect(bench.state).to.equal(ConversationState.PASSIVE);
      expect(bench.link.sent.at(-1)).to.deep.equal({
        type: 'session_end',
        session: 'A',
        reason: 'end_phrase',
      });
      await bench.settle();
      expect(bench.live).to.equal(0);
      expect(bench.clock.pending).to.equal(0);
    });

    it('ends it also where the words come after the answer has begun', async () => {
      const bench = await new ConversationBench().reach(ConversationState.SPEAKING);
      bench.handlers.onUtterance('Thank you, that’s all.');
      expect(bench.state).to.equal(ConversationState.PASSIVE);
      expect(bench.audio.returns).to.equal(1);
      expect(bench.link.types).not.to.include('tts_stream_end');
      expect(bench.link.types.at(-1)).to.equal('session_end');
    });

    it('is none where words of two utterances would make it', async () => {
      const bench = await new ConversationBench().reach(ConversationState.ACTIVE);
      bench.handlers.onUtterance('Thank you.');
      bench.handlers.onInterrupted();
      bench.handlers.onUtterance('That’s all.');
      expect(bench.state).to.equal(ConversationState.PROCESSING);
    });

    it('is none in the words of an answer', async () => {
      const bench = await new ConversationBench().reach(ConversationState.PROCESSING);
      bench.handlers.onTurn({ transcript: 'Thank you, that’s all.', audio: bench.audio });
      await bench.give(3_200);
      expect(bench.state).to.equal(ConversationState.SPEAKING);
    });

    it('is none where the engine has no words for what it hears', async () => {
      const bench = await new ConversationBench().reach(ConversationState.ACTIVE);
      bench.handlers.onUtterance();
      expect(bench.state).to.equal(ConversationState.PROCESSING);
      bench.handlers.onUtterance(7 as unknown as string);
      expect(bench.state).to.equal(ConversationState.PROCESSING);
    });
  });

  describe('audio', () => {
    it('goes to the engine in ACTIVE, and is acknowledged', async () => {
      const bench = await new ConversationBench().reach(ConversationState.ACTIVE);
      bench.hear(3_200);
      bench.hear(3_200);
      await bench.clock.pass(20);
      expect(bench.session.heard).to.have.length(2);
      expect(bench.link.sent.at(-1)).to.deep.equal({
        type: 'audio_ack',
        session: 'A',
        bytes: 6_400,
      });
    });

    it('is taken and dropped while the engine works or speaks', async () => {
      const bench = await new ConversationBench().reach(ConversationState.PROCESSING);
      bench.hear(3_200);
      await bench.clock.pass(20);
      expect(bench.session.heard).to.have.length(0);
      expect(bench.of('audio.dropped')[0]).to.include({ bytes: 3_200, reason: 'not_listening' });
      expect(bench.link.types).to.include('audio_ack');
    });

    it('is kept for a base peer while the engine starts, the last two seconds', async () => {
      const bench = await new ConversationBench('base').reach(ConversationState.STARTING);
      for (let piece = 1; piece <= 21; piece += 1) bench.hear(3_200);
      expect(bench.of('audio.dropped')[0]).to.include({ bytes: 3_200, reason: 'uplink_full' });
      bench.engine.last.resolve(bench.session);
      await bench.settle();
      expect(Buffer.concat(bench.session.heard)).to.have.length(64_000);
    });

    it('is not expected of a tars.v2 peer before its session has started', async () => {
      const bench = await new ConversationBench().reach(ConversationState.STARTING);
      bench.hear(3_200);
      expect(bench.link.rejected).to.deep.equal(['unexpected_audio']);
    });

    it('is unexpected before the first session, and stale after it', async () => {
      const bench = new ConversationBench();
      bench.hear(3_200);
      await bench.reach(ConversationState.ACTIVE);
      bench.receive({ type: 'session_end', session: 'A' });
      bench.hear(3_200);
      bench.hotword('B');
      bench.hear(3_200);
      expect(bench.link.rejected).to.deep.equal(['unexpected_audio', 'stale_audio', 'stale_audio']);
      expect(bench.of('audio.received')).to.have.length(0);
    });
  });
});
