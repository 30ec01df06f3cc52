import type { Clock, Random } from '../ports';
import { setAlarm } from './alarm';
import { Channel } from './channel';
import type { Chunk, Pipe, Stage, Toxic } from './toxic';
import { pass } from './toxics/noop';

export interface StagePorts {
  readonly clock: Clock;
  readonly random: Random;
}

/** What a stage tells the link that it is part of. */
export interface StageOwner {
  /** Where the stage sends to, now. */
  next(stage: RunningStage): Channel;
  /** The stage was removed, and has passed on all that it held. */
  onLeft(stage: RunningStage): void;
  onReset(): void;
}

/** Why a wait was over. */
type Woken = 'ready' | 'time' | 'interrupted';

/**
 * A toxic at work on one direction of one connection, or a noop where its toxicity spared that.
 *
 * Every change interrupts it and runs it anew. None waits for it: a stage that is stuck behind a
 * reader who does not read learns of the change once it is through.
 */
export class RunningStage implements Stage {
  readonly input: Channel;
  readonly #ports: StagePorts;
  readonly #owner: StageOwner;
  readonly #pipe: Pipe;
  #isSpared = false;
  #isInterrupted = false;
  #isRemoved = false;
  #isOver = false;
  #wake: ((why: Woken) => void) | undefined;

  constructor(
    ports: StagePorts,
    owner: StageOwner,
    readonly toxic: Toxic,
  ) {
    this.#ports = ports;
    this.#owner = owner;
    this.input = new Channel(toxic.kind.queueChunks);
    this.#pipe = toxic.kind.forConnection();
  }

  /** Whether its end was passed on, or it was stopped. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Whether toxicity has left this connection alone. */
  get isSpared(): boolean {
    return this.#isSpared;
  }

  start(): void {
    this.#roll();
    void this.#run();
  }

  /** The toxic has new values: what it holds goes on at once, and its toxicity is rolled anew. */
  update(): void {
    this.#roll();
    this.#interrupt();
  }

  /** The toxic is gone: what it holds goes on at once, and then the stage leaves the link. */
  remove(): void {
    this.#isRemoved = true;
    this.#interrupt();
  }

  /** The link is gone: whatever it holds is lost. */
  stop(): void {
    this.#isOver = true;
    this.input.abandon();
    this.#interrupt();
  }

  now(): number {
    return this.#ports.clock.now();
  }

  chance(): number {
    return this.#ports.random.next();
  }

  receive(): Promise<Chunk | 'end' | 'interrupted'> {
    return this.receiveWithin(undefined) as Promise<Chunk | 'end' | 'interrupted'>;
  }

  async receiveWithin(
    ms: number | undefined,
  ): Promise<Chunk | 'end' | 'interrupted' | 'timed_out'> {
    if (this.#isInterrupted) return 'interrupted';
    const waiting = this.input.take();
    if (waiting !== undefined) return waiting;
    const why = await this.#wait(ms, true);
    if (why === 'ready') return this.input.take() ?? 'interrupted';
    return why === 'time' ? 'timed_out' : 'interrupted';
  }

  async send(chunk: Chunk): Promise<void> {
    if (!this.#isOver) await this.#owner.next(this).put(chunk);
  }

  async sleep(ms?: number): Promise<'slept' | 'interrupted'> {
    if (this.#isInterrupted) return 'interrupted';
    if (ms !== undefined && ms <= 0) return 'slept';
    return (await this.#wait(ms, false)) === 'time' ? 'slept' : 'interrupted';
  }

  /** A float32 against a float32, as in `toxics/toxic.go`. */
  #roll(): void {
    const { toxicity } = this.toxic;
    const rolled = Math.fround(this.#ports.random.next());
    // What is rolled may be rounded up to 1.
    this.#isSpared = toxicity < 1 && rolled >= Math.fround(toxicity);
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      this.#isInterrupted = false;
      const pipe = this.#isSpared ? pass : this.#pipe;
      const outcome = await pipe(this, this.toxic.attributes);
      if (this.#isOver) return;
      if (outcome === 'reset') this.#owner.onReset();
      else if (outcome === 'end') this.#end();
      else if (this.#isRemoved) return this.#drain();
    }
  }

  /** Passes on what waits, and leaves at the first moment at which nothing does. */
  async #drain(): Promise<void> {
    for (;;) {
      const chunk = this.input.take();
      if (this.#isOver) return;
      if (chunk === undefined) return this.#leave();
      if (chunk === 'end') return this.#end();
      await this.send(chunk);
    }
  }

  #leave(): void {
    this.#isOver = true;
    this.#owner.onLeft(this);
  }

  #end(): void {
    this.#isOver = true;
    this.#owner.next(this).end();
  }

  #interrupt(): void {
    this.#isInterrupted = true;
    this.#wake?.('interrupted');
  }

  /** Until something can be taken, the time is over, or an interrupt; one wait at a time. */
  #wait(ms: number | undefined, forInput: boolean): Promise<Woken> {
    return new Promise((resolve) => {
      const cancel =
        ms === undefined ? undefined : setAlarm(this.#ports.clock, ms, () => this.#wake?.('time'));
      this.#wake = (why) => {
        this.#wake = undefined;
        cancel?.();
        this.input.whenReady(undefined);
        resolve(why);
      };
      if (forInput) this.input.whenReady(() => this.#wake?.('ready'));
    });
  }
}
