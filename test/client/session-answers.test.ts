import { expect } from 'chai';

import { BYTES_PER_MS } from '../../src/constants';
import { LATENCY_MS } from './bench';
import { DeadSpeaker, pcm } from './devices';
import { CHUNK_BYTES, SessionBench, type SessionBenchOptions } from './session-bench';

const ECHO_MS = 200;
const GAP_LIMIT_MS = 10_000;
const SECOND_BYTES = 32_000;

describe('SessionManager with an answer', () => {
  let bench: SessionBench;

  function make(options?: SessionBenchOptions): SessionBench {
    bench = new SessionBench(options);
    return bench;
  }

  /** What was said of playback, without the type. */
  function completions(): object[] {
    const { said } = bench.server.visitor;
    const completed = said.filter(({ type }) => type === 'playback_complete');
    return completed.map(({ type: _, ...rest }) => rest);
  }

  beforeEach(() => make());

  afterEach(async () => bench.over());

  it('is no silence of the server, however long it sounds', async () => {
    make({ settings: { activeLimitMs: 5_000 } });
    const visitor = await bench.speaking(10);
    visitor.say({ type: 'tts_stream_end', session: bench.session, turn: 1 });
    await bench.run(11_000);
    expect(bench.ends).to.deep.equal([]);
    await bench.run(5_000);
    expect(bench.ends).to.deep.equal(['active_limit']);
  });

  it('closes the microphone as soon as it is announced, before it has a sound', async () => {
    const visitor = await bench.active();
    visitor.say({ type: 'start_of_tts_stream', session: bench.session, turn: 1 });
    await bench.run(LATENCY_MS);
    expect(bench.manager.state).to.equal('processing_response');
    expect(bench.microphone.purpose).to.equal('nothing');
  });

  it('plays it, in order', async () => {
    const visitor = await bench.speaking(1);
    visitor.play(pcm(SECOND_BYTES, 2));
    visitor.say({ type: 'tts_stream_end', session: bench.session, turn: 1 });
    await bench.run(3_000);
    const expected = Buffer.concat([pcm(SECOND_BYTES, 1), pcm(SECOND_BYTES, 2)]);
    expect(Buffer.concat(bench.heard).equals(expected)).to.equal(true);
  });

  it('confirms it when all was heard, and not when all has come', async () => {
    const visitor = await bench.speaking(5);
    visitor.say({ type: 'tts_stream_end', session: bench.session, turn: 1 });
    await bench.run(4_900);
    expect(completions()).to.deep.equal([]);
    await bench.run(200);
    expect(completions()).to.deep.equal([{ session: bench.session, turn: 1 }]);
  });

  it('does not confirm it where the queue ran dry before its end', async () => {
    const visitor = await bench.speaking(1);
    await bench.run(5_000);
    expect(completions()).to.deep.equal([]);
    visitor.say({ type: 'tts_stream_end', session: bench.session, turn: 1 });
    await bench.run(100);
    expect(completions()).to.have.length(1);
  });

  it('listens on for the session once the echo of it has died away', async () => {
    const visitor = await bench.speaking(1);
    visitor.say({ type: 'tts_stream_end', session: bench.session, turn: 1 });
    await bench.run(1_000 + ECHO_MS - LATENCY_MS - 1);
    expect(bench.manager.state).to.equal('active_session');
    expect(bench.microphone.purpose).to.equal('nothing');
    await bench.run(LATENCY_MS + 1);
    expect(bench.microphone.purpose).to.equal('session');
  });

  it('does not go on with what was being said when it began', async () => {
    const visitor = await bench.active();
    bench.microphone.hear(pcm(CHUNK_BYTES - 2, 5));
    visitor.say({ type: 'start_of_tts_stream', session: bench.session, turn: 1 });
    visitor.say({ type: 'tts_stream_end', session: bench.session, turn: 1 });
    await bench.run(1_000);
    bench.microphone.hear(pcm(CHUNK_BYTES, 6));
    await bench.run(LATENCY_MS);
    expect(visitor.audio.map((chunk) => chunk.readInt16LE())).to.deep.equal([6]);
  });

  it('sends nothing while it sounds', async () => {
    const visitor = await bench.active();
    await bench.speak(4_000);
    visitor.say({ type: 'start_of_tts_stream', session: bench.session, turn: 1 });
    await bench.run(LATENCY_MS);
    const sentBytes = visitor.audioBytes;
    visitor.say({ type: 'audio_ack', session: bench.session, bytes: sentBytes });
    visitor.play(pcm(3 * SECOND_BYTES));
    await bench.speak(2_000);
    expect(visitor.audioBytes).to.equal(sentBytes);
  });

  it('takes its end for its own turn alone', async () => {
    const visitor = await bench.speaking(1, 2);
    visitor.say({ type: 'tts_stream_end', session: bench.session, turn: 1 });
    await bench.run(5_000);
    expect(bench.rejected).to.deep.equal(['stale_message']);
    expect(completions()).to.deep.equal([]);
    visitor.play(pcm(320));
    visitor.say({ type: 'tts_stream_end', session: bench.session, turn: 2 });
    await bench.run(100);
    expect(completions()).to.deep.equal([{ session: bench.session, turn: 2 }]);
  });

  it('takes an end without a beginning for stale', async () => {
    const visitor = await bench.active();
    visitor.say({ type: 'tts_stream_end', session: bench.session, turn: 1 });
    await bench.run(LATENCY_MS);
    expect(bench.rejected).to.deep.equal(['stale_message']);
    expect(bench.manager.state).to.equal('active_session');
  });

  it('ends once, though its end comes twice', async () => {
    const visitor = await bench.speaking(1);
    visitor.say({ type: 'tts_stream_end', session: bench.session, turn: 1 });
    visitor.say({ type: 'tts_stream_end', session: bench.session, turn: 1 });
    await bench.run(3_000);
    expect(bench.rejected).to.deep.equal(['stale_message']);
    expect(completions()).to.have.length(1);
  });

  it('gives way to the next, and confirms that alone', async () => {
    const visitor = await bench.speaking(5, 1);
    visitor.say({ type: 'start_of_tts_stream', session: bench.session, turn: 2 });
    visitor.play(pcm(320, 2));
    visitor.say({ type: 'tts_stream_end', session: bench.session, turn: 2 });
    await bench.run(10_000);
    expect(completions()).to.deep.equal([{ session: bench.session, turn: 2 }]);
    expect(bench.of('playback.ended').map(({ turn, how }) => `${turn} ${how}`)).to.deep.equal([
      '1 stopped',
      '2 finished',
    ]);
    expect(bench.manager.state).to.equal('active_session');
  });

  it('leaves out half a sample, and what belongs to another session', async () => {
    const visitor = await bench.speaking(1);
    visitor.play(Buffer.alloc(321));
    visitor.say({ type: 'start_of_tts_stream', session: 'another', turn: 1 });
    visitor.play(pcm(320, 9));
    await bench.run(15_000);
    expect(bench.rejected).to.deep.equal(['odd_length', 'stale_message', 'stale_audio']);
    expect(Buffer.concat(bench.heard)).to.have.length(SECOND_BYTES);
  });

  it('that breaks off is over 10 s later, and is confirmed as stalled', async () => {
    await bench.speaking(1);
    await bench.run(1_000 + GAP_LIMIT_MS + LATENCY_MS);
    expect(completions()).to.deep.equal([{ session: bench.session, turn: 1, error: 'stalled' }]);
    expect(bench.manager.state).to.equal('active_session');
  });

  it('that goes on after it was given up is stale, and the session lives on', async () => {
    const visitor = await bench.speaking(1);
    await bench.run(1_000 + GAP_LIMIT_MS + LATENCY_MS);
    visitor.play(pcm(320));
    visitor.say({ type: 'tts_stream_end', session: bench.session, turn: 1 });
    await bench.run(1_000);
    expect(bench.rejected).to.deep.equal(['stale_audio', 'stale_message']);
    expect(completions()).to.have.length(1);
    expect(bench.microphone.purpose).to.equal('session');
  });

  it('that cannot be heard is confirmed with the device’s failure', async () => {
    await bench.speaking(5);
    bench.speaker.fail('device_lost');
    await bench.run(1_000);
    const failed = { session: bench.session, turn: 1, error: 'device_lost' };
    expect(completions()).to.deep.equal([failed]);
    expect(bench.microphone.purpose).to.equal('session');
  });

  it('does not end the listening for good where the speaker hangs', async () => {
    const speaker = new DeadSpeaker();
    make({ speaker });
    const visitor = await bench.speaking(1);
    visitor.say({ type: 'tts_stream_end', session: bench.session, turn: 1 });
    await bench.run(1_000 + GAP_LIMIT_MS + 1_000);
    expect(completions()).to.deep.equal([{ session: bench.session, turn: 1, error: 'stalled' }]);
    expect(bench.microphone.purpose).to.equal('session');
  });

  for (const hasAllCome of [false, true]) {
    const when = hasAllCome ? 'when all of it has come and still plays' : 'while it comes';

    it(`that is interrupted ${when} is silent at once, and is confirmed so`, async () => {
      const visitor = await bench.speaking(5);
      const { session } = bench;
      if (hasAllCome) visitor.say({ type: 'tts_stream_end', session, turn: 1 });
      await bench.run(500);
      visitor.say({ type: 'tts_stream_end', session, turn: 1, error: 'interrupted' });
      await bench.run(LATENCY_MS);
      expect(bench.speaker.busy).to.equal(false);
      expect(bench.manager.state).to.equal('active_session');
      await bench.run(ECHO_MS);
      expect(completions()).to.deep.equal([{ session, turn: 1, error: 'interrupted' }]);
      expect(bench.microphone.purpose).to.equal('session');
      expect(bench.rejected).to.deep.equal([]);
      expect(bench.cues).to.deep.equal([]);
    });
  }

  it('that is interrupted makes way for the next', async () => {
    const visitor = await bench.speaking(5);
    const { session } = bench;
    visitor.say({ type: 'tts_stream_end', session, turn: 1, error: 'interrupted' });
    visitor.say({ type: 'start_of_tts_stream', session, turn: 2 });
    visitor.play(pcm(320, 2));
    visitor.say({ type: 'tts_stream_end', session, turn: 2, bytes: 320 });
    await bench.run(1_000);
    expect(completions()).to.deep.equal([
      { session, turn: 1, error: 'interrupted' },
      { session, turn: 2 },
    ]);
    expect(Buffer.concat(bench.heard).subarray(-320)).to.deep.equal(pcm(320, 2));
  });

  it('that was heard to its end is not interrupted any more, nor is the next', async () => {
    const visitor = await bench.speaking(0);
    const { session } = bench;
    visitor.say({ type: 'tts_stream_end', session, turn: 1 });
    await bench.run(1_000);
    visitor.say({ type: 'start_of_tts_stream', session, turn: 2 });
    visitor.play(pcm(SECOND_BYTES));
    visitor.say({ type: 'tts_stream_end', session, turn: 1, error: 'interrupted' });
    await bench.run(500);
    expect(bench.rejected).to.deep.equal(['stale_message']);
    expect(bench.speaker.busy).to.equal(true);
  });

  it('is silent at once when the server ends the session, and is not confirmed', async () => {
    const visitor = await bench.speaking(5);
    visitor.say({ type: 'session_end', session: bench.session, reason: 'engine_failed' });
    await bench.run(LATENCY_MS);
    expect(bench.manager.state).to.equal('listening_for_hotword');
    expect(bench.speaker.busy).to.equal(false);
    await bench.run(10_000);
    expect(completions()).to.deep.equal([]);
    expect(bench.microphone.purpose).to.equal('hotword');
  });

  it('is silent at once at the button, and what still comes of it is stale', async () => {
    const visitor = await bench.speaking(5);
    await bench.run(300);
    bench.button.press();
    expect(bench.speaker.busy).to.equal(false);
    visitor.play(pcm(320));
    visitor.say({ type: 'tts_stream_end', session: bench.session, turn: 1 });
    await bench.run(1_000);
    expect(bench.rejected).to.deep.equal(['stale_audio', 'stale_message']);
    expect(visitor.types).to.deep.equal(['hotword_detected', 'session_end']);
  });

  it('of the session before is not played in the next', async () => {
    const visitor = await bench.speaking(1);
    await bench.run(300);
    bench.button.press();
    await bench.run(ECHO_MS);
    bench.sayHotword();
    await bench.run(LATENCY_MS);
    visitor.say({ type: 'session_started', session: bench.session });
    visitor.play(pcm(320));
    await bench.run(LATENCY_MS);
    expect(bench.rejected).to.deep.equal(['stale_audio']);
    expect(bench.manager.state).to.equal('active_session');
  });

  it('that comes faster than it sounds waits on the server, and is heard whole', async () => {
    const visitor = await bench.speaking(0);
    const startMs = bench.clock.now() + LATENCY_MS;
    const take = bench.link.onAudioReceived;
    let receivedBytes = 0;
    let mostWaitingBytes = 0;
    bench.link.onAudioReceived = (sound) => {
      take?.(sound);
      receivedBytes += sound.length;
      const heardBytes = (bench.clock.now() - startMs) * BYTES_PER_MS;
      mostWaitingBytes = Math.max(mostWaitingBytes, receivedBytes - heardBytes);
    };
    for (let second = 0; second < 60; second++) visitor.play(pcm(SECOND_BYTES));
    visitor.say({ type: 'tts_stream_end', session: bench.session, turn: 1 });
    await bench.run(62_000);
    expect(mostWaitingBytes).to.be.within(700_000, 960_000);
    expect(bench.of('playback.ended')[0]).to.include({ playedBytes: 60 * SECOND_BYTES });
    expect(bench.of('link.lost'), 'pongs wait behind the audio').to.deep.equal([]);
  });

  it('that is held keeps neither the link from closing nor the next from being read', async () => {
    const visitor = await bench.speaking(0);
    for (let second = 0; second < 60; second++) visitor.play(pcm(SECOND_BYTES));
    await bench.run(500);
    visitor.reset();
    await bench.run(60_000);
    expect(bench.of('link.lost')).to.have.length(1);
    bench.sayHotword();
    await bench.run(LATENCY_MS);
    bench.server.visitor.say({ type: 'session_started', session: bench.session });
    await bench.run(LATENCY_MS);
    expect(bench.manager.state).to.equal('active_session');
  });

  it('that is held ends with a close frame where the client is shut down', async () => {
    const visitor = await bench.speaking(0);
    for (let second = 0; second < 60; second++) visitor.play(pcm(SECOND_BYTES));
    await bench.run(500);
    const stopped = bench.manager.shutdown();
    await bench.run(1_000);
    await stopped;
    expect(visitor.closeCode).to.equal(1000);
  });
});
