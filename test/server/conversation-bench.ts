import { createClock } from '@sinonjs/fake-timers';

import type { EventOf, EventType, InputProblem, LinkEvent } from '../../src/events';
import type {
  Clock,
  ConversationEngine,
  EngineHandlers,
  EngineSession,
  TimerHandle,
} from '../../src/ports';
import type { ClientMessage, ProtocolVersion, ServerMessage } from '../../src/protocol';
import type { ConversationLink } from '../../src/server/conversation-link';
import { ConversationManager } from '../../src/server/conversation-manager';
import { ConversationState } from '../../src/server/conversation-state';
import { EndPhrases } from '../../src/server/end-phrases';
import { EnginePool } from '../../src/server/engine-pool';
import { checkServerSettings } from '../../src/server/server-settings';

/** A clock that stands still until it is told. */
export class FakeClock implements Clock {
  private readonly timers = createClock(0);

  now(): number {
    return this.timers.now;
  }

  setTimeout(callback: () => void, delayMs: number): TimerHandle {
    return this.timers.setTimeout(callback, delayMs) as unknown as TimerHandle;
  }

  clearTimeout(timer: TimerHandle | undefined): void {
    if (timer !== undefined) this.timers.clearTimeout(timer as never);
  }

  /** Lets time pass, and everything that follows from it. */
  async pass(delayMs: number): Promise<void> {
    await this.timers.tickAsync(delayMs);
  }

  /** Timers that are set. */
  get pending(): number {
    return this.timers.countTimers();
  }
}

/** An engine session that remembers, and that closes when it is let. */
export class FakeSession implements EngineSession {
  readonly heard: Buffer[] = [];
  closes = 0;
  onHear: () => void = () => undefined;
  onClose: () => Promise<void> = () => Promise.resolve();

  hear(pcm: Buffer): void {
    this.heard.push(pcm);
    this.onHear();
  }

  close(): Promise<void> {
    this.closes += 1;
    return this.onClose();
  }
}

/** One call of `open`, to be answered by the test. */
export interface Opening {
  readonly handlers: EngineHandlers;
  readonly resolve: (session: EngineSession) => void;
  readonly reject: (error: Error) => void;
}

export class FakeEngine implements ConversationEngine {
  readonly openings: Opening[] = [];

  open(handlers: EngineHandlers): Promise<EngineSession> {
    return new Promise((resolve, reject) => this.openings.push({ handlers, resolve, reject }));
  }

  get last(): Opening {
    return this.openings.at(-1) as Opening;
  }
}

/** What was sent, in order: messages, and audio by its length. */
export class FakeLink implements ConversationLink {
  readonly id = 'abcdef-1';
  readonly device = 'kitchen';
  readonly sent: (ServerMessage | number)[] = [];
  readonly rejected: InputProblem[] = [];
  readonly protocol: ProtocolVersion;
  /** Pieces of audio that wait for room on the way. */
  readonly unwritten: (() => void)[] = [];
  isCongested = false;

  constructor(protocol: ProtocolVersion) {
    this.protocol = protocol;
  }

  send(message: ServerMessage): void {
    this.sent.push(message);
  }

  sendAudio(_session: string, pcm: Buffer, onWritten: () => void): void {
    this.sent.push(pcm.length);
    if (this.isCongested) this.unwritten.push(onWritten);
    else onWritten();
  }

  reject(problem: InputProblem): void {
    this.rejected.push(problem);
  }

  get types(): readonly (string | number)[] {
    return this.sent.map((sent) => (typeof sent === 'number' ? sent : sent.type));
  }
}

/** Audio of the engine that the test feeds chunk by chunk. */
export class FakeAudio implements AsyncIterable<Buffer> {
  returns = 0;
  pulls = 0;
  private answer: ((result: IteratorResult<Buffer>) => void) | undefined;
  private fail: ((error: Error) => void) | undefined;

  [Symbol.asyncIterator](): AsyncIterator<Buffer> {
    return {
      next: () => this.next(),
      return: () => {
        this.returns += 1;
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  give(bytes: number): void {
    this.answer?.({ done: false, value: Buffer.alloc(bytes) });
  }

  end(): void {
    this.answer?.({ done: true, value: undefined });
  }

  break(): void {
    this.fail?.(new Error('speech broke off'));
  }

  private next(): Promise<IteratorResult<Buffer>> {
    this.pulls += 1;
    return new Promise((resolve, reject) => {
      this.answer = resolve;
      this.fail = reject;
    });
  }
}

/** A conversation on a bench: everything around it is fake and in the hands of the test. */
export class ConversationBench {
  readonly clock = new FakeClock();
  readonly engine = new FakeEngine();
  readonly session = new FakeSession();
  readonly audio = new FakeAudio();
  readonly events: LinkEvent[] = [];
  readonly link: FakeLink;
  readonly pool: EnginePool;
  readonly conversation: ConversationManager;

  constructor(protocol: ProtocolVersion = 'tars.v2', maxEngines = 8) {
    this.link = new FakeLink(protocol);
    const { clock, engine } = this;
    const events = { emit: (event: LinkEvent) => this.events.push(event) };
    this.pool = new EnginePool({
      engine,
      clock,
      events,
      maxEngines,
      maxEnginesPerDevice: maxEngines,
      closeTimeoutMs: 5_000,
    });
    this.conversation = new ConversationManager({
      link: this.link,
      clock,
      events,
      engines: this.pool,
      endPhrases: new EndPhrases(checkServerSettings().endPhrases),
      times: checkServerSettings(),
    });
  }

  get state(): ConversationState {
    return this.conversation.state;
  }

  get handlers(): EngineHandlers {
    return this.engine.last.handlers;
  }

  receive(message: ClientMessage): void {
    this.conversation.onControlMessage(message);
  }

  hotword(session = 'A'): void {
    this.receive({ type: 'hotword_detected', session, trigger: 'hotword' });
  }

  hear(bytes: number): void {
    this.conversation.onAudioReceived(Buffer.alloc(bytes));
  }

  async settle(): Promise<void> {
    await this.clock.pass(0);
  }

  /** Goes the straight way to a state. */
  async reach(state: ConversationState): Promise<this> {
    if (state === ConversationState.PASSIVE) return this;
    this.hotword();
    if (state === ConversationState.STARTING) return this;
    this.engine.last.resolve(this.session);
    await this.settle();
    if (state === ConversationState.ACTIVE) return this;
    this.handlers.onUtterance();
    if (state === ConversationState.PROCESSING) return this;
    this.handlers.onTurn({ audio: this.audio });
    await this.give(3_200);
    return this;
  }

  async give(bytes: number): Promise<void> {
    this.audio.give(bytes);
    await this.settle();
  }

  async end(): Promise<void> {
    this.audio.end();
    await this.settle();
  }

  of<Type extends EventType>(type: Type): EventOf<Type>[] {
    return this.events.filter((event) => event.type === type) as EventOf<Type>[];
  }

  /** Engine sessions that are open. */
  get live(): number {
    return this.of('engine.opened').length - this.of('engine.closed').length;
  }
}
