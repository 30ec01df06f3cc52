import { expect } from 'chai';

import type { ServerMessage } from '../../src/protocol';
import { dropAudio } from '../../src/server/turn-speaker';
import { ConversationBench, FakeAudio } from './conversation-bench';
import { ConversationState } from '../../src/server/conversation-state';

const playbackComplete = (turn: number) =>
  ({ type: 'playback_complete', session: 'A', turn }) as const;

describe('TurnSpeaker', () => {
  it('is announced just before its first audio, and ended just after the last', async () => {
    const bench = await new ConversationBench().reach(ConversationState.SPEAKING);
    await bench.give(1_600);
    await bench.end();
    expect(bench.link.sent.slice(1)).to.deep.equal([
      { type: 'start_of_tts_stream', session: 'A', turn: 1 },
      3_200,
      1_600,
      { type: 'tts_stream_end', session: 'A', turn: 1, bytes: 4_800 },
    ] satisfies (ServerMessage | number)[]);
  });

  it('gives the word back when the client has played it', async () => {
    const bench = await new ConversationBench().reach(ConversationState.SPEAKING);
    await bench.end();
    bench.receive(playbackComplete(1));
    expect(bench.state).to.equal(ConversationState.ACTIVE);
    expect(bench.of('turn.ended')[0]).to.deep.include({ turn: 1, bytes: 3_200 });
    expect(bench.of('turn.ended')[0]).not.to.have.property('error');
  });

  it('takes a base peer at its word', async () => {
    const bench = await new ConversationBench('base').reach(ConversationState.SPEAKING);
    await bench.end();
    bench.receive({ type: 'playback_complete' });
    expect(bench.state).to.equal(ConversationState.ACTIVE);
  });

  it('notes that the speaker of the client failed', async () => {
    const bench = await new ConversationBench().reach(ConversationState.SPEAKING);
    await bench.end();
    bench.receive({ ...playbackComplete(1), error: 'device_lost' });
    expect(bench.of('turn.ended')[0]?.error).to.equal('playback_failed');
  });

  it('ignores a confirmation that is early, of another turn, or of another session', async () => {
    const bench = await new ConversationBench().reach(ConversationState.SPEAKING);
    bench.receive(playbackComplete(1));
    await bench.end();
    bench.receive(playbackComplete(2));
    bench.receive({ ...playbackComplete(1), session: 'B' });
    expect(bench.state).to.equal(ConversationState.SPEAKING);
    expect(bench.link.rejected).to.deep.equal(['stale_message', 'stale_message', 'stale_message']);
  });

  it('ignores a confirmation of the turn before', async () => {
    const bench = await new ConversationBench().reach(ConversationState.SPEAKING);
    await bench.end();
    bench.receive(playbackComplete(1));
    const audio = new FakeAudio();
    bench.handlers.onTurn({ audio });
    audio.give(3_200);
    await bench.settle();
    audio.end();
    await bench.settle();
    bench.receive(playbackComplete(1));
    expect(bench.state).to.equal(ConversationState.SPEAKING);
    bench.receive(playbackComplete(2));
    expect(bench.state).to.equal(ConversationState.ACTIVE);
  });

  it('waits for a confirmation as long as the audio lasts, and 5 s', async () => {
    const bench = await new ConversationBench().reach(ConversationState.SPEAKING);
    await bench.give(320_000);
    await bench.end();
    await bench.clock.pass(10_100 + 4_999);
    expect(bench.state).to.equal(ConversationState.SPEAKING);
    await bench.clock.pass(1);
    expect(bench.state).to.equal(ConversationState.ACTIVE);
    expect(bench.of('turn.ended')[0]?.error).to.equal('playback_timeout');
  });

  it('breaks off when the engine stalls', async () => {
    const bench = await new ConversationBench().reach(ConversationState.SPEAKING);
    await bench.clock.pass(5_100);
    expect(bench.state).to.equal(ConversationState.ACTIVE);
    expect(bench.link.sent.at(-1)).to.include({ type: 'tts_stream_end', error: 'engine_stalled' });
    expect(bench.audio.returns).to.equal(1);
  });

  it('tells the client when speech breaks off, and waits for what it has to be heard', async () => {
    const bench = await new ConversationBench().reach(ConversationState.SPEAKING);
    bench.audio.break();
    await bench.settle();
    expect(bench.link.sent.at(-1)).to.include({ type: 'tts_stream_end', error: 'engine_failed' });
    expect(bench.state).to.equal(ConversationState.SPEAKING);
    bench.receive(playbackComplete(1));
    expect(bench.state).to.equal(ConversationState.ACTIVE);
    expect(bench.of('turn.ended')[0]?.error).to.equal('engine_failed');
  });

  it('keeps the session when speech fails before it began', async () => {
    const bench = await new ConversationBench().reach(ConversationState.PROCESSING);
    bench.handlers.onTurn({ audio: bench.audio });
    bench.audio.break();
    await bench.settle();
    expect(bench.state).to.equal(ConversationState.ACTIVE);
    expect(bench.link.types).to.deep.equal(['session_started']);
  });

  it('takes what is no sound for a failure', async () => {
    const bench = await new ConversationBench().reach(ConversationState.PROCESSING);
    const audio = [1, 2, 3] as unknown as AsyncIterable<Buffer>;
    bench.handlers.onTurn({ audio });
    await bench.settle();
    expect(bench.state).to.equal(ConversationState.ACTIVE);
  });

  it('takes white space, and audio without a sample, for no answer', async () => {
    const bench = await new ConversationBench().reach(ConversationState.PROCESSING);
    bench.handlers.onTurn({ transcript: ' \n', audio: bench.audio });
    expect(bench.state).to.equal(ConversationState.ACTIVE);
    expect(bench.audio.returns).to.equal(1);
    const audio = new FakeAudio();
    bench.handlers.onTurn({ audio });
    expect(bench.state).to.equal(ConversationState.PROCESSING);
    audio.give(1);
    await bench.settle();
    audio.end();
    await bench.settle();
    expect(bench.state).to.equal(ConversationState.ACTIVE);
    expect(bench.link.types).to.deep.equal(['session_started']);
  });

  it('drops a turn that comes while another is spoken', async () => {
    const bench = await new ConversationBench().reach(ConversationState.SPEAKING);
    const second = new FakeAudio();
    bench.handlers.onTurn({ audio: second });
    expect(second.returns).to.equal(1);
    expect(bench.of('turn.ended')[0]).to.include({ turn: 2, bytes: 0, error: 'dropped' });
    await bench.end();
    bench.receive(playbackComplete(1));
    expect(bench.state).to.equal(ConversationState.ACTIVE);
  });

  it('splits what is long, and sends whole samples only', async () => {
    const bench = await new ConversationBench().reach(ConversationState.SPEAKING);
    await bench.give(64_001);
    await bench.give(3);
    expect(bench.link.types.slice(2)).to.deep.equal([3_200, 32_000, 32_000, 4]);
  });

  it('pulls no more than the link takes', async () => {
    const bench = await new ConversationBench().reach(ConversationState.SPEAKING);
    const pulls = bench.audio.pulls;
    bench.link.isCongested = true;
    await bench.give(3_200);
    expect(bench.audio.pulls).to.equal(pulls);
    bench.link.unwritten.shift()?.();
    await bench.settle();
    expect(bench.audio.pulls).to.equal(pulls + 1);
  });

  it('sends no more than 20 s of sound ahead of what is heard', async () => {
    const bench = await new ConversationBench().reach(ConversationState.SPEAKING);
    const pulls = bench.audio.pulls;
    for (let second = 0; second < 20; second += 1) await bench.give(32_000);
    expect(bench.audio.pulls).to.equal(pulls + 19);
    await bench.clock.pass(99);
    expect(bench.audio.pulls).to.equal(pulls + 19);
    await bench.clock.pass(1);
    expect(bench.audio.pulls).to.equal(pulls + 20);
  });

  describe('that is interrupted', () => {
    const silenced = (bytes: number): ServerMessage => ({
      type: 'tts_stream_end',
      session: 'A',
      turn: 1,
      bytes,
      error: 'interrupted',
    });

    it('sends no more, tells the client to be silent, and listens at its word', async () => {
      const bench = await new ConversationBench().reach(ConversationState.SPEAKING);
      bench.handlers.onInterrupted();
      await bench.give(3_200);
      expect(bench.link.sent.slice(2)).to.deep.equal([3_200, silenced(3_200)]);
      expect(bench.audio.returns).to.equal(1);
      bench.receive({ ...playbackComplete(1), error: 'interrupted' });
      expect(bench.state).to.equal(ConversationState.ACTIVE);
      expect(bench.of('turn.ended')).to.have.length(1);
      expect(bench.of('turn.ended')[0]).to.include({ bytes: 3_200, error: 'interrupted' });
      expect(bench.link.rejected).to.deep.equal([]);
    });

    it('says so also when all was sent, and only the client still plays', async () => {
      const bench = await new ConversationBench().reach(ConversationState.SPEAKING);
      await bench.give(320_000);
      await bench.end();
      bench.handlers.onInterrupted();
      bench.handlers.onInterrupted();
      const ends = bench.link.sent.filter((sent) => typeof sent === 'object');
      expect(ends.slice(2)).to.deep.equal([
        { type: 'tts_stream_end', session: 'A', turn: 1, bytes: 323_200 },
        silenced(323_200),
      ]);
      expect(bench.state).to.equal(ConversationState.SPEAKING);
      bench.receive({ ...playbackComplete(1), error: 'interrupted' });
      expect(bench.of('turn.ended')[0]?.error).to.equal('interrupted');
      expect(bench.state).to.equal(ConversationState.ACTIVE);
    });

    it('waits for the word of it for 5 s, however much there was to be heard', async () => {
      const bench = await new ConversationBench().reach(ConversationState.SPEAKING);
      await bench.give(640_000);
      bench.handlers.onInterrupted();
      await bench.clock.pass(4_999);
      expect(bench.state).to.equal(ConversationState.SPEAKING);
      await bench.clock.pass(1);
      expect(bench.state).to.equal(ConversationState.ACTIVE);
      expect(bench.of('turn.ended')[0]?.error).to.equal('interrupted');
    });

    it('waits no longer where all was heard before, and the word of that is late', async () => {
      const bench = await new ConversationBench().reach(ConversationState.SPEAKING);
      await bench.give(32_000);
      await bench.end();
      // 1.1 s of sound, and 5 s for the word of it.
      await bench.clock.pass(4_000);
      bench.handlers.onInterrupted();
      await bench.clock.pass(2_099);
      expect(bench.state).to.equal(ConversationState.SPEAKING);
      await bench.clock.pass(1);
      expect(bench.state).to.equal(ConversationState.ACTIVE);
    });

    it('stops where it waits for the link, and for what is heard', async () => {
      for (const isCongested of [true, false]) {
        const bench = await new ConversationBench().reach(ConversationState.SPEAKING);
        bench.link.isCongested = isCongested;
        await bench.give(960_000);
        const sent = bench.link.sent.length;
        bench.handlers.onInterrupted();
        bench.link.unwritten.shift()?.();
        await bench.clock.pass(4_000);
        expect(bench.link.sent).to.have.length(sent + 1);
        bench.receive(playbackComplete(1));
        await bench.settle();
        expect(bench.state).to.equal(ConversationState.ACTIVE);
      }
    });

    it('is over at once where it had no sound yet', async () => {
      const bench = await new ConversationBench().reach(ConversationState.PROCESSING);
      bench.handlers.onTurn({ audio: bench.audio });
      bench.handlers.onInterrupted();
      expect(bench.state).to.equal(ConversationState.ACTIVE);
      expect(bench.audio.returns).to.equal(1);
      await bench.give(3_200);
      expect(bench.link.types).to.deep.equal(['session_started']);
    });

    it('cannot silence a base peer, and waits until that has played what it has', async () => {
      const bench = await new ConversationBench('base').reach(ConversationState.SPEAKING);
      await bench.give(320_000);
      bench.handlers.onInterrupted();
      bench.handlers.onInterrupted();
      expect(bench.link.types.filter((type) => type === 'tts_stream_end')).to.have.length(1);
      await bench.clock.pass(10_000);
      expect(bench.state).to.equal(ConversationState.SPEAKING);
      bench.receive({ type: 'playback_complete' });
      expect(bench.state).to.equal(ConversationState.ACTIVE);
    });

    it('says nothing more to a base peer that has all of it', async () => {
      const bench = await new ConversationBench('base').reach(ConversationState.SPEAKING);
      await bench.end();
      const { length } = bench.link.sent;
      bench.handlers.onInterrupted();
      expect(bench.link.sent).to.have.length(length);
      expect(bench.state).to.equal(ConversationState.SPEAKING);
    });

    it('makes way for the next, and then is over for the client’s late word', async () => {
      const bench = await new ConversationBench().reach(ConversationState.SPEAKING);
      bench.handlers.onInterrupted();
      const audio = new FakeAudio();
      bench.handlers.onTurn({ audio });
      audio.give(3_200);
      await bench.settle();
      bench.receive({ ...playbackComplete(1), error: 'interrupted' });
      expect(bench.state).to.equal(ConversationState.SPEAKING);
      expect(bench.of('turn.ended').map(({ turn, error }) => [turn, error])).to.deep.equal([
        [1, 'interrupted'],
      ]);
      audio.end();
      await bench.settle();
      bench.receive(playbackComplete(2));
      expect(bench.state).to.equal(ConversationState.ACTIVE);
    });

    it('leaves no timer when the session ends meanwhile', async () => {
      const bench = await new ConversationBench().reach(ConversationState.SPEAKING);
      bench.handlers.onInterrupted();
      bench.conversation.enterPassiveMode('disconnected');
      await bench.settle();
      expect(bench.clock.pending).to.equal(0);
    });
  });

  it('leaves no timer when it stops ahead of what is heard', async () => {
    const bench = await new ConversationBench().reach(ConversationState.SPEAKING);
    await bench.give(960_000);
    bench.conversation.enterPassiveMode('disconnected');
    await bench.settle();
    expect(bench.clock.pending).to.equal(0);
  });

  it('stops at once on a link that takes nothing', async () => {
    const bench = await new ConversationBench().reach(ConversationState.SPEAKING);
    bench.link.isCongested = true;
    await bench.give(96_000);
    bench.conversation.enterPassiveMode('disconnected');
    bench.link.unwritten.shift()?.();
    await bench.settle();
    expect(bench.link.types.slice(2)).to.deep.equal([3_200, 32_000]);
    expect(bench.audio.returns).to.equal(1);
    expect(bench.clock.pending).to.equal(0);
  });

  it('drops the audio of an engine that cannot even begin', () => {
    const audio = {
      [Symbol.asyncIterator]: () => {
        throw new Error('no');
      },
    };
    expect(() => dropAudio(audio)).not.to.throw();
  });
});
