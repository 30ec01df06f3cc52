import { writeSync } from 'node:fs';
import * as promises from 'node:fs/promises';

import type { JournalFs } from '../../src/adapters/journal-store';

type Operation = keyof JournalFs | 'write' | 'datasync';

/** The file system of this machine, until something is wrong with it. */
export class SickDisk {
  /** What an operation says instead of doing anything; `all` is each of them. */
  readonly codes = new Map<Operation | 'all', string>();
  /** So many bytes may be written before it is full. */
  roomBytes = Infinity;
  /** Operations wait for this, if there is one. */
  until: Promise<void> | undefined;
  /** What was written is told only after this, if there is one. */
  untilTold: Promise<void> | undefined;
  /** The most that were under way at a time. */
  mostAtOnce = 0;
  readonly done: Operation[] = [];
  underWay = 0;
  private readonly files: promises.FileHandle[] = [];

  readonly fs: JournalFs = {
    open: async (...args: Parameters<typeof promises.open>) =>
      this.handle(await this.run('open', () => promises.open(...args))),
    readFile: ((...args: Parameters<typeof promises.readFile>) =>
      this.run('readFile', () => promises.readFile(...args))) as typeof promises.readFile,
    rename: (from, to) => this.run('rename', () => promises.rename(from, to)),
    stat: ((path: string) => this.run('stat', () => promises.stat(path))) as typeof promises.stat,
    unlink: (path) => this.run('unlink', () => promises.unlink(path)),
    writeFile: (...args) => this.run('writeFile', () => promises.writeFile(...args)),
  };

  /** What a program that ends at once leaves to the system. */
  async closeAll(): Promise<void> {
    for (const file of this.files) if (file.fd !== -1) await file.close();
  }

  private handle(file: promises.FileHandle): promises.FileHandle {
    this.files.push(file);
    const datasync = file.datasync.bind(file);
    return Object.assign(file, {
      write: (bytes: Buffer, at: number) => this.run('write', () => this.write(file.fd, bytes, at)),
      datasync: () => this.run('datasync', datasync),
    });
  }

  private async write(fd: number, bytes: Buffer, at: number): Promise<object> {
    const bytesWritten = writeSync(fd, bytes, at, this.take(bytes.length - at));
    await this.untilTold;
    return { bytesWritten };
  }

  private take(bytes: number): number {
    if (this.roomBytes === 0) throw errorOf('ENOSPC', 'write');
    const taken = Math.min(bytes, this.roomBytes);
    this.roomBytes -= taken;
    return taken;
  }

  private async run<Result>(
    operation: Operation,
    act: () => Result | Promise<Result>,
  ): Promise<Result> {
    this.underWay += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.underWay);
    try {
      await this.until;
      const code = this.codes.get(operation) ?? this.codes.get('all');
      if (code !== undefined) throw errorOf(code, operation);
      return await act();
    } finally {
      this.underWay -= 1;
      this.done.push(operation);
    }
  }
}

function errorOf(code: string, operation: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: planted, ${operation}`), { code });
}
