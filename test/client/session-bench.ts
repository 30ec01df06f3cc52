/** A whole client of test devices: what `LinkBench` has, and the session manager on top of it. */
import { ClockSpeaker } from '../../src/audio/clock-speaker';
import { SessionManager } from '../../src/client/session-manager';
import type { Cue } from '../../src/events';
import type { Speaker } from '../../src/ports';
import { LATENCY_MS, LinkBench, type BenchOptions, type Visitor } from './bench';
import { hotwordThen, pcm, TestButton, TestHotword, TestMicrophone } from './devices';

/** A chunk on the wire: 100 ms. */
export const CHUNK_BYTES = 3_200;

export interface SessionBenchOptions extends BenchOptions {
  /** Instead of one on which sound takes as long as it lasts. */
  readonly speaker?: Speaker;
}

export class SessionBench extends LinkBench {
  readonly microphone = new TestMicrophone(this.clock);
  readonly hotword = new TestHotword();
  readonly button = new TestButton();
  readonly heard: Buffer[] = [];
  readonly speaker = new ClockSpeaker({
    clock: this.clock,
    onHeard: (sound) => this.heard.push(sound),
  });
  readonly manager: SessionManager;

  constructor(options: SessionBenchOptions = {}) {
    super(options);
    const { button, hotword, microphone, speaker } = this;
    const devices = { button, hotword, microphone, speaker: options.speaker ?? speaker };
    this.manager = new SessionManager(this.settings, { ...this.ports, ...devices }, this.link);
  }

  override async connect(): Promise<Visitor> {
    this.manager.start();
    return super.connect();
  }

  /** Says the hotword, and a little more. */
  sayHotword(restBytes = 0): void {
    this.microphone.hear(hotwordThen(restBytes));
  }

  /** Speaks for a while, in real time: pieces of 20 ms. */
  async speak(ms: number): Promise<void> {
    for (let spoken = 0; spoken < ms; spoken += 20) {
      this.microphone.hear(pcm(640));
      await this.run(20);
    }
  }

  /** Up to a session that the server has not answered yet. */
  async starting(): Promise<Visitor> {
    const visitor = await this.connect();
    this.sayHotword();
    await this.run(LATENCY_MS);
    return visitor;
  }

  /** Up to a session that the server has acknowledged. */
  async active(): Promise<Visitor> {
    const visitor = await this.starting();
    visitor.say({ type: 'session_started', session: this.session });
    await this.run(LATENCY_MS);
    return visitor;
  }

  /** Up to an answer that sounds: `seconds` of it have come, and its end has not. */
  async speaking(seconds = 2, turn = 1): Promise<Visitor> {
    const visitor = await this.active();
    visitor.say({ type: 'start_of_tts_stream', session: this.session, turn });
    visitor.play(pcm(seconds * 32_000));
    await this.run(LATENCY_MS);
    return visitor;
  }

  /** The id of the latest session. */
  get session(): string {
    return this.of('session.requested').at(-1)?.session ?? '';
  }

  /** Why sessions ended, in order. */
  get ends(): string[] {
    return this.of('session.ended').map(({ reason }) => reason);
  }

  get cues(): Cue[] {
    return this.of('cue.played').map(({ cue }) => cue);
  }

  protected override shutdown(): Promise<void> {
    return this.manager.shutdown();
  }
}
