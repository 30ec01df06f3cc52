import type { Clock, EngineHandlers, EngineSession, TimerHandle } from '../../ports';
import { AnswerAudio } from './answer-audio';
import type { GeminiFailure } from './gemini-failure';
import { GeminiLink, type GeminiLinkOptions } from './gemini-link';
import type { GeminiMessage, GeminiSound } from './gemini-message';

/** Of the time that the service leaves us: what our goodbye may take. */
const GOODBYE_MS = 1_000;
/** Of one utterance so many characters are kept, the last ones. */
const MAX_SAID = 4_000;

export interface GeminiConversationOptions extends Omit<
  GeminiLinkOptions,
  'onFailed' | 'onMessage'
> {
  readonly clock: Clock;
  readonly handlers: EngineHandlers;
  /** The conversation is over, in whichever way. */
  readonly onOver: (conversation: GeminiConversation) => void;
}

/**
 * One conversation: what comes of the Live API, as turns of an engine.
 *
 *   hear ~~~~~~~~~~> | listening
 *   words or sound   | answering     onUtterance with what was said, and onTurn with the sound
 *   turnComplete     | answering     the sound may still be on its way to the person
 *   hear ~~~~~~~~~~> | listening     the person has heard it: nobody is listened to before
 *   interrupted      | listening     onInterrupted
 *
 * When the service says that it will go away, the turn that is on is finished, as far as the time
 * allows; then the conversation fails with `go_away`.
 */
export class GeminiConversation implements EngineSession {
  private readonly options: GeminiConversationOptions;
  private readonly link: GeminiLink;
  private phase: 'listening' | 'answering' | 'answered' = 'listening';
  private answer: AnswerAudio | undefined;
  private personSpeaks = false;
  /** What the person has said in this turn, and how much of it was told. */
  private said = '';
  private toldLength = 0;
  private goesAway = false;
  private goAwayTimer: TimerHandle | undefined;
  private isOver = false;

  constructor(options: GeminiConversationOptions) {
    this.options = options;
    this.link = new GeminiLink({
      ...options,
      onMessage: (message) => this.received(message),
      onFailed: (failure) => this.failed(failure),
    });
  }

  /** Resolves to itself once it is set up. Rejects with a `GeminiError`, after `onFailed`. */
  async open(): Promise<EngineSession> {
    await this.link.open();
    return this;
  }

  hear(pcm: Buffer): void {
    if (this.isOver) return;
    if (this.phase === 'answered') this.listen();
    if (this.personSpeaks) this.options.handlers.onSpeech();
    this.link.sendSound(pcm);
  }

  async close(): Promise<void> {
    this.finish();
    await this.link.close();
  }

  private received(message: GeminiMessage): void {
    this.listenTo(message);
    if (message.isInterrupted) this.interrupted();
    else if (message.isAnswering) this.takeAnswer(message.sounds);
    if (message.isGenerated) this.generated();
    if (message.isTurnComplete) this.turnComplete();
    if (message.goAway !== undefined) this.goAway(message.goAway.leftMs);
  }

  private listenTo({ said, voice }: GeminiMessage): void {
    // Whoever is not listened to says nothing: these are late words of a turn that is over.
    if (this.phase === 'answered') return;
    if (voice !== undefined) this.personSpeaks = voice === 'begins';
    if (said === '' && voice !== 'begins') return;
    this.said = (this.said + said).slice(-MAX_SAID);
    this.options.handlers.onSpeech();
  }

  private takeAnswer(sounds: readonly GeminiSound[]): void {
    if (this.phase !== 'answering') {
      this.phase = 'answering';
      this.answer = undefined;
      this.personSpeaks = false;
      this.tell();
    }
    for (const sound of sounds) this.speak(sound);
  }

  private speak({ pcm, rateHz }: GeminiSound): void {
    if (this.answer === undefined) {
      this.answer = new AnswerAudio(rateHz);
      this.options.handlers.onTurn({ audio: this.answer });
    }
    if (rateHz === this.answer.rateHz) this.answer.push(pcm);
    else this.failed('protocol');
  }

  private tell(): void {
    this.toldLength = this.said.length;
    this.options.handlers.onUtterance(this.said === '' ? undefined : this.said);
  }

  /** Transcripts come in no order with the answer. What was said is known by now. */
  private generated(): void {
    this.answer?.end();
    const isOn = this.phase === 'answering' && this.answer?.isDropped !== true;
    if (isOn && this.said.length > this.toldLength) this.tell();
  }

  private turnComplete(): void {
    if (this.phase !== 'answering') return;
    const wasSilent = this.answer === undefined;
    this.phase = 'answered';
    this.forgetSaid();
    if (wasSilent) this.saidNothing();
  }

  /** An answer without sound is none, and the person is listened to again. */
  private saidNothing(): void {
    const audio = new AnswerAudio(24_000);
    audio.end();
    this.options.handlers.onTurn({ transcript: '', audio });
    this.listen();
  }

  private interrupted(): void {
    this.answer?.drop();
    this.phase = 'listening';
    // What was said since the answer began is the beginning of what is being said now.
    this.said = this.said.slice(this.toldLength);
    this.toldLength = 0;
    this.options.handlers.onInterrupted();
  }

  private forgetSaid(): void {
    this.said = '';
    this.toldLength = 0;
  }

  private listen(): void {
    this.phase = 'listening';
    if (this.goesAway) this.failed('go_away');
  }

  private goAway(leftMs: number | undefined): void {
    const { clock } = this.options;
    this.goesAway = true;
    const isQuiet = this.phase === 'listening' && !this.personSpeaks && this.said === '';
    if (isQuiet) {
      this.failed('go_away');
    } else if (leftMs !== undefined) {
      clock.clearTimeout(this.goAwayTimer);
      const delayMs = Math.max(0, leftMs - GOODBYE_MS);
      this.goAwayTimer = clock.setTimeout(() => this.failed('go_away'), delayMs);
    }
  }

  private failed(failure: GeminiFailure): void {
    if (this.isOver) return;
    this.finish();
    void this.link.close();
    this.options.handlers.onFailed(this.goesAway ? 'go_away' : failure);
  }

  private finish(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.options.clock.clearTimeout(this.goAwayTimer);
    this.answer?.drop();
    this.options.onOver(this);
  }
}
