import { BYTES_PER_MS } from '../../constants';
import type { Clock, DeviceFailure, TimerHandle } from '../../ports';
import { PcmQueue } from '../../audio/pcm-queue';
import type { PcmOutput, PcmOutputHandlers } from './pcm-output';
import type { NativeSpeaker, SpeakerLibrary } from './speaker-library';

/** The device takes 20 ms at a time, so that a write that blocks does not for longer. */
const PIECE_BYTES = 20 * BYTES_PER_MS;
/** From a sample's time by the clock to its being heard: what devices and sound servers add. */
const LATENCY_MS = 200;
/** Silence after the end, so that the device has something to play until it is closed. */
const PADDING_BYTES = (LATENCY_MS + 100) * BYTES_PER_MS;

/**
 * A device that the package `speaker` plays to, in this process.
 *
 *   'end', `end()`    not used: draining freezes the event loop. The end is padded with silence,
 *                     and the device is closed when only that can be left.
 *   `destroy()`       not used: it leaves the device open. `close()` does not, and drops at once
 *                     what was not heard.
 *   one write at a time, and no call into the device while one is under way in another thread
 *   'close'           not listened to: it comes twice. 'error' is listened to for good.
 */
export class SpeakerOutput implements PcmOutput {
  private readonly library: SpeakerLibrary;
  private readonly device: string | undefined;
  private readonly clock: Clock;
  private readonly handlers: PcmOutputHandlers;
  private readonly queue = new PcmQueue();
  private readonly calledOff = new AbortController();
  private native: NativeSpeaker | undefined;
  private hasTaken = false;
  private isEnded = false;
  /** Nothing but `onReleased` is to be told any more. */
  private isOver = false;
  /** A check or a write is under way; the device is let go of after it. */
  private isBusy = true;
  private isReleased = false;
  private drainTimer: TimerHandle | undefined;

  /** `device` is a name of ALSA's. Absent: its default. */
  constructor(
    library: SpeakerLibrary,
    device: string | undefined,
    clock: Clock,
    handlers: PcmOutputHandlers,
  ) {
    this.library = library;
    this.device = device;
    this.clock = clock;
    this.handlers = handlers;
    void this.open();
  }

  write(pcm: Buffer): void {
    this.queue.push(pcm);
    this.pump();
  }

  end(unheardMs: number): void {
    this.isEnded = true;
    this.drainTimer = this.clock.setTimeout(() => this.drained(), unheardMs + LATENCY_MS);
    this.write(Buffer.alloc(PADDING_BYTES));
  }

  abort(): void {
    this.isOver = true;
    this.calledOff.abort();
    this.letGo();
  }

  private async open(): Promise<void> {
    const failure = await this.library.check(this.device, this.calledOff.signal);
    this.isBusy = false;
    if (this.isOver) this.letGo();
    else if (failure === undefined) this.opened();
    else this.fail(failure);
  }

  private opened(): void {
    try {
      this.native = this.library.make(this.device);
    } catch {
      this.fail('device_error'); // It was installed, and cannot be loaded.
      return;
    }
    this.native.on('error', () => void this.failed());
    this.handlers.onOpened();
  }

  /** The stream is of no use any more; why is not in its error. */
  private async failed(): Promise<void> {
    this.isBusy = false;
    this.library.distrust();
    if (this.isOver) this.letGo();
    else if (this.hasTaken) this.fail('device_lost');
    else await this.failToOpen();
  }

  /** The native part does not say why: a child that tries it again does. */
  private async failToOpen(): Promise<void> {
    this.closeNative();
    this.isBusy = true;
    const failure = await this.library.check(this.device, this.calledOff.signal);
    this.isBusy = false;
    if (this.isOver) this.letGo();
    else this.fail(failure ?? 'device_error');
  }

  private fail(failure: DeviceFailure): void {
    this.library.distrust();
    this.isOver = true;
    this.letGo();
    this.handlers.onFailed(failure);
  }

  private pump(): void {
    if (this.isOver) this.letGo();
    else if (!this.isBusy && this.queue.length > 0) this.writePiece();
  }

  private writePiece(): void {
    const piece = this.queue.take(PIECE_BYTES);
    this.isBusy = true;
    this.native?.write(piece, (error) => {
      if (error) return; // 'error' is emitted too.
      this.isBusy = false;
      this.hasTaken = true;
      if (!this.isOver && !this.isEnded) this.handlers.onTaken(piece.length);
      this.pump();
    });
  }

  private drained(): void {
    this.isOver = true;
    this.letGo();
    this.handlers.onDrained();
  }

  private letGo(): void {
    this.clock.clearTimeout(this.drainTimer);
    this.queue.clear();
    if (this.isBusy || this.isReleased) return;
    this.isReleased = true;
    this.closeNative();
    this.handlers.onReleased();
  }

  private closeNative(): void {
    try {
      this.native?.close();
    } catch {
      this.library.distrust(); // A device that is gone complains, and is closed all the same.
    }
    this.native = undefined;
  }
}
