import { BYTES_PER_MS } from '../constants';
import type { Clock, ConversationEngine, EngineHandlers, EngineSession } from '../ports';
import { UtteranceDetector } from '../server/utterance-detector';
import type { EngineAct } from '../simulator-events';
import type { HostPorts } from './host';
import type { EngineScript } from './host-spec';

const PIECE_BYTES = 100 * BYTES_PER_MS;

type EnginePorts = Pick<HostPorts, 'remoteClock' | 'report' | 'sound'>;
type Report = (act: EngineAct) => void;

/** An engine that does what a scenario says, step by step: slow, silent, failing or dying. */
export class ScriptedEngine implements ConversationEngine {
  private readonly script: EngineScript;
  private readonly ports: EnginePorts;
  private conversations = 0;

  constructor(script: EngineScript, ports: EnginePorts) {
    this.script = script;
    this.ports = ports;
  }

  open(handlers: EngineHandlers): Promise<EngineSession> {
    const { start, startsAfter } = this.script;
    this.conversations += 1;
    const report = this.reportOf(this.conversations);
    return new Promise((resolve, reject) => {
      if (start === 'never') return;
      this.ports.remoteClock.setTimeout(() => {
        if (start === 'works') resolve(this.session(handlers, report));
        else reject(new Error('The script says that starting fails.'));
      }, startsAfter);
    });
  }

  private reportOf(conversation: number): Report {
    return (act) => this.ports.report({ type: 'engine.acted', conversation, act });
  }

  private session(handlers: EngineHandlers, report: Report): EngineSession {
    const { answerLasts, answers } = this.script;
    const { remoteClock, sound } = this.ports;
    const answer = answers === undefined ? hum(answerLasts) : sound(answers);
    return new ScriptedSession(this.script, answer, remoteClock, handlers, report);
  }
}

class ScriptedSession implements EngineSession {
  private readonly script: EngineScript;
  private readonly answerPcm: Buffer;
  private readonly clock: Clock;
  private readonly handlers: EngineHandlers;
  private readonly report: Report;
  private readonly utterances = new UtteranceDetector();
  private heard = 0;
  private isOver = false;

  constructor(
    script: EngineScript,
    answer: Buffer,
    clock: Clock,
    handlers: EngineHandlers,
    report: Report,
  ) {
    this.script = script;
    this.answerPcm = answer;
    this.clock = clock;
    this.handlers = handlers;
    this.report = report;
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
    const { answersAfterClose, closesAfter } = this.script;
    this.isOver = true;
    if (answersAfterClose !== undefined) {
      const toNobody = (): void => this.say(this.answerPcm, { isInterrupted: false });
      this.clock.setTimeout(toNobody, answersAfterClose);
    }
    return this.until(this.clock.now() + closesAfter);
  }

  private die(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.report('died');
    this.handlers.onFailed('script');
  }

  private answer(pcm: Buffer): void {
    const { answersAfter, interruptsAfter } = this.script;
    this.report('understood');
    this.handlers.onUtterance(this.understood());
    const answer = { isInterrupted: false };
    if (interruptsAfter !== undefined) {
      this.clock.setTimeout(() => this.interrupt(answer), interruptsAfter);
    }
    if (answersAfter === 'never') return;
    this.clock.setTimeout(() => {
      if (!this.isOver && !answer.isInterrupted) this.say(pcm, answer);
    }, answersAfter);
  }

  private say(pcm: Buffer, answer: { readonly isInterrupted: boolean }): void {
    const { transcript } = this.script;
    this.report(transcript.trim() === '' ? 'answered_blank' : 'answered');
    this.handlers.onTurn({ transcript, audio: this.speech(pcm, answer) });
  }

  private understood(): string | undefined {
    const { hears } = this.script;
    this.heard += 1;
    return hears?.[Math.min(this.heard, hears.length) - 1];
  }

  private interrupt(answer: { isInterrupted: boolean }): void {
    answer.isInterrupted = true;
    if (this.isOver) return;
    this.report('interrupted');
    this.handlers.onInterrupted();
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
        this.report('broke_off');
        throw new Error('The script says that speech breaks off.');
      }
      if (at > 0) dueMs += pieceEvery;
      if (pause !== undefined && isFirstFrom(pause.after, at)) dueMs += pause.for;
      await this.until(dueMs);
      if (answer.isInterrupted) return;
      yield pcm.subarray(at, at + PIECE_BYTES);
    }
    this.report('spoke_to_the_end');
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
