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
    return this.pass(this.script.closesAfter);
  }

  private die(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.handlers.onFailed('script');
  }

  private answer(pcm: Buffer): void {
    const { answersAfter, transcript } = this.script;
    this.handlers.onUtterance();
    if (answersAfter === 'never') return;
    this.clock.setTimeout(() => {
      if (!this.isOver) this.handlers.onTurn({ transcript, audio: this.speech(pcm) });
    }, answersAfter);
  }

  private async *speech(pcm: Buffer): AsyncGenerator<Buffer> {
    const { pause, pieceEvery, speechFailsAfter = Infinity } = this.script;
    let dueMs = this.clock.now();
    for (let at = 0; at < pcm.length; at += PIECE_BYTES) {
      if (at >= speechFailsAfter * BYTES_PER_MS) {
        throw new Error('The script says that speech breaks off.');
      }
      if (at > 0) dueMs = await this.nextPiece(dueMs, pieceEvery);
      if (pause !== undefined && isFirstFrom(pause.after, at)) await this.pass(pause.for);
      yield pcm.subarray(at, at + PIECE_BYTES);
    }
  }

  /** Real timers are late; what one is late by comes off the next wait. Returns when it was due. */
  private async nextPiece(lastDueMs: number, everyMs: number): Promise<number> {
    const lateMs = this.clock.now() - lastDueMs;
    const waitMs = lateMs < everyMs ? everyMs - lateMs : everyMs;
    const dueMs = this.clock.now() + waitMs;
    await this.pass(waitMs);
    return dueMs;
  }

  private pass(ms: number): Promise<void> {
    if (ms === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.clock.setTimeout(resolve, ms);
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
