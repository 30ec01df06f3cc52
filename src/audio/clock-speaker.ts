import { BYTES_PER_MS, BYTES_PER_SAMPLE } from '../constants';
import type {
  Clock,
  DeviceFailure,
  Playback,
  Speaker,
  SpeakerHandlers,
  TimerHandle,
} from '../ports';

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

/**
 * One piece of playback. What was written is heard in runs: a run begins with a write into silence,
 * and bytes of it are heard at 32 a millisecond, counted from its beginning so that nothing drifts.
 */
class ClockPlayback implements Playback {
  private readonly options: ClockSpeakerOptions;
  private readonly handlers: SpeakerHandlers;
  private readonly onOver: () => void;
  private readonly queue = new PcmQueue();
  private isEnded = false;
  private isOver = false;
  private endTimer: TimerHandle | undefined;
  private runStartMs = 0;
  private runBytes = 0;
  /** Heard in the runs before this one. */
  private earlierBytes = 0;
  private handedOnBytes = 0;
  /** Written, and never heard because the device failed. */
  private lostBytes = 0;

  constructor(options: ClockSpeakerOptions, handlers: SpeakerHandlers, onOver: () => void) {
    this.options = options;
    this.handlers = handlers;
    this.onOver = onOver;
  }

  /** After `end()`, `stop()` or a failure it takes nothing more. */
  write(pcm: Buffer): void {
    if (this.isEnded || this.isOver || pcm.length === 0) return;
    const isFirst = this.writtenBytes() === 0;
    if (this.bufferedBytes() === 0) this.beginRun();
    this.runBytes += pcm.length;
    this.queue.push(pcm);
    if (this.heardBytes() - this.handedOnBytes >= HAND_ON_BYTES) this.handOn();
    if (isFirst) this.options.onStarted?.();
  }

  bufferedBytes(): number {
    return this.isOver ? this.lostBytes : this.writtenBytes() - this.heardBytes();
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

  private beginRun(): void {
    this.earlierBytes += this.runBytes;
    this.runBytes = 0;
    this.runStartMs = this.options.clock.now();
  }

  private writtenBytes(): number {
    return this.earlierBytes + this.runBytes;
  }

  private heardBytes(): number {
    const elapsedBytes = (this.options.clock.now() - this.runStartMs) * BYTES_PER_MS;
    // The tolerance is far below a sample: times of a real clock have rounding errors.
    const samples = Math.floor((elapsedBytes + 1e-3) / BYTES_PER_SAMPLE);
    return this.earlierBytes + Math.min(this.runBytes, samples * BYTES_PER_SAMPLE);
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
    const playedBytes = this.heardBytes();
    this.options.clock.clearTimeout(this.endTimer);
    this.handOn();
    this.isOver = true;
    this.onOver();
    if (this.writtenBytes() > 0) this.options.onSilent?.(playedBytes, how);
  }

  private handOn(): void {
    const pcm = this.queue.take(this.heardBytes() - this.handedOnBytes);
    this.handedOnBytes += pcm.length;
    if (pcm.length > 0) this.options.onHeard?.(pcm);
  }
}

/** PCM in the order in which it was written. */
class PcmQueue {
  private pieces: Buffer[] = [];

  push(pcm: Buffer): void {
    this.pieces.push(pcm);
  }

  take(bytes: number): Buffer {
    const all = Buffer.concat(this.pieces);
    this.pieces = [all.subarray(bytes)];
    return all.subarray(0, bytes);
  }
}
