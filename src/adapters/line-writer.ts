import { writeSync } from 'node:fs';

/** How often a full pipe is tried again before a line is lost, and how long each try waits. */
const TRIES = 20;
const WAIT_MS = 5;
const NOBODY_WAKES = new Int32Array(new SharedArrayBuffer(4));

/**
 * Writes lines to an open file, each at once and whole, so that a program that dies has told
 * everything. Nothing that the file does to it matters: a reader that is gone, a disk that is full
 * or a pipe that stays full costs the line and no more.
 *
 * Node makes pipes non-blocking when it opens `process.stdout`; then one that is full says so. The
 * first line waits for its reader, a tenth of a second; those after it do not until it reads again.
 */
export class LineWriter {
  private readonly fd: number;
  /** What is left of a line that was written in part: it comes first, or lines would mix. */
  private rest: Buffer = Buffer.alloc(0);
  private isClosed = false;

  /** @param fd - 1 is standard output. */
  constructor(fd: number) {
    this.fd = fd;
  }

  /** Takes a line with its line break. Never throws. */
  write(line: string): void {
    if (this.isClosed || !this.flush(1)) return;
    this.rest = Buffer.from(line);
    this.flush(TRIES);
  }

  /** Whether nothing is left to be written. */
  private flush(tries: number): boolean {
    for (let left = tries; this.rest.length > 0;) {
      const bytes = this.writeSome();
      this.rest = this.rest.subarray(bytes);
      if (bytes > 0) continue;
      left -= 1;
      if (left === 0) return false;
      Atomics.wait(NOBODY_WAKES, 0, 0, WAIT_MS);
    }
    return true;
  }

  /** Bytes that are dealt with: 0 where the pipe is full, all where they are lost. */
  private writeSome(): number {
    try {
      return writeSync(this.fd, this.rest);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EAGAIN') return 0;
      this.isClosed = code === 'EPIPE' || code === 'EBADF';
      return this.rest.length;
    }
  }
}
