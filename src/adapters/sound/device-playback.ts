import { PcmQueue } from '../../audio/pcm-queue';
import { PlayHead } from '../../audio/play-head';
import { BYTES_PER_MS, BYTES_PER_SAMPLE, soundMs } from '../../constants';
import type { Clock, DeviceFailure, Playback, SpeakerHandlers, TimerHandle } from '../../ports';
import type { PcmOutput, PlaybackOutputHandlers } from './pcm-output';

/**
 * How far the device is fed ahead of what is heard, by the clock: enough to bridge a stall of ours,
 * and little enough for a device to take without blocking, and to fall silent soon without us.
 */
const LEAD_BYTES = 400 * BYTES_PER_MS;
/** How often the device is fed, and watched. */
const TICK_MS = 100;
/**
 * A device that owes us something may do nothing for so long, 5 s of ticks: after a stall of the
 * whole process, time alone would accuse it.
 */
const STALL_TICKS = 50;

export interface DevicePlaybackOptions {
  readonly clock: Clock;
  readonly handlers: SpeakerHandlers;
  /** Opens the device; undefined as long as the last playback's is not let go of. */
  readonly connect: (handlers: PlaybackOutputHandlers) => PcmOutput | undefined;
  /** Undefined: it is played. Else it fails so, a moment later, and the device is not touched. */
  readonly refusal: DeviceFailure | undefined;
  /** Called once, before the owner's handlers are. */
  readonly onOver: (how: 'finished' | 'stopped' | DeviceFailure) => void;
}

/**
 * One piece of playback on a real device.
 *
 *   written -> queue -> sent to the device -> taken by it -> heard, by the clock
 *
 * The device is opened for the first sample. The end is when the device says so, and not before the
 * clock does.
 */
export class DevicePlayback implements Playback {
  private readonly options: DevicePlaybackOptions;
  private readonly queue = new PcmQueue();
  /** Given what the device has taken. */
  private readonly head: PlayHead;
  private output: PcmOutput | undefined;
  private timer: TimerHandle | undefined;
  private writtenBytes = 0;
  private sentBytes = 0;
  /** Written, and never heard because the device failed. */
  private lostBytes = 0;
  private idleTicks = 0;
  private isOpen = false;
  private isEnded = false;
  private isOutputEnded = false;
  private isDrained = false;
  private isOver = false;

  constructor(options: DevicePlaybackOptions) {
    this.options = options;
    const { clock, refusal } = options;
    this.head = new PlayHead(clock);
    if (refusal !== undefined) this.timer = clock.setTimeout(() => this.fail(refusal), 0);
  }

  /** Whether the device has taken any of it. */
  get hasSounded(): boolean {
    return this.head.givenBytes() > 0;
  }

  /** After `end()`, `stop()` or a failure it takes nothing more. */
  write(pcm: Buffer): void {
    if (this.isEnded || this.isOver || pcm.length === 0) return;
    this.writtenBytes += pcm.length;
    this.queue.push(pcm);
    this.proceed();
  }

  bufferedBytes(): number {
    return this.isOver ? this.lostBytes : this.writtenBytes - this.head.heardBytes();
  }

  end(): void {
    if (this.isEnded || this.isOver) return;
    this.isEnded = true;
    this.proceed();
  }

  stop(): void {
    if (!this.isOver) this.finish('stopped');
  }

  fail(failure: DeviceFailure): void {
    if (this.isOver) return;
    this.lostBytes = this.bufferedBytes();
    this.finish(failure);
    this.options.handlers.onFailed(failure);
  }

  /** Does whatever can be done now. */
  proceed(): void {
    if (this.isOver || this.options.refusal !== undefined) return;
    if (this.hasSamples()) this.output ??= this.options.connect(this.outputHandlers());
    if (this.isOpen) this.feed();
    if (this.isAllTaken()) this.endOutput();
    this.arm();
  }

  private outputHandlers(): PlaybackOutputHandlers {
    return {
      onOpened: () => this.progress(() => (this.isOpen = true)),
      onTaken: (bytes) => this.progress(() => this.head.give(bytes)),
      onDrained: () => this.progress(() => (this.isDrained = true)),
      onFailed: (failure) => this.fail(failure),
    };
  }

  private progress(note: () => void): void {
    this.idleTicks = 0;
    note();
    this.proceed();
  }

  private hasSamples(): boolean {
    return this.queue.length >= BYTES_PER_SAMPLE;
  }

  private feed(): void {
    const room = LEAD_BYTES - (this.sentBytes - this.head.heardBytes());
    const bytes = wholeSamples(Math.min(room, this.queue.length));
    if (bytes <= 0) return;
    this.sentBytes += bytes;
    this.output?.write(this.queue.take(bytes));
  }

  private isAllTaken(): boolean {
    return this.isEnded && !this.hasSamples() && this.sentBytes === this.head.givenBytes();
  }

  private unheardMs(): number {
    return soundMs(this.head.givenBytes() - this.head.heardBytes());
  }

  private endOutput(): void {
    if (this.isOutputEnded) return;
    this.isOutputEnded = true;
    if (this.output === undefined) this.isDrained = true;
    else this.output.end(this.unheardMs());
  }

  /** Whether there is something to wait for, other than more from whoever plays. */
  private isOwed(): boolean {
    return this.isEnded || this.hasSamples() || this.sentBytes > this.head.givenBytes();
  }

  private arm(): void {
    if (this.isDrained) this.setTimer(Math.ceil(this.unheardMs()));
    else if (this.timer === undefined && this.isOwed()) this.setTimer(TICK_MS);
  }

  private setTimer(delayMs: number): void {
    this.options.clock.clearTimeout(this.timer);
    this.timer = this.options.clock.setTimeout(() => this.tick(), delayMs);
  }

  private tick(): void {
    this.timer = undefined;
    this.idleTicks += 1;
    if (this.isDrained && this.unheardMs() === 0) this.finished();
    else if (this.idleTicks > STALL_TICKS) this.fail(this.isOpen ? 'device_lost' : 'device_busy');
    else this.proceed();
  }

  private finished(): void {
    this.finish('finished');
    this.options.handlers.onFinished();
  }

  private finish(how: 'finished' | 'stopped' | DeviceFailure): void {
    this.isOver = true;
    this.options.clock.clearTimeout(this.timer);
    this.queue.clear();
    this.output?.abort();
    this.options.onOver(how);
  }
}

function wholeSamples(bytes: number): number {
  return bytes - (bytes % BYTES_PER_SAMPLE);
}
