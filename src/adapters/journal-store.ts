import { fstatSync, writeSync } from 'node:fs';
import * as promises from 'node:fs/promises';

import { JournalLock } from './journal-lock';
import { journalTail, type JournalPlace } from './journal-tail';

/** What a journal needs of the file system. */
export type JournalFs = Pick<
  typeof promises,
  'open' | 'readFile' | 'rename' | 'stat' | 'unlink' | 'writeFile'
>;

export interface JournalStoreOptions {
  readonly path: string;
  /** Bytes of the journal and of the older one before it, together. */
  readonly limitBytes: number;
  /** Default: the file system of this machine. */
  readonly fs?: JournalFs | undefined;
}

/** The journal's path leads to something else than what we write, or to nothing. */
export class JournalFileError extends Error {
  readonly code = 'ERR_JOURNAL_FILE';
}

/** So much of its end is looked at for the last whole line. */
const TAIL_BYTES = 256 * 1024;
/** For a write that is under way when the program ends at once. */
const TRIES = 100;
const WAIT_MS = 5;
const NOBODY_WAKES = new Int32Array(new SharedArrayBuffer(4));

/**
 * The files of a journal: `FILE`, to which lines are appended, and `FILE.1`, which came before it.
 * One call at a time: each waits for the one before. Any may reject with what the file system says;
 * then it is closed and opened again.
 */
export class JournalStore {
  private readonly path: string;
  private readonly fileLimitBytes: number;
  private readonly fs: JournalFs;
  private readonly lock: JournalLock;
  private file: promises.FileHandle | undefined;
  private identity = '';
  private size = 0;
  /** The size once all that was given to the file system is in the file. */
  private dueSize = 0;

  constructor({ fs = promises, limitBytes, path }: JournalStoreOptions) {
    this.path = path;
    this.fileLimitBytes = Math.floor(limitBytes / 2);
    this.fs = fs;
    this.lock = new JournalLock(`${path}.lock`, fs);
  }

  get isOpen(): boolean {
    return this.file !== undefined;
  }

  /** Whether there is no line in the file. */
  get isEmpty(): boolean {
    return this.size === 0;
  }

  private get older(): string {
    return `${this.path}.1`;
  }

  /** Repairs what is torn. Resolves with the place of the last line; undefined: there is none. */
  async open(): Promise<JournalPlace | undefined> {
    await this.lock.take();
    const file = await this.openFile();
    const { lacksBreak, last, tornBytes } = await this.tailOf(file, this.size);
    if (tornBytes > 0) await file.truncate(this.size - tornBytes);
    this.size -= tornBytes;
    if (lacksBreak) await this.append('\n');
    return last ?? this.lastOfOlder();
  }

  /** Whether so much more may be written before the file is to be {@link rotate}d. */
  hasRoomFor(bytes: number): boolean {
    return this.isEmpty || this.size + bytes <= this.fileLimitBytes;
  }

  /** The file becomes the older one, and a new one is begun. */
  async rotate(): Promise<void> {
    await this.file?.datasync();
    await this.closeFile();
    await this.fs.rename(this.path, this.older);
    await this.openFile();
  }

  async append(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    this.dueSize = this.size + bytes.length;
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await this.opened().write(bytes, at);
      at += bytesWritten;
      this.size += bytesWritten;
    }
  }

  /** What was appended survives a power cut. Rejects where another file is in its place. */
  async sync(): Promise<void> {
    await this.opened().datasync();
    const stats = await this.fs.stat(this.path);
    if (identityOf(stats) === this.identity) return;
    throw new JournalFileError('another file is in its place');
  }

  /** May be called at any time, and twice. */
  async close(): Promise<void> {
    try {
      await this.closeFile();
    } finally {
      await this.lock.release();
    }
  }

  /**
   * For a program that ends at once: hands it to the system, which a process may leave the rest to.
   * Does nothing where that is closed, or where a write that is under way does not come to an end.
   */
  appendNow(text: string): void {
    if (this.file === undefined) return;
    const { fd } = this.file;
    for (let tries = 0; fstatSync(fd).size < this.dueSize; tries += 1) {
      if (tries === TRIES) return;
      Atomics.wait(NOBODY_WAKES, 0, 0, WAIT_MS);
    }
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
  }

  private opened(): promises.FileHandle {
    if (this.file !== undefined) return this.file;
    throw new JournalFileError('it is not open');
  }

  private async openFile(): Promise<promises.FileHandle> {
    await this.refuseOtherKinds();
    this.file = await this.fs.open(this.path, 'a+', 0o600);
    const stats = await this.file.stat();
    this.identity = identityOf(stats);
    this.size = stats.size;
    this.dueSize = stats.size;
    return this.file;
  }

  /** To open a pipe or a terminal does something to it. */
  private async refuseOtherKinds(): Promise<void> {
    const stats = await this.fs.stat(this.path).catch(unlessMissing);
    if (stats?.isFile() === false) throw new JournalFileError('it is no regular file');
  }

  private async closeFile(): Promise<void> {
    const { file } = this;
    this.file = undefined;
    await file?.close();
  }

  private async tailOf(file: promises.FileHandle, size: number) {
    const length = Math.min(size, TAIL_BYTES);
    const bytes = Buffer.alloc(length);
    const { bytesRead } = await file.read(bytes, 0, length, size - length);
    return journalTail(bytes.subarray(0, bytesRead), length === size);
  }

  /** Where a program was killed between two files. */
  private async lastOfOlder(): Promise<JournalPlace | undefined> {
    const file = await this.fs.open(this.older, 'r').catch(unlessMissing);
    if (file === undefined) return undefined;
    try {
      const { size } = await file.stat();
      return (await this.tailOf(file, size)).last;
    } finally {
      await file.close();
    }
  }
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

function identityOf({ dev, ino }: { readonly dev: number; readonly ino: number }): string {
  return `${dev}:${ino}`;
}
