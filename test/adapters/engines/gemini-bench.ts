import {
  type GeminiLiveEngine,
  openGeminiLive,
  type GeminiLiveOptions,
} from '../../../src/adapters/engines/gemini-live';
import type { EngineSession } from '../../../src/ports';
import { FakeClock } from '../../server/conversation-bench';
import { EngineEar } from './engine-ear';
import { FakeGemini, until, type FakeGeminiOptions, type Visit } from './fake-gemini';

export const KEY = 'AIzaSecret-0123456789_abcdefghijklmnopq';

/** An engine, its service, and the session between them. Time passes where the test says so. */
export class GeminiBench {
  readonly clock: FakeClock;
  readonly ear = new EngineEar();
  readonly service: FakeGemini;
  readonly engine: GeminiLiveEngine;
  session: EngineSession | undefined;
  error: Error | undefined;

  private constructor(service: FakeGemini, engine: GeminiLiveEngine, clock: FakeClock) {
    this.service = service;
    this.engine = engine;
    this.clock = clock;
  }

  static async start(
    service: FakeGeminiOptions = {},
    options: Partial<GeminiLiveOptions> = {},
  ): Promise<GeminiBench> {
    const clock = new FakeClock();
    const fake = await FakeGemini.start(service);
    const { baseUrl } = fake;
    const engine = await openGeminiLive({ apiKey: KEY, baseUrl, clock, ...options });
    return new GeminiBench(fake, engine, clock);
  }

  /** With a conversation that is set up. */
  static async talking(options: Partial<GeminiLiveOptions> = {}): Promise<GeminiBench> {
    const bench = await GeminiBench.start({}, options);
    await bench.open();
    if (bench.error !== undefined) throw bench.error;
    return bench;
  }

  get visit(): Visit {
    return this.service.visit;
  }

  /** Asks for a conversation, and waits for what comes of it. */
  async open(): Promise<void> {
    await this.begin();
  }

  /** Asks for a conversation. The promise is settled with it, and never rejects. */
  begin(): Promise<void> {
    return this.engine.open(this.ear).then(
      (session) => {
        this.session = session;
      },
      (error: Error) => {
        this.error = error;
      },
    );
  }

  /** The person says something; resolves when the service has heard it. */
  async hear(bytes = 3_200): Promise<void> {
    const { visit } = this;
    const before = visit.heard.length;
    this.session?.hear(Buffer.alloc(bytes, 1));
    await until('the sound arrives', () => visit.heard.length >= before + bytes);
  }

  /** All that the service has said so far was taken: it is asked for a pong, in order. */
  async visitAnswered(): Promise<void> {
    let isAnswered = false;
    this.visit.socket.once('pong', () => {
      isAnswered = true;
    });
    this.visit.socket.ping();
    await until('the pong comes', () => isAnswered);
  }

  async called(what: string): Promise<void> {
    await until(`the engine says ${what}`, () => this.ear.called.includes(what));
  }

  async failed(): Promise<string> {
    await until('the engine fails', () => this.ear.failures.length > 0);
    return this.ear.failures.join();
  }

  /** Both sides are at rest: no connection, and no timer. Then the service goes home. */
  async over(): Promise<void> {
    await this.session?.close();
    await this.session?.close();
    await this.engine.close();
    await until('no connection is left', () => this.service.open === 0);
    await this.service.close();
    if (this.clock.pending > 0) throw new Error(`${this.clock.pending} timers are left`);
  }
}
