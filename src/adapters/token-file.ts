import { randomBytes, timingSafeEqual } from 'node:crypto';
import { statSync } from 'node:fs';

import type { Authenticator } from '../ports';
import {
  asTokenFileError,
  hashToken,
  parseTokens,
  readTokenText,
  type TokenFileError,
  type TokenRecords,
} from './token-records';

const NOBODY: TokenRecords = new Map();
/** Stands in for the hash of a device that is not known, so that it takes as long to find out. */
const NO_HASH = randomBytes(32);

/**
 * The devices and tokens of a file (`token-records.ts`), as it is at each dial: to look whether it
 * has changed takes some microseconds, and nobody has to be told to read it again. A file that
 * cannot be used lets nobody in, until it can.
 */
export class TokenFile implements Authenticator {
  private readonly path: string;
  private readonly onProblem: (error: TokenFileError) => void;
  private version: string;
  private records: TokenRecords;

  /**
   * Reads the file. Throws a {@link TokenFileError} where it cannot be used; what becomes of it
   * later is told to `onProblem`, once for each change.
   */
  constructor(path: string, onProblem: (error: TokenFileError) => void) {
    this.path = path;
    this.onProblem = onProblem;
    this.version = this.look();
    this.records = this.read();
  }

  /** How many devices have a token. */
  get size(): number {
    return this.records.size;
  }

  verify(device: string, token: string | undefined): boolean {
    this.refresh();
    const known = this.records.get(device);
    const isEqual = timingSafeEqual(hashToken(device, token ?? ''), known ?? NO_HASH);
    return isEqual && known !== undefined && token !== undefined;
  }

  private refresh(): void {
    const version = this.look();
    if (version === this.version) return;
    // Looked at before it is read: what changes in between is seen the next time.
    this.version = version;
    this.records = NOBODY;
    try {
      this.records = this.read();
    } catch (error) {
      this.onProblem(asTokenFileError(this.path, error));
    }
  }

  /** Differs whenever the file may have changed: also where another has come in its place. */
  private look(): string {
    try {
      const { ctimeNs, ino, mode, mtimeNs, size } = statSync(this.path, { bigint: true });
      return [ctimeNs, ino, mode, mtimeNs, size].join();
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? 'unknown';
    }
  }

  private read(): TokenRecords {
    return parseTokens(this.path, readTokenText(this.path));
  }
}
