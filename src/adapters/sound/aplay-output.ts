import { spawn, type ChildProcess } from 'node:child_process';

import { SAMPLE_RATE_HZ } from '../../constants';
import type { Clock, DeviceFailure, TimerHandle } from '../../ports';
import { killChild } from '../kill-child';
import { failureOf } from './alsa-complaint';
import type { PcmOutput, PcmOutputHandlers } from './pcm-output';
import { deviceEnvironment } from './run-program';

/** From being asked to end to being made to. */
const KILL_AFTER_MS = 500;
/** What is kept of its last words. */
const COMPLAINT_CHARS = 4_096;

/** Half a second of buffer in periods of 50 ms; it sounds with the first period, not when full. */
const ARGUMENTS = [
  ...['--file-type=raw', '--format=S16_LE', `--rate=${SAMPLE_RATE_HZ}`, '--channels=1'],
  ...['--buffer-time=500000', '--period-time=50000', '--start-delay=1', '--verbose', '-'],
];
/** What it says when it has opened the device and agreed with it on a format: not before. */
const READY = 'Its setup is:';

/**
 * A device that `aplay` plays to, as a child: raw PCM at its stdin.
 *
 * It describes the device on stderr once that is ready, and exits with 0 when all has been heard.
 * Should we die, the end of its stdin ends it. It is in a process group of its own, so that Ctrl-C
 * at a terminal is ours to answer.
 */
export class AplayOutput implements PcmOutput {
  private readonly clock: Clock;
  private readonly handlers: PcmOutputHandlers;
  /** Without streams where there were no descriptors left for them. */
  private child: ChildProcess | undefined;
  private complaint = '';
  private isOpen = false;
  private isEnded = false;
  /** Nothing but `onReleased` is to be told any more. */
  private isOver = false;
  private isReleased = false;
  private killTimer: TimerHandle | undefined;

  /** `device` is a name of ALSA's. Absent: its default. */
  constructor(device: string | undefined, clock: Clock, handlers: PcmOutputHandlers) {
    this.clock = clock;
    this.handlers = handlers;
    try {
      this.child = this.spawn(device === undefined ? [] : [`--device=${device}`]);
    } catch {
      // No memory, or a name that no program can be given.
      process.nextTick(() => this.exited('device_error'));
    }
  }

  write(pcm: Buffer): void {
    this.child?.stdin?.write(pcm, (error) => {
      if (!error && !this.isOver) this.handlers.onTaken(pcm.length);
    });
  }

  end(): void {
    this.isEnded = true;
    this.child?.stdin?.end();
  }

  abort(): void {
    if (this.isOver) return;
    this.isOver = true;
    killChild(this.child, 'SIGTERM');
    // While it waits for more to play it is deaf to signals.
    this.child?.stdin?.destroy();
    this.killTimer = this.clock.setTimeout(() => killChild(this.child, 'SIGKILL'), KILL_AFTER_MS);
  }

  private spawn(device: readonly string[]): ChildProcess {
    const child = spawn('aplay', [...device, ...ARGUMENTS], {
      detached: true,
      env: deviceEnvironment(),
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    child.once('error', ({ code }: NodeJS.ErrnoException) => {
      // It was never started; of one that was, the end is told.
      if (child.pid === undefined)
        this.exited(code === 'ENOENT' ? 'device_missing' : 'device_error');
    });
    child.once('close', (code) => this.exited(this.failureOfExit(code)));
    child.stdin?.on('error', () => undefined /* the exit says it */);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => this.hear(text));
    return child;
  }

  private hear(text: string): void {
    this.complaint = (this.complaint + text).slice(-COMPLAINT_CHARS);
    if (this.isOpen || this.isOver || !this.complaint.includes(READY)) return;
    this.isOpen = true;
    this.handlers.onOpened();
  }

  private failureOfExit(code: number | null): DeviceFailure | undefined {
    if (code === 0 && this.isEnded) return undefined;
    return this.isOpen ? 'device_lost' : failureOf(this.complaint, 'device_error');
  }

  private exited(failure: DeviceFailure | undefined): void {
    if (this.isReleased) return;
    this.isReleased = true;
    this.clock.clearTimeout(this.killTimer);
    this.handlers.onReleased();
    if (this.isOver) return;
    this.isOver = true;
    if (failure === undefined) this.handlers.onDrained();
    else this.handlers.onFailed(failure);
  }
}
