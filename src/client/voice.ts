import { cueSound } from '../audio/cue-sound';
import { soundMs } from '../constants';
import type { Cue } from '../events';
import type { Clock, DeviceFailure, EventSink, Playback, Speaker, TimerHandle } from '../ports';
import type { ClientSettings } from './client-settings';

/** How the playback of an answer came to its end; `stopped` is our own doing. */
export type PlaybackEnd = 'finished' | 'stopped' | 'stalled' | 'interrupted' | DeviceFailure;

export interface Answer {
  readonly session: string;
  readonly turn: number;
  /** All was heard, or the rest never will be. Not called for an answer that we stopped. */
  readonly onEnded: (how: PlaybackEnd) => void;
}

export interface VoiceOptions {
  readonly settings: ClientSettings;
  readonly clock: Clock;
  readonly events: EventSink;
  readonly speaker: Speaker;
  /** Called when the voice begins to sound, and when it has been quiet for the echo's tail. */
  readonly onBusyChanged: () => void;
  /** The queue is too long, or short enough again: the link is to be read no more, or again. */
  readonly onBackPressure: (hold: boolean) => void;
}

/**
 * Everything that sounds: answers as they come in, and cues.
 *
 * It is busy, and the ear closed, from the first byte until the echo of the last has died away.
 */
export class Voice {
  private readonly options: VoiceOptions;
  private playback: Playback | undefined;
  private answer: Answer | undefined;
  private receivedBytes = 0;
  private ending = false;
  private held = false;
  private tailTimer: TimerHandle | undefined;
  private gapTimer: TimerHandle | undefined;
  private releaseTimer: TimerHandle | undefined;

  constructor(options: VoiceOptions) {
    this.options = options;
  }

  /** Whether the ear has to stay closed. */
  get busy(): boolean {
    return this.playback !== undefined || this.tailTimer !== undefined;
  }

  /** Sounds a cue. An answer that plays is stopped for it. */
  cue(cue: Cue): void {
    this.stop();
    this.options.events.emit({ type: 'cue.played', cue });
    this.begin();
    this.playback?.write(cueSound(cue));
    this.playback?.end();
    this.watchGap();
  }

  /** Begins an answer; whatever sounds is stopped. */
  beginAnswer(answer: Answer): void {
    this.stop();
    this.answer = answer;
    this.receivedBytes = 0;
    this.ending = false;
    const { session, turn } = answer;
    this.options.events.emit({ type: 'playback.started', session, turn });
    this.begin();
    this.watchGap();
  }

  /** Queues audio of the answer that was begun. */
  write(pcm: Buffer): void {
    if (this.playback === undefined || this.answer === undefined || this.ending) return;
    this.receivedBytes += pcm.length;
    this.playback.write(pcm);
    this.watchGap();
    this.pressBack();
  }

  /**
   * No more of the answer will come. Returns whether that was awaited of this turn; one without a
   * number is the current one.
   */
  endAnswer(turn = this.answer?.turn): boolean {
    if (this.answer === undefined || this.ending || turn !== this.answer.turn) return false;
    this.ending = true;
    this.playback?.end();
    this.watchGap();
    return true;
  }

  /**
   * Silence at once, also where all of the answer has come: its end is told. Returns whether this
   * turn was sounding.
   */
  interruptAnswer(turn = this.answer?.turn): boolean {
    if (this.answer === undefined || turn !== this.answer.turn) return false;
    this.breakOff('interrupted', true);
    return true;
  }

  /** Silence at once. */
  stop(): void {
    this.breakOff('stopped', false);
  }

  /** Silence, and the device released. */
  close(): void {
    this.stop();
    this.clearTimer('tailTimer');
    this.options.speaker.close();
  }

  private begin(): void {
    this.clearTimer('tailTimer');
    const playback = this.options.speaker.play({
      onFinished: () => this.over('finished', 0, true),
      onFailed: (failure) => this.over(failure, playback.bufferedBytes(), true),
    });
    this.playback = playback;
    this.options.onBusyChanged();
  }

  private breakOff(how: 'stopped' | 'stalled' | 'interrupted', tell: boolean): void {
    if (this.playback === undefined) return;
    const unheardBytes = this.playback.bufferedBytes();
    this.playback.stop();
    this.over(how, unheardBytes, tell);
  }

  private over(how: PlaybackEnd, unheardBytes: number, tell: boolean): void {
    const { answer } = this;
    this.playback = undefined;
    this.answer = undefined;
    this.clearTimer('gapTimer');
    this.release();
    this.startTail();
    if (answer === undefined) return;
    const { session, turn } = answer;
    const { receivedBytes } = this;
    const playedBytes = receivedBytes - unheardBytes;
    this.options.events.emit({
      type: 'playback.ended',
      session,
      turn,
      receivedBytes,
      playedBytes,
      how: how === 'stalled' || how === 'interrupted' ? 'stopped' : how,
    });
    if (tell) answer.onEnded(how);
  }

  private startTail(): void {
    const { clock, onBusyChanged, settings } = this.options;
    this.tailTimer = clock.setTimeout(() => {
      this.tailTimer = undefined;
      onBusyChanged();
    }, settings.echoTailMs);
  }

  /** Neither a server that forgets to end its answer nor a speaker that hangs closes the ear. */
  private watchGap(): void {
    const { clock, settings } = this.options;
    this.clearTimer('gapTimer');
    const unheardMs = soundMs(this.playback?.bufferedBytes() ?? 0);
    const delayMs = unheardMs + settings.answerGapLimitMs;
    this.gapTimer = clock.setTimeout(() => this.breakOff('stalled', true), delayMs);
  }

  /** The queue is bounded a little early, because what the socket has read already still comes. */
  private pressBack(): void {
    const { clock, onBackPressure, settings } = this.options;
    const SOCKET_READ_BYTES = 65_536;
    const reserveBytes = settings.maxMessageBytes + SOCKET_READ_BYTES;
    const queuedBytes = this.playback?.bufferedBytes() ?? 0;
    const excess = queuedBytes - (settings.downlinkLimitBytes - reserveBytes);
    if (excess <= 0 || this.held) return;
    this.held = true;
    onBackPressure(true);
    const ONE_SECOND_MS = 1_000;
    this.releaseTimer = clock.setTimeout(() => this.release(), soundMs(excess) + ONE_SECOND_MS);
  }

  private release(): void {
    this.clearTimer('releaseTimer');
    if (!this.held) return;
    this.held = false;
    this.options.onBackPressure(false);
  }

  private clearTimer(timer: 'tailTimer' | 'gapTimer' | 'releaseTimer'): void {
    this.options.clock.clearTimeout(this[timer]);
    this[timer] = undefined;
  }
}
