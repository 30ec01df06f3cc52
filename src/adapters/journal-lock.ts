import { readFileSync } from 'node:fs';
import type * as files from 'node:fs/promises';

/** Another process writes the journal. */
export class JournalBusyError extends Error {
  readonly code = 'ERR_JOURNAL_BUSY';
}

type Files = Pick<typeof files, 'readFile' | 'unlink' | 'writeFile'>;

/**
 * A file beside a journal that names the process which writes it. One that a dead process has left
 * behind is taken over; two that do so at the same instant may both write, which mixes lines and
 * spoils none, because each write is at the end of the file, whoever's it is.
 */
export class JournalLock {
  private readonly path: string;
  private readonly fs: Files;
  private readonly ours = `${process.pid} ${birthOf(process.pid)}`;
  private isTaken = false;

  constructor(path: string, fs: Files) {
    this.path = path;
    this.fs = fs;
  }

  /** Rejects with a {@link JournalBusyError}, or what the file system has against it. */
  async take(): Promise<void> {
    if (!(await this.make())) await this.takeOver();
    this.isTaken = true;
  }

  /** May be called whether it was taken or not. */
  async release(): Promise<void> {
    if (!this.isTaken) return;
    this.isTaken = false;
    await this.fs.unlink(this.path);
  }

  private async takeOver(): Promise<void> {
    const holder = await this.fs.readFile(this.path, 'utf8');
    if (holder === this.ours) return;
    if (isAlive(holder)) {
      throw new JournalBusyError(`process ${pidOf(holder)} writes it: give each program its own`);
    }
    await this.fs.unlink(this.path);
    if (!(await this.make())) throw new JournalBusyError('another process has begun to write it');
  }

  private async make(): Promise<boolean> {
    try {
      await this.fs.writeFile(this.path, this.ours, { flag: 'wx', mode: 0o600 });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      return false;
    }
  }
}

function pidOf(holder: string): number {
  return Number(/^[1-9]\d{0,9} /.exec(holder)?.[0] ?? NaN);
}

/** After a restart of the machine another process may have the number. */
function isAlive(holder: string): boolean {
  const pid = pidOf(holder);
  if (Number.isNaN(pid) || !exists(pid)) return false;
  const birth = birthOf(pid);
  return birth === '' || holder === `${pid} ${birth}`;
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It is there, and of another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When a process was started, in ticks of the kernel; '' where that cannot be known. */
function birthOf(pid: number): string {
  const FIELDS_BEFORE = 19;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program comes before, in brackets, and may have anything in it.
    return stat.slice(stat.lastIndexOf(') ') + 2).split(' ')[FIELDS_BEFORE] ?? '';
  } catch {
    return '';
  }
}
