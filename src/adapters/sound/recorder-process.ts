import { spawn, type ChildProcess } from 'node:child_process';

import type { Clock, DeviceFailure, TimerHandle } from '../../ports';
import { killChild } from '../kill-child';
import { deviceEnvironment } from './run-program';

/** From being asked to end to being made to. */
const KILL_AFTER_MS = 2_000;
/** What is kept of its last words. */
const COMPLAINT_CHARS = 4_096;

/** A program that records: 16 kHz mono s16le PCM at its stdout, until it is told to end. */
export interface RecorderProgram {
  /** The part of a spec before the colon. */
  readonly adapter: string;
  readonly file: string;
  readonly args: readonly string[];
  /** What it means that it ended without being told to. */
  failureOf(end: RecorderEnd): DeviceFailure;
}

export interface RecorderEnd {
  /** Absent where a signal ended it, or where it never ran. */
  readonly exitCode: number | undefined;
  /** Whether it had recorded anything. */
  readonly hasRecorded: boolean;
  /** The end of what it wrote to stderr. */
  readonly complaint: string;
}

export interface RecorderHandlers {
  /** Bytes as they come: not always whole samples. */
  readonly onBytes: (bytes: Buffer) => void;
  readonly onFailed: (failure: DeviceFailure) => void;
}

/**
 * A recorder at work, as a child of ours.
 *
 * What goes wrong in it takes nothing else along, what ALSA writes to the terminal ends here, and
 * however long it blocks, nobody waits. Should we die, it ends as it finds nobody to write to. It
 * is in a process group of its own, so that Ctrl-C at a terminal is ours to answer.
 */
export class RecorderProcess {
  /** Resolves when nothing of the process is left. */
  readonly over: Promise<void>;
  private readonly program: RecorderProgram;
  private readonly clock: Clock;
  private readonly handlers: RecorderHandlers;
  private child: ChildProcess | undefined;
  private killTimer: TimerHandle | undefined;
  private complaint = '';
  private hasRecorded = false;
  private isStopped = false;
  private isOver = false;
  private resolveOver: () => void = () => undefined;

  /** Starts it. No handler is called before this returns. */
  constructor(program: RecorderProgram, clock: Clock, handlers: RecorderHandlers) {
    this.program = program;
    this.clock = clock;
    this.handlers = handlers;
    this.over = new Promise((resolve) => (this.resolveOver = resolve));
    try {
      this.child = this.spawn();
    } catch {
      // No memory for another process.
      process.nextTick(() => this.ended('device_error'));
    }
  }

  /** Ends it; no handler is called afterwards. May be called twice. */
  stop(): void {
    if (this.isStopped) return;
    this.isStopped = true;
    if (this.isOver) return;
    killChild(this.child, 'SIGTERM');
    // It may be waiting for us to read, deaf to signals; and what it has started may live on.
    for (const stream of this.child?.stdio ?? []) stream?.destroy();
    this.killTimer = this.clock.setTimeout(() => killChild(this.child, 'SIGKILL'), KILL_AFTER_MS);
  }

  private spawn(): ChildProcess {
    const { file, args } = this.program;
    const child = spawn(file, args, {
      detached: true,
      env: deviceEnvironment(),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (child.pid !== undefined) return; // A signal could not be sent; the exit will be told.
      this.ended(error.code === 'ENOENT' ? 'device_missing' : 'device_error');
    });
    // After what it has written was read, or its streams were destroyed.
    child.once('close', (code) => this.ended(this.failure(code ?? undefined)));
    // There are no streams where there were no descriptors left for them.
    child.stdin?.on('error', () => undefined /* it has ended, and the exit says so */);
    child.stdout?.on('data', (bytes: Buffer) => this.recorded(bytes));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.complaint = (this.complaint + text).slice(-COMPLAINT_CHARS);
    });
    return child;
  }

  private recorded(bytes: Buffer): void {
    this.hasRecorded = true;
    if (!this.isStopped) this.handlers.onBytes(bytes);
  }

  private failure(exitCode: number | undefined): DeviceFailure {
    const { complaint, hasRecorded } = this;
    return this.program.failureOf({ exitCode, hasRecorded, complaint });
  }

  /** Told twice of a program that could not be started. */
  private ended(failure: DeviceFailure): void {
    if (this.isOver) return;
    this.isOver = true;
    this.clock.clearTimeout(this.killTimer);
    this.resolveOver();
    if (!this.isStopped) this.handlers.onFailed(failure);
  }
}
