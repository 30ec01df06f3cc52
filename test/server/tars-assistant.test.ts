import { expect } from 'chai';

import { soundMs } from '../../src/constants';
import type { ConversationEngine } from '../../src/ports';
import { ParrotEngine } from '../../src/server/parrot';
import type { ServerSettingsInput } from '../../src/server/server-settings';
import { TarsAssistant } from '../../src/server/tars-assistant';
import { FakeEngine, FakeSession } from './conversation-bench';
import { ROUND_TRIP_MS, ServerBench, type BenchPorts, type Visitor } from './server-bench';
import { silence, tone } from './tone';

class AssistantBench extends ServerBench<TarsAssistant> {
  constructor(engine: ConversationEngine, settings: ServerSettingsInput = {}) {
    super((ports: BenchPorts) => new TarsAssistant({ ...ports, engine }, settings));
  }

  static async started(
    engine: ConversationEngine = new ParrotEngine(),
    settings?: ServerSettingsInput,
  ): Promise<AssistantBench> {
    const bench = new AssistantBench(engine, settings);
    await bench.server.start();
    return bench;
  }

  /** What the conversation with a device went through, its first state left out. */
  statesOf(device: string): string[] {
    const changes = this.of('state.changed').filter((event) => event.device === device);
    return changes.map(({ to }) => to);
  }

  /** Speaks at the speed of speech, in pieces of 100 ms. */
  async say(visitor: Visitor, pcm: Buffer): Promise<void> {
    const PIECE_BYTES = 3_200;
    for (let at = 0; at < pcm.length; at += PIECE_BYTES) {
      visitor.speak(pcm.subarray(at, at + PIECE_BYTES));
      await this.run(100);
    }
  }
}

const QUESTION = Buffer.concat([silence(300), tone(600), silence(900)]);

