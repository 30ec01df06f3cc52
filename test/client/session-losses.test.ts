import { expect } from 'chai';

import { LATENCY_MS } from './bench';
import { CHUNK_BYTES, SessionBench } from './session-bench';

describe('SessionManager that loses the link', () => {
  let bench: SessionBench;

  beforeEach(() => {
    bench = new SessionBench();
  });

  afterEach(async () => bench.over());

  for (const [state, enter] of [
    ['starting_session', () => bench.starting()],
    ['active_session', () => bench.active()],
    ['processing_response', () => bench.speaking(20)],
  ] as const) {
    it(`in ${state} listens again within 1 s with a cue, and sends nothing later`, async () => {
      const visitor = await enter();
      expect(bench.manager.state).to.equal(state);
      visitor.reset();
      await bench.run(LATENCY_MS);
      expect(bench.ends).to.deep.equal(['link_lost']);
      expect(bench.cues).to.deep.equal(['interrupted']);
      await bench.run(1_000);
      expect(bench.microphone.purpose).to.equal('hotword');
      await bench.run(10_000);
      expect(bench.server.visitors).to.have.length(2);
      expect(bench.server.visitor.order).to.deep.equal([]);
    });

    it(`in ${state} starts a session over the next link`, async () => {
      (await enter()).socket.close(1012);
      await bench.run(5_000);
      bench.sayHotword();
      await bench.run(LATENCY_MS);
      bench.server.visitor.say({ type: 'session_started', session: bench.session });
      await bench.run(LATENCY_MS);
      await bench.speak(100);
      await bench.run(LATENCY_MS);
      expect(bench.server.visitor.audioBytes).to.equal(CHUNK_BYTES);
    });
  }

  it('in listening gives no cue: nobody asked for anything', async () => {
    (await bench.connect()).reset();
    await bench.run(1_000);
    expect(bench.cues).to.deep.equal([]);
    expect(bench.microphone.purpose).to.equal('hotword');
  });

  it('keeps the cue of a link that was lost out of the next session', async () => {
    (await bench.active()).reset();
    await bench.run(LATENCY_MS + 100);
    expect(bench.microphone.purpose, 'the cue sounds').to.equal('nothing');
  });
});

describe('SessionManager that is shut down', () => {
  let bench: SessionBench;

  beforeEach(() => {
    bench = new SessionBench();
  });

  /** What is left of timers and sockets `over` knows. */
  afterEach(async () => {
    await bench.over();
    expect(bench.microphone.purpose).to.equal(undefined);
    expect(bench.speaker.busy).to.equal(false);
    expect(bench.button.callbacks.size).to.equal(0);
    expect(bench.manager.state).to.equal('idle');
  });

  for (const [when, enter] of [
    ['before it was started', () => Promise.resolve()],
    ['while it dials', async () => bench.manager.start()],
    ['in listening', () => bench.connect()],
    ['in starting', () => bench.starting()],
    ['in active', () => bench.active()],
    ['in processing', () => bench.speaking(20)],
  ] as const) {
    it(`${when} leaves nothing behind, and cannot be started again`, async () => {
      await enter();
      const stopped = bench.manager.shutdown();
      await bench.run(2_000);
      await stopped;
      bench.manager.start();
      await bench.run(1_000);
      expect(bench.holdings()).to.deep.equal({ timers: 0, sockets: 0, dials: 0 });
    });
  }

  it('tells the server that its session is over, before the close frame', async () => {
    const visitor = await bench.active();
    const stopped = bench.manager.shutdown();
    await bench.run(1_000);
    await stopped;
    expect(visitor.said.at(-1)).to.include({ type: 'session_end', reason: 'shutdown' });
    expect(visitor.closeCode).to.equal(1000);
  });

  it('while a cue sounds leaves nothing behind', async () => {
    (await bench.active()).reset();
    await bench.run(LATENCY_MS + 100);
    expect(bench.speaker.busy).to.equal(true);
  });

  it('while it waits for a microphone opens none', async () => {
    await bench.active();
    bench.microphone.fail('device_lost');
    await bench.run(100);
    const { opens } = bench.microphone;
    void bench.manager.shutdown();
    await bench.run(60_000);
    expect(bench.microphone.opens).to.equal(opens);
  });

  it('from a listener that hears of the end of a session leaves nothing behind', async () => {
    const visitor = await bench.active();
    bench.manager.onSessionEnded = () => void bench.manager.shutdown();
    visitor.reset();
    await bench.run(3_000);
    expect(bench.holdings()).to.deep.equal({ timers: 0, sockets: 0, dials: 0 });
    expect(bench.of('callback.threw')).to.deep.equal([]);
  });

  it('survives listeners that throw or reject, and names them', async () => {
    const visitor = await bench.active();
    bench.manager.onSessionEnded = () => {
      throw new Error('a listener');
    };
    visitor.say({ type: 'session_end', session: bench.session });
    await bench.run(LATENCY_MS);
    bench.manager.onSessionEnded = (async () => {
      throw new Error('a listener');
    }) as () => void;
    bench.sayHotword();
    await bench.run(300);
    bench.button.press();
    await bench.run(1_000);
    expect(bench.of('callback.threw').map(({ callback }) => callback)).to.deep.equal([
      'onSessionEnded',
      'onSessionEnded',
    ]);
    expect(bench.microphone.purpose).to.equal('hotword');
  });
});
