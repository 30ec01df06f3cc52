import { BYTES_PER_SAMPLE, soundMs } from '../constants';
import type { Clock, EventSink, TimerHandle } from '../ports';
import { TARS_V2 } from '../protocol';
import type { ConversationLink } from './conversation-link';

/** One second of sound: a longer piece would hold up what is to be sent after it. */
const MAX_PIECE_BYTES = 32_000;

const INTERRUPTED = 'interrupted';

export interface TurnSpeakerOptions {
  readonly session: string;
  /** The turn's number within its session, from 1. */
  readonly turn: number;
  readonly audio: AsyncIterable<Buffer>;
  readonly link: ConversationLink;
  readonly clock: Clock;
  readonly events: EventSink;
  /** Milliseconds past the length of the audio in which it must have been heard. */
  readonly graceMs: number;
  /** Milliseconds of sound that may be sent before it is heard. */
  readonly maxLeadMs: number;
  /** The first audio is there and about to be sent. Called once, if at all. */
  readonly onAudible: () => void;
  /** The turn is over by itself, with or without having been heard. Called once, if at all. */
  readonly onOver: (cause: string) => void;
}

/** What one pull gave: a chunk, or the end. */
type Pulled =
  | { readonly isEnd: false; readonly chunk: Buffer }
  | { readonly isEnd: true; readonly error?: string };

/**
 * Speaks one turn of the engine to the client.
 *
 *   waiting --first audio--> streaming --end of audio--> playing --playback_complete--> over
 *
 *   server  start_of_tts_stream  ~~~ audio ~~~  tts_stream_end
 *   client                                                     ... plays ...  playback_complete
 *
 *   server  ... interrupted:  tts_stream_end, error 'interrupted', for the first or the second time
 *   client                                    is silent at once:  playback_complete
 *
 * A chunk is pulled only when the one before was written, so that a slow link slows the engine and
 * nothing piles up. Nor does an engine that is faster than speech run far ahead: a ping would wait
 * behind minutes of sound, and a live peer seem dead. The deadline follows the instant by which
 * what was written is heard.
 */
export class TurnSpeaker {
  private readonly options: TurnSpeakerOptions;
  private iterator: AsyncIterator<Buffer> | undefined;
  private phase: 'waiting' | 'streaming' | 'playing' | 'over' = 'waiting';
  /** Half a sample that waits for its other half. */
  private carry: Buffer = Buffer.alloc(0);
  private bytes = 0;
  private heardAtMs = 0;
  private error: string | undefined;
  private deadline: TimerHandle | undefined;
  private leadTimer: TimerHandle | undefined;
  private stopWaiting: (() => void) | undefined;

  constructor(options: TurnSpeakerOptions) {
    this.options = options;
  }

  /** The turn's number within its session. */
  get turn(): number {
    return this.options.turn;
  }

  /** Whether the client was told to be silent, and only its word that it is so is awaited. */
  get isSilenced(): boolean {
    return this.phase === 'playing' && this.error === INTERRUPTED && this.canBeSilenced();
  }

  /** Begins to pull. Called once. */
  speak(): void {
    void this.pump();
  }

  /** Takes the client's word that it has played this turn. Returns whether that was awaited. */
  confirm(error: string | undefined): boolean {
    if (this.phase !== 'playing') return false;
    if (error !== undefined) this.error ??= 'playback_failed';
    this.complete('playback_complete');
    return true;
  }

  /**
   * The person speaks. What is not sent never is, and a client of tars.v2 is told to be silent,
   * also one that has all of it. A base peer cannot be told: what it has, it plays.
   */
  interrupt(): void {
    if (this.phase === 'waiting') this.giveUp();
    else if (this.phase === 'streaming') this.stopStream();
    else if (!this.isSilenced && this.canBeSilenced()) this.silence();
  }

  /** Waits no longer for the client's word. */
  giveUp(): void {
    this.cancel(INTERRUPTED);
    this.options.onOver(INTERRUPTED);
  }

  /** Breaks off, and tells the client if the audio has not ended yet. */
  breakOff(error: string): void {
    if (this.phase === 'streaming') this.endStream(error);
    this.cancel(error);
  }

  /** Falls silent without a word. May be called at any time, and twice. */
  cancel(error: string): void {
    if (this.phase === 'over') return;
    const wasAudible = this.phase !== 'waiting';
    this.phase = 'over';
    this.options.clock.clearTimeout(this.deadline);
    this.stopPulling();
    this.error ??= error;
    if (wasAudible) this.reportEnded();
  }

  private stopStream(): void {
    this.endStream(INTERRUPTED);
    this.stopPulling();
    if (this.canBeSilenced()) this.awaitSilence();
  }

  private silence(): void {
    this.endStream(INTERRUPTED);
    this.awaitSilence();
  }

  /** From now on nothing more is heard, and the word of it is due; it may have been so before. */
  private awaitSilence(): void {
    this.heardAtMs = Math.min(this.heardAtMs, this.options.clock.now());
    this.armDeadline();
  }

  private canBeSilenced(): boolean {
    return this.options.link.protocol === TARS_V2;
  }

