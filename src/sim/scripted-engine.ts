import { BYTES_PER_MS } from '../constants';
import type {
  Clock,
  ConversationEngine,
  EngineHandlers,
  EngineSession,
  EngineTurn,
} from '../ports';
import { UtteranceDetector } from '../server/utterance-detector';
import type { EngineScript } from './scenario';

const PIECE_MS = 100;

/** An engine that does what a scenario says, step by step: slow, silent, failing or dying. */
export class ScriptedEngine implements ConversationEngine {
  private readonly script: EngineScript;
  private readonly clock: Clock;

  constructor(script: EngineScript, clock: Clock) {
    this.script = script;
    this.clock = clock;
  }

  open(handlers: EngineHandlers): Promise<EngineSession> {
    const { start, startsAfter } = this.script;
    return new Promise((resolve, reject) => {
      if (start === 'never') return;
      this.clock.setTimeout(() => {
        if (start === 'works') resolve(new ScriptedSession(this.script, this.clock, handlers));
        else reject(new Error('The script says that starting fails.'));
      }, startsAfter);
    });
  }
}

class ScriptedSession implements EngineSession {
  private readonly script: EngineScript;
  private readonly clock: Clock;
  private readonly handlers: EngineHandlers;
  private readonly utterances = new UtteranceDetector();
  private isOver = false;

  constructor(script: EngineScript, clock: Clock, handlers: EngineHandlers) {
    this.script = script;
    this.clock = clock;
    this.handlers = handlers;
    if (script.diesAfter !== undefined) clock.setTimeout(() => this.die(), script.diesAfter);
  }

  hear(pcm: Buffer): void {
    for (const found of this.utterances.push(pcm)) {
      if (this.isOver) return;
      if (found.type === 'speech') this.handlers.onSpeech();
      else this.answer();
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

  private answer(): void {
    const { answersAfter, transcript } = this.script;
    this.handlers.onUtterance();
    if (answersAfter === 'never') return;
    this.clock.setTimeout(() => {
      if (!this.isOver) this.handlers.onTurn({ transcript, audio: this.speech() });
    }, answersAfter);
  }

  private async *speech(): EngineTurn['audio'] extends AsyncIterable<infer P>
    ? AsyncGenerator<P>
    : never {
    const { answerLasts, pieceEvery, speechFailsAfter } = this.script;
    for (let atMs = 0; atMs < answerLasts; atMs += PIECE_MS) {
      if (speechFailsAfter !== undefined && atMs >= speechFailsAfter) {
        throw new Error('The script says that speech breaks off.');
      }
      if (atMs > 0) await this.pass(pieceEvery);
      yield hum(Math.min(PIECE_MS, answerLasts - atMs), atMs);
    }
  }

  private pass(ms: number): Promise<void> {
    if (ms === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.clock.setTimeout(resolve, ms);
    });
  }
}

/** Something to hear: a saw-tooth of 200 Hz, which no detector takes for a hotword. */
function hum(lengthMs: number, fromMs: number): Buffer {
  const pcm = Buffer.alloc(lengthMs * BYTES_PER_MS);
  for (let at = 0; at < pcm.length; at += 2) {
    const sample = (fromMs * BYTES_PER_MS + at) / 2;
    pcm.writeInt16LE(((sample % 80) - 40) * 200, at);
  }
  return pcm;
}