describe('TarsAssistant', () => {
  it('holds a conversation in tars.v2, every message of it with its names', async () => {
    const bench = await AssistantBench.started();
    const pi = await bench.connect('kitchen');
    pi.say({ type: 'hotword_detected', session: 's1', trigger: 'button' });
    await bench.run(ROUND_TRIP_MS);
    await bench.say(pi, QUESTION);
    await bench.run(1_000);
    const bytes = pi.audio.reduce((sum, { length }) => sum + length, 0);
    pi.say({ type: 'playback_complete', session: 's1', turn: 1 });
    pi.say({ type: 'session_end', session: 's1', reason: 'user' });
    await bench.run(ROUND_TRIP_MS);
    const said = pi.received.filter((each) => typeof each !== 'number');
    const isAck = (each: unknown): boolean => (each as { type: string }).type === 'audio_ack';
    expect(said.slice(1).filter((each) => !isAck(each))).to.deep.equal([
      { type: 'session_started', session: 's1' },
      { type: 'start_of_tts_stream', session: 's1', turn: 1 },
      { type: 'tts_stream_end', session: 's1', turn: 1, bytes },
    ]);
    expect(said.filter(isAck).at(-1)).to.have.property('bytes', QUESTION.length);
    expect(QUESTION.includes(Buffer.concat(pi.audio)), 'the question comes back').to.equal(true);
    expect(bytes).to.be.greaterThan(0);
    expect(pi.isOpen).to.equal(true);
    await bench.over();
  });

  it('holds a conversation in the base protocol, in exactly its messages', async () => {
    const bench = await AssistantBench.started();
    const pi = await bench.connect(undefined, 'base');
    pi.say({ type: 'hotword_detected' });
    await bench.say(pi, QUESTION);
    await bench.run(1_000);
    expect(pi.types).to.deep.equal(['start_of_tts_stream', 'audio', 'tts_stream_end']);
    expect(pi.received[0]).to.deep.equal({ type: 'start_of_tts_stream' });
    expect(pi.received.at(-1)).to.deep.equal({ type: 'tts_stream_end' });
    expect(bench.statesOf('default').at(-1)).to.equal('speaking');
    pi.say({ type: 'playback_complete' });
    await bench.run(ROUND_TRIP_MS);
    expect(bench.statesOf('default').at(-1)).to.equal('active');
    pi.say({ type: 'session_end' });
    await bench.run(ROUND_TRIP_MS);
    expect(bench.statesOf('default').at(-1)).to.equal('passive');
    expect(bench.rejected).to.deep.equal([]);
    await bench.over();
  });

  it('keeps the conversations of two devices apart', async () => {
    const bench = await AssistantBench.started();
    const [hall, kitchen] = [await bench.connect('hall'), await bench.connect('kitchen')];
    hall.say({ type: 'hotword_detected', session: 's1' });
    kitchen.say({ type: 'hotword_detected', session: 's1' });
    await bench.run(ROUND_TRIP_MS);
    const [soft, loud] = [tone(1_500, 3_000), tone(1_500, 9_000)];
    for (let at = 0; at < soft.length; at += 3_200) {
      hall.speak(soft.subarray(at, at + 3_200));
      await bench.say(kitchen, loud.subarray(at, at + 3_200));
    }
    hall.speak(silence(900));
    await bench.say(kitchen, silence(900));
    await bench.run(1_000);
    expect(Buffer.concat(hall.audio).includes(soft)).to.equal(true);
    expect(Buffer.concat(kitchen.audio).includes(loud)).to.equal(true);
    hall.say({ type: 'session_end', session: 's1' });
    await bench.run(ROUND_TRIP_MS);
    expect(bench.statesOf('kitchen').at(-1)).to.equal('speaking');
    await bench.over();
  });

  it('counts audio without a session, and hears none of it', async () => {
    const bench = await AssistantBench.started();
    const pi = await bench.connect('kitchen');
    pi.speak(tone(100));
    pi.say({ type: 'playback_complete', session: 's1', turn: 1 });
    await bench.run(ROUND_TRIP_MS);
    expect(bench.rejected).to.deep.equal(['unexpected_audio', 'stale_message']);
    expect(bench.statesOf('kitchen')).to.deep.equal([]);
    expect(pi.isOpen).to.equal(true);
    await bench.over();
  });

  it('goes on with one device while another one misbehaves', async () => {
    const bench = await AssistantBench.started();
    const hall = await bench.connect('hall');
    hall.say({ type: 'hotword_detected', session: 's1' });
    await bench.run(ROUND_TRIP_MS);
    for (let round = 0; round < 5; round++) {
      const wild = await bench.connect('wild');
      for (let n = 0; n < 200; n++) wild.say(n % 2 === 0 ? '[]' : '{"type":"__proto__"}');
      wild.socket.send(Buffer.alloc(70_000));
      await bench.run(100);
    }
    await bench.say(hall, QUESTION);
    await bench.run(1_000);
    expect(hall.types).to.include.members(['start_of_tts_stream', 'audio', 'tts_stream_end']);
    await bench.over();
  });

  it('leaves engines to others when one device begins session after session', async () => {
    const engine = slowToClose();
    const bench = await AssistantBench.started(engine);
    const [hall, wild] = [await bench.connect('hall'), await bench.connect('wild')];
    for (let n = 0; n < 500; n++) wild.say({ type: 'hotword_detected', session: `w${n}` });
    await bench.run(ROUND_TRIP_MS);
    hall.say({ type: 'hotword_detected', session: 's1' });
    await bench.run(ROUND_TRIP_MS);
    expect(hall.types.at(-1)).to.equal('session_started');
    await bench.over();
  });

  it('is passive before anything else when a device is replaced in a session', async () => {
    const engine = new FakeEngine();
    const bench = await AssistantBench.started(engine);
    const first = await bench.connect('kitchen');
    first.say({ type: 'hotword_detected', session: 's1' });
    await bench.run(ROUND_TRIP_MS);
    const session = new FakeSession();
    engine.last.resolve(session);
    await bench.run(ROUND_TRIP_MS);
    bench.events.length = 0;
    const second = await bench.connect('kitchen');
    expect(
      bench.types('link.lost', 'state.changed', 'session.ended', 'link.accepted', 'control.sent'),
    ).to.deep.equal([
      'link.lost',
      'state.changed',
      'session.ended',
      'link.accepted',
      'control.sent',
    ]);
    expect(session.closes).to.equal(1);
    // The late end of the first one is nothing to the session of the second.
    second.say({ type: 'hotword_detected', session: 's2' });
    await bench.run(ROUND_TRIP_MS);
    engine.last.resolve(new FakeSession());
    first.leave();
    await bench.run(5_000);
    expect(second.types).to.deep.equal(['welcome', 'session_started']);
    expect(bench.statesOf('kitchen').at(-1)).to.equal('active');
    await bench.over();
  });

  it('closes an engine that opens for a device which is gone', async () => {
    const engine = new FakeEngine();
    const bench = await AssistantBench.started(engine);
    const pi = await bench.connect('kitchen');
    pi.say({ type: 'hotword_detected', session: 's1' });
    await bench.run(ROUND_TRIP_MS);
    pi.leave();
    await bench.run(ROUND_TRIP_MS);
    const session = new FakeSession();
    engine.last.resolve(session);
    await bench.run(0);
    expect(session.closes).to.equal(1);
    expect(bench.statesOf('kitchen')).to.deep.equal(['starting', 'passive']);
    await bench.over();
  });

  for (const [protocol, answer] of [
    ['tars.v2', { type: 'session_rejected', session: 's1', reason: 'engine_failed' }],
    ['base', { type: 'session_end' }],
  ] as const) {
    it(`says in ${protocol} that an engine did not start`, async () => {
      const engine = new FakeEngine();
      const bench = await AssistantBench.started(engine);
      const pi = await bench.connect('kitchen', protocol);
      pi.say({ type: 'hotword_detected', ...(protocol === 'base' ? {} : { session: 's1' }) });
      await bench.run(ROUND_TRIP_MS);
      engine.last.reject(new Error('not today'));
      await bench.run(ROUND_TRIP_MS);
      expect(pi.received.at(-1)).to.deep.equal(answer);
      expect(bench.statesOf('kitchen')).to.deep.equal(['starting', 'passive']);
      await bench.over();
    });
  }

  it('listens again where a playback is never confirmed, 5 s after its sound', async () => {
    const bench = await AssistantBench.started();
    const pi = await bench.connect('kitchen');
    pi.say({ type: 'hotword_detected', session: 's1' });
    await bench.run(ROUND_TRIP_MS);
    await bench.say(pi, QUESTION);
    await bench.run(1_000);
    const bytes = pi.audio.reduce((sum, { length }) => sum + length, 0);
    await bench.run(soundMs(bytes) + 5_000);
    expect(bench.statesOf('kitchen').at(-1)).to.equal('active');
    expect(bench.of('turn.ended')[0]).to.include({ error: 'playback_timeout' });
    await bench.over();
  });

  it('ends a session in which nobody speaks after 30 s, and keeps the connection', async () => {
    const bench = await AssistantBench.started();
    const pi = await bench.connect('kitchen');
    pi.say({ type: 'hotword_detected', session: 's1' });
    await bench.run(30_000 + 2 * ROUND_TRIP_MS);
    expect(pi.received.at(-1)).to.deep.equal({
      type: 'session_end',
      session: 's1',
      reason: 'idle',
    });
    expect(pi.isOpen).to.equal(true);
    await bench.over();
  });

  it('shuts down within 3 s though an engine neither opens nor closes', async () => {
    const engine = new FakeEngine();
    const bench = await AssistantBench.started(engine);
    const [hall, kitchen] = [await bench.connect('hall'), await bench.connect('kitchen')];
    hall.say({ type: 'hotword_detected', session: 's1' });
    await bench.run(ROUND_TRIP_MS);
    const session = new FakeSession();
    session.onClose = () => new Promise(() => undefined);
    engine.last.resolve(session);
    kitchen.say({ type: 'hotword_detected', session: 's2' });
    await bench.run(ROUND_TRIP_MS);
    bench.silence();
    await bench.over();
    expect(bench.statesOf('hall').at(-1)).to.equal('passive');
    expect(bench.statesOf('kitchen').at(-1)).to.equal('passive');
    expect(bench.of('engine.closed')[0]).to.include({ timedOut: true });
  });

  it('says how it is: which devices are connected, since when, and what they do', async () => {
    const bench = await AssistantBench.started();
    expect(bench.server.health()).to.deep.equal({ status: 'ok', devices: [] });
    const [hall] = [await bench.connect('hall'), await bench.connect('kitchen', 'base')];
    hall.say({ type: 'hotword_detected', session: 's1' });
    await bench.run(10_000);
    const { devices } = bench.server.health();
    expect(devices.map(({ connectedMs: _connectedMs, ...rest }) => rest)).to.deep.equal([
      { device: 'hall', state: 'active', protocol: 'tars.v2' },
      { device: 'kitchen', state: 'passive', protocol: 'base' },
    ]);
    for (const { connectedMs } of devices) expect(connectedMs).to.be.within(10_000, 10_200);
    hall.leave();
    await bench.run(ROUND_TRIP_MS);
    expect(bench.server.health().devices.map(({ device }) => device)).to.deep.equal(['kitchen']);
    const stopped = bench.server.shutdown();
    expect(bench.server.health()).to.deep.equal({ status: 'stopping', devices: [] });
    await bench.over();
    await stopped;
  });

  it('names the setting that is wrong', () => {
    const make = (): unknown => new AssistantBench(new ParrotEngine(), { maxDevices: 0 });
    expect(make).to.throw(/maxDevices/);
  });
});

/** An engine that opens at once, and takes 5 s and more to close. */
function slowToClose(): ConversationEngine {
  return {
    open: () => {
      const session = new FakeSession();
      session.onClose = () => new Promise(() => undefined);
      return Promise.resolve(session);
    },
  };
}