  private stopPulling(): void {
    this.options.clock.clearTimeout(this.leadTimer);
    this.stopWaiting?.();
    dropIterator(this.iterator);
  }

  private async pump(): Promise<void> {
    for (;;) {
      const pulled = await this.pull();
      if (this.hasEnded()) return;
      if (pulled.isEnd) {
        this.endOfAudio(pulled.error);
        return;
      }
      for (const piece of this.piecesOf(pulled.chunk)) {
        await this.write(piece);
        if (this.hasEnded()) return;
      }
    }
  }

  /** The iterator is foreign code: whatever it throws, and whatever is no sound, ends the audio. */
  private async pull(): Promise<Pulled> {
    try {
      this.iterator ??= this.options.audio[Symbol.asyncIterator]();
      const { done, value } = await this.iterator.next();
      if (done === true) return { isEnd: true };
      if (Buffer.isBuffer(value)) return { isEnd: false, chunk: value };
      dropIterator(this.iterator);
    } catch {
      // What it threw is its own affair; the client is told that speech broke off.
    }
    return { isEnd: true, error: 'engine_failed' };
  }

  private *piecesOf(chunk: Buffer): Generator<Buffer> {
    const all = this.carry.length === 0 ? chunk : Buffer.concat([this.carry, chunk]);
    const end = all.length - (all.length % BYTES_PER_SAMPLE);
    this.carry = all.subarray(end);
    for (let at = 0; at < end; at += MAX_PIECE_BYTES) {
      yield all.subarray(at, Math.min(at + MAX_PIECE_BYTES, end));
    }
  }

  /** Resolves when there is room for more, or when the turn is over. */
  private write(piece: Buffer): Promise<void> {
    if (this.phase === 'waiting') this.begin();
    if (this.hasEnded()) return Promise.resolve();
    this.bytes += piece.length;
    return new Promise((resolve) => {
      this.stopWaiting = resolve;
      this.options.link.sendAudio(this.options.session, piece, () => {
        if (!this.hasEnded()) this.written(piece, resolve);
      });
    });
  }

  private begin(): void {
    const { clock, events, link, onAudible, session, turn } = this.options;
    this.phase = 'streaming';
    this.heardAtMs = clock.now();
    this.armDeadline();
    onAudible();
    events.emit({ type: 'turn.started', session, turn, device: link.device });
    link.send({ type: 'start_of_tts_stream', session, turn });
  }

  private written(piece: Buffer, goOn: () => void): void {
    const { clock, maxLeadMs } = this.options;
    this.heardAtMs = Math.max(this.heardAtMs, clock.now()) + soundMs(piece.length);
    this.armDeadline();
    const waitMs = Math.ceil(this.heardAtMs - clock.now() - maxLeadMs);
    if (waitMs > 0) this.leadTimer = clock.setTimeout(goOn, waitMs);
    else goOn();
  }

  private endOfAudio(error: string | undefined): void {
    if (this.phase === 'streaming') this.endStream(error);
    else this.complete(error ?? 'no_answer');
  }

  private endStream(error: string | undefined): void {
    const { link, session, turn } = this.options;
    this.phase = 'playing';
    this.error = error;
    const { bytes } = this;
    link.send({
      type: 'tts_stream_end',
      session,
      turn,
      bytes,
      ...(error === undefined ? {} : { error }),
    });
  }

  private armDeadline(): void {
    const { clock, graceMs } = this.options;
    clock.clearTimeout(this.deadline);
    // Half a millisecond of sound is no delay that a clock can be given.
    const delayMs = Math.ceil(this.heardAtMs + graceMs - clock.now());
    this.deadline = clock.setTimeout(() => this.expire(), delayMs);
  }

  private expire(): void {
    const error = this.phase === 'streaming' ? 'engine_stalled' : 'playback_timeout';
    this.breakOff(error);
    this.options.onOver(error);
  }

  /** The end that every turn should have, also the one that gave no sound. */
  private complete(cause: string): void {
    const wasAudible = this.phase !== 'waiting';
    this.phase = 'over';
    this.options.clock.clearTimeout(this.deadline);
    if (wasAudible) this.reportEnded();
    this.options.onOver(cause);
  }

  private reportEnded(): void {
    const { events, link, session, turn } = this.options;
    const { bytes, error } = this;
    events.emit({
      type: 'turn.ended',
      session,
      turn,
      device: link.device,
      bytes,
      ...(error === undefined ? {} : { error }),
    });
  }

  /** Whether no more of the turn is sent. */
  private hasEnded(): boolean {
    return this.phase === 'playing' || this.phase === 'over';
  }
}

/** Tells the engine that its audio is not wanted. */
export function dropAudio(audio: AsyncIterable<Buffer>): void {
  try {
    dropIterator(audio[Symbol.asyncIterator]());
  } catch {
    // An engine that cannot even begin has nothing to stop.
  }
}

function dropIterator(iterator: AsyncIterator<Buffer> | undefined): void {
  void returnIterator(iterator);
}

async function returnIterator(iterator: AsyncIterator<Buffer> | undefined): Promise<void> {
  try {
    await iterator?.return?.();
  } catch {
    // It is foreign code, and it is not listened to any more.
  }
}
