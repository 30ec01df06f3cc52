import { BYTES_PER_MS } from '../constants';
import type {
  Clock,
  DeviceFailure,
  Playback,
  Speaker,
  SpeakerHandlers,
  TimerHandle,
} from '../ports';
import { PcmQueue } from './pcm-queue';
import { PlayHead } from './play-head';

/** How a playback came to its end. */
export type PlaybackEnd = 'finished' | 'stopped' | DeviceFailure;

/** What a {@link ClockSpeaker} tells, besides the handlers of whoever plays. */
export interface ClockSpeakerOptions {
  readonly clock: Clock;
  /** The first byte of a playback sounds. */
  readonly onStarted?: () => void;
  /** What was heard, in order, as few pieces as may be; the last one before `onSilent`. */
  readonly onHeard?: (pcm: Buffer) => void;
  /** A playback that had started is over; `playedBytes` of it were heard. */
  readonly onSilent?: (playedBytes: number, how: PlaybackEnd) => void;
}

/**
 * What was heard is handed on at least this often: 10 s of sound, so that no memory grows with
 * time.
 */
const HAND_ON_BYTES = 320_000;

/**
 * A speaker on which sound takes as long as it lasts, driven by a clock: in virtual time a
 * simulated device, in real time one that plays into a file. The only timer is the one for the end.
 */
export class ClockSpeaker implements Speaker {
  private readonly options: ClockSpeakerOptions;
  private current: ClockPlayback | undefined;
  private isClosed = false;

  constructor(options: ClockSpeakerOptions) {
    this.options = options;
  }

  /** Whether a playback is on. */
  get busy(): boolean {
    return this.current !== undefined;
  }

  /** @throws {Error} where a playback is on, or after `close()`: mistakes of the owner. */
  play(handlers: SpeakerHandlers): Playback {
    if (this.isClosed) throw new Error('The speaker is closed.');
    if (this.current !== undefined) throw new Error('The speaker plays one sound at a time.');
    const playback = new ClockPlayback(this.options, handlers, () => {
      this.current = undefined;
    });
    this.current = playback;
    return playback;
  }

  /** The playback that is on fails now; if none is, nothing happens. */
  fail(failure: DeviceFailure): void {
    this.current?.fail(failure);
  }

  close(): void {
    this.isClosed = true;
    this.current?.stop();
  }
}

/** One piece of playback. */
class ClockPlayback implements Playback {
  private readonly options: ClockSpeakerOptions;
  private readonly handlers: SpeakerHandlers;
  private readonly onOver: () => void;
  private readonly queue = new PcmQueue();
  private readonly head: PlayHead;
  private isEnded = false;
  private isOver = false;
  private endTimer: TimerHandle | undefined;
  private handedOnBytes = 0;
  /** Written, and never heard because the device failed. */
  private lostBytes = 0;

  constructor(options: ClockSpeakerOptions, handlers: SpeakerHandlers, onOver: () => void) {
    this.options = options;
    this.handlers = handlers;
    this.onOver = onOver;
    this.head = new PlayHead(options.clock);
  }

  /** After `end()`, `stop()` or a failure it takes nothing more. */
  write(pcm: Buffer): void {
    if (this.isEnded || this.isOver || pcm.length === 0) return;
    const isFirst = this.head.givenBytes() === 0;
    this.head.give(pcm.length);
    this.queue.push(pcm);
    if (this.head.heardBytes() - this.handedOnBytes >= HAND_ON_BYTES) this.handOn();
    if (isFirst) this.options.onStarted?.();
  }

  bufferedBytes(): number {
    return this.isOver ? this.lostBytes : this.head.givenBytes() - this.head.heardBytes();
  }

  end(): void {
    if (this.isEnded || this.isOver) return;
    this.isEnded = true;
    this.awaitEnd();
  }

  stop(): void {
    if (!this.isOver) this.finish('stopped');
  }

  fail(failure: DeviceFailure): void {
    this.lostBytes = this.bufferedBytes();
    this.finish(failure);
    this.handlers.onFailed(failure);
  }

  private awaitEnd(): void {
    const delayMs = Math.ceil(this.bufferedBytes() / BYTES_PER_MS);
    this.endTimer = this.options.clock.setTimeout(() => this.reachEnd(), delayMs);
  }

  private reachEnd(): void {
    if (this.bufferedBytes() > 0) {
      this.awaitEnd();
      return;
    }
    this.finish('finished');
    this.handlers.onFinished();
  }

  private finish(how: PlaybackEnd): void {
    const playedBytes = this.head.heardBytes();
    this.options.clock.clearTimeout(this.endTimer);
    this.handOn();
    this.isOver = true;
    this.onOver();
    if (this.head.givenBytes() > 0) this.options.onSilent?.(playedBytes, how);
  }

  private handOn(): void {
    const pcm = this.queue.take(this.head.heardBytes() - this.handedOnBytes);
    this.handedOnBytes += pcm.length;
    if (pcm.length > 0) this.options.onHeard?.(pcm);
  }
}
