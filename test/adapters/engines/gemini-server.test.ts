import { expect } from 'chai';
import { WebSocket } from 'ws';

import { openGeminiLive } from '../../../src/adapters/engines/gemini-live';
import { SystemClock, SystemRandom } from '../../../src/adapters/system-clock';
import { TcpSockets } from '../../../src/adapters/tcp-sockets';
import type { EventOf, EventType, LinkEvent } from '../../../src/events';
import type { ClientMessage, ServerMessage } from '../../../src/protocol';
import { TarsAssistant } from '../../../src/server/tars-assistant';
import { FakeGemini, until, type FakeGeminiOptions } from './fake-gemini';
import { KEY } from './gemini-bench';

/** A device, our server, and a stand-in of the service, over loopback and in real time. */
class House {
  readonly events: LinkEvent[] = [];
  readonly said: ServerMessage[] = [];
  heardBytes = 0;
  private readonly clock = new SystemClock();
  private readonly sockets = new TcpSockets();
  private device: WebSocket | undefined;

  private constructor(
    readonly service: FakeGemini,
    readonly stop: () => Promise<void>,
  ) {}

  static async build(options: FakeGeminiOptions = {}): Promise<House> {
    const service = await FakeGemini.start(options);
    const house: House = new House(service, () => house.tearDown(assistant, engine));
    const { clock, sockets } = house;
    const engine = await openGeminiLive({ apiKey: KEY, baseUrl: service.baseUrl, clock });
    const events = { emit: (event: LinkEvent) => void house.events.push(event) };
    const ports = { clock, events, sockets, random: new SystemRandom(), engine };
    const assistant = new TarsAssistant(ports, { port: 0 });
    await assistant.start();
    await house.connect(assistant.address?.port ?? 0);
    return house;
  }

  say(message: ClientMessage): void {
    this.device?.send(JSON.stringify(message));
  }

  speak(bytes: number): void {
    this.device?.send(Buffer.alloc(bytes, 1));
  }

  async told(type: ServerMessage['type'], times = 1): Promise<void> {
    const count = (): number => this.said.filter((message) => message.type === type).length;
    await until(`${times} ${type}`, () => count() >= times);
  }

  of<Type extends EventType>(type: Type): EventOf<Type>[] {
    return this.events.filter((event) => event.type === type) as EventOf<Type>[];
  }

  private async connect(port: number): Promise<void> {
    const device = new WebSocket(`ws://127.0.0.1:${port}`, ['tars.v2']);
    this.device = device;
    device.on('message', (data, isBinary) => {
      if (isBinary) this.heardBytes += (data as Buffer).length;
      else this.said.push(JSON.parse((data as Buffer).toString()) as ServerMessage);
    });
    await this.told('welcome');
  }

  private async tearDown(
    assistant: TarsAssistant,
    engine: { close(): Promise<void> },
  ): Promise<void> {
    await Promise.all([assistant.shutdown(), engine.close()]);
    await until('nothing is left', () => this.sockets.holdings().sockets === 0);
    await until('the service is alone', () => this.service.open === 0);
    await this.service.close();
    expect(this.clock.pendingTimers()).to.equal(0);
    expect(JSON.stringify([this.events, this.said])).not.to.contain(KEY);
  }
}

describe('a house with Gemini', () => {
  let house: House;

  afterEach(async () => house.stop());

  async function ask(): Promise<void> {
    house.say({ type: 'hotword_detected', session: 's1', trigger: 'hotword' });
    await house.told('session_started');
    house.speak(3_200);
    await until('Gemini hears', () => house.service.visit.heard.length === 3_200);
    house.service.visit.content({ inputTranscription: { text: 'Tell me of cats.' } });
  }

  it('is answered, interrupts, and is answered again', async () => {
    house = await House.build();
    await ask();
    const { visit } = house.service;
    visit.speak(Buffer.alloc(240_000), { generationComplete: true });
    await house.told('tts_stream_end');
    visit.content({ interrupted: true });
    await house.told('tts_stream_end', 2);
    house.say({ type: 'playback_complete', session: 's1', turn: 1, error: 'interrupted' });
    visit.speak(Buffer.alloc(24_000), { turnComplete: true });
    await house.told('tts_stream_end', 3);
    expect(house.said.filter(({ type }) => type === 'tts_stream_end')).to.deep.equal([
      { type: 'tts_stream_end', session: 's1', turn: 1, bytes: 160_000 },
      { type: 'tts_stream_end', session: 's1', turn: 1, bytes: 160_000, error: 'interrupted' },
      { type: 'tts_stream_end', session: 's1', turn: 2, bytes: 16_000 },
    ]);
    expect(house.heardBytes).to.equal(176_000);
  });

  it('ends a session by what is said', async () => {
    house = await House.build();
    await ask();
    house.service.visit.content({ inputTranscription: { text: ' Thank you, that’s all.' } });
    house.service.visit.speak(Buffer.alloc(24_000), { turnComplete: true });
    await house.told('session_end');
    expect(house.said.at(-1)).to.deep.equal({
      type: 'session_end',
      session: 's1',
      reason: 'end_phrase',
    });
    expect(house.heardBytes).to.equal(0);
    await until('Gemini is told', () => house.service.visit.closeCode === 1000);
  });

  it('tells why a session cannot start', async () => {
    house = await House.build({ upgrade: 403 });
    house.say({ type: 'hotword_detected', session: 's1', trigger: 'hotword' });
    await house.told('session_rejected');
    expect(house.of('engine.failed').map(({ label }) => label)).to.deep.equal(['bad_key']);
  });

  it('tells why a session ends', async () => {
    house = await House.build();
    await ask();
    house.service.visit.socket.close(1011, 'Internal error');
    await house.told('session_end');
    expect(house.of('engine.failed').map(({ label }) => label)).to.deep.equal(['internal_error']);
    expect(house.of('session.ended')[0]?.reason).to.equal('engine_lost');
  });
});
