import { closeSync, openSync, writeSync } from 'node:fs';

import type { LinkEvent } from '../events';
import type { Clock, EventSink, WallClock } from '../ports';

/** A file of events is for looking into a run of hours, not for keeping: then it stops growing. */
const LIMIT_BYTES = 256 * 2 ** 20;

/**
 * Writes every event to a file, the transient ones too: JSON Lines, each an event with its place
 * (`seq`, from 1), the monotonic time of the process (`atMs`) and the time of day (`wallMs`).
 *
 * Each line is written at once, so that a process that is killed has told everything. A file that
 * cannot be written ends the file and not the program.
 */
export class EventFile implements EventSink {
  private readonly clock: Clock & WallClock;
  private readonly onError: (error: Error) => void;
  private file: number | undefined;
  private lines = 0;
  private leftBytes: number;

  /** Begins the file anew. Throws what the file system has against it. */
  constructor(
    path: string,
    clock: Clock & WallClock,
    onError: (error: Error) => void,
    limitBytes = LIMIT_BYTES,
  ) {
    this.clock = clock;
    this.onError = onError;
    this.leftBytes = limitBytes;
    this.file = openSync(path, 'w');
  }

  emit(event: LinkEvent): void {
    if (this.file === undefined) return;
    this.lines += 1;
    const stamp = { seq: this.lines, atMs: this.clock.now(), wallMs: this.clock.wallTime() };
    const line = Buffer.from(`${JSON.stringify({ ...stamp, ...event })}\n`);
    this.leftBytes -= line.length;
    if (this.leftBytes < 0) this.fail(new Error('the file of events is full'));
    else this.append(line);
  }

  /** What is emitted afterwards is dropped. May be called twice. */
  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }

  private append(line: Buffer): void {
    try {
      for (let at = 0; at < line.length;) at += writeSync(this.file as number, line, at);
    } catch (error) {
      this.fail(error as Error);
    }
  }

  private fail(error: Error): void {
    this.close();
    this.onError(error);
  }
}
