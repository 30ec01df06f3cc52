import { BYTES_PER_MS } from '../constants';
import type { Clock, ConversationEngine, EngineHandlers, EngineSession } from '../ports';
import { UtteranceDetector } from '../server/utterance-detector';
import type { HostPorts } from './host';
import type { EngineScript } from './host-spec';

const PIECE_BYTES = 100 * BYTES_PER_MS;

/** An engine that does what a scenario says, step by step: slow, silent, failing or dying. */
export class ScriptedEngine implements ConversationEngine {
  private readonly script: EngineScript;
  private readonly clock: Clock;
  private readonly sound: HostPorts['sound'];

  constructor(
    script: EngineScript,
    { remoteClock, sound }: Pick<HostPorts, 'remoteClock' | 'sound'>,
  ) {
    this.script = script;
    this.clock = remoteClock;
    this.sound = sound;
  }

  open(handlers: EngineHandlers): Promise<EngineSession> {
    const { start, startsAfter } = this.script;
    return new Promise((resolve, reject) => {
      if (start === 'never') return;
      this.clock.setTimeout(() => {
        if (start === 'works') resolve(this.session(handlers));
        else reject(new Error('The script says that starting fails.'));
      }, startsAfter);
    });
  }

  private session(handlers: EngineHandlers): EngineSession {
    const { answerLasts, answers } = this.script;
    const answer = answers === undefined ? hum(answerLasts) : this.sound(answers);
    return new ScriptedSession(this.script, answer, this.clock, handlers);
  }
}

class ScriptedSession implements EngineSession {
  private readonly script: EngineScript;
  private readonly answerPcm: Buffer;
  private readonly clock: Clock;
  private readonly handlers: EngineHandlers;
  private readonly utterances = new UtteranceDetector();
  private heard = 0;
  private isOver = false;

  constructor(script: EngineScript, answer: Buffer, clock: Clock, handlers: EngineHandlers) {
    this.script = script;
    this.answerPcm = answer;
    this.clock = clock;
    this.handlers = handlers;
    if (script.diesAfter !== undefined) clock.setTimeout(() => this.die(), script.diesAfter);
  }

  hear(pcm: Buffer): void {
    for (const found of this.utterances.push(pcm)) {
      if (this.isOver) return;
      if (found.type === 'speech') this.handlers.onSpeech();
      else this.answer(this.script.repeats ? found.pcm : this.answerPcm);
    }
  }

  close(): Promise<void> {
    this.isOver = true;
    return this.until(this.clock.now() + this.script.closesAfter);
  }

  private die(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.handlers.onFailed('script');
  }

  private answer(pcm: Buffer): void {
    const { answersAfter, interruptsAfter, transcript } = this.script;
    this.handlers.onUtterance(this.understood());
    const answer = { isInterrupted: false };
    if (interruptsAfter !== undefined) {
      this.clock.setTimeout(() => this.interrupt(answer), interruptsAfter);
    }
    if (answersAfter === 'never') return;
    this.clock.setTimeout(() => {
      if (this.isOver || answer.isInterrupted) return;
      this.handlers.onTurn({ transcript, audio: this.speech(pcm, answer) });
    }, answersAfter);
  }

  private understood(): string | undefined {
    const { hears } = this.script;
    this.heard += 1;
    return hears?.[Math.min(this.heard, hears.length) - 1];
  }

  private interrupt(answer: { isInterrupted: boolean }): void {
    answer.isInterrupted = true;
    if (!this.isOver) this.handlers.onInterrupted();
  }

  /** Its pieces come at the engine's own pace, whenever the one before was taken. */
  private async *speech(
    pcm: Buffer,
    answer: { readonly isInterrupted: boolean },
  ): AsyncGenerator<Buffer> {
    const { pause, pieceEvery, speechFailsAfter = Infinity } = this.script;
    let dueMs = this.clock.now();
    for (let at = 0; at < pcm.length; at += PIECE_BYTES) {
      if (at >= speechFailsAfter * BYTES_PER_MS) {
        throw new Error('The script says that speech breaks off.');
      }
      if (at > 0) dueMs += pieceEvery;
      if (pause !== undefined && isFirstFrom(pause.after, at)) dueMs += pause.for;
      await this.until(dueMs);
      if (answer.isInterrupted) return;
      yield pcm.subarray(at, at + PIECE_BYTES);
    }
  }

  private until(dueMs: number): Promise<void> {
    const leftMs = dueMs - this.clock.now();
    if (leftMs <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.clock.setTimeout(resolve, leftMs);
    });
  }
}

/** Whether the piece at byte `at` is the first one from `afterMs` on. */
function isFirstFrom(afterMs: number, at: number): boolean {
  const after = afterMs * BYTES_PER_MS;
  return at >= after && at - PIECE_BYTES < after;
}

/**
 * Something to hear: a saw-tooth of 200 Hz, which no detector takes for a hotword. Its pieces
 * differ in loudness, so that it can be heard whether one is missing or comes too early.
 */
function hum(lengthMs: number): Buffer {
  const pcm = Buffer.alloc(lengthMs * BYTES_PER_MS);
  for (let at = 0; at < pcm.length; at += 2) {
    const loudness = 100 + (Math.floor(at / PIECE_BYTES) % 101);
    pcm.writeInt16LE((((at / 2) % 80) - 40) * loudness, at);
  }
  return pcm;
}
