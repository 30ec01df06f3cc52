import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';

import { DEVICE_NAME } from '../protocol';

/**
 * What a token file holds of each device: a hash, from which the token cannot be had. SHA-256 is
 * enough, because a token is 256 bits of chance: there is nothing to guess that a slow hash would
 * have to protect. The name is hashed with the token, so that a line that is copied to another
 * device opens nothing, and tokens that are equal do not look it.
 */
export type TokenRecords = ReadonlyMap<string, Buffer>;

/** A token file that cannot be used; the message has its path, its line, and what to do. */
export class TokenFileError extends Error {
  readonly code = 'ERR_TOKEN_FILE';

  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`);
    this.name = 'TokenFileError';
  }
}

const LINE = /^(\S+) sha256:([0-9a-f]{64})$/;
/** Some thousand devices; what is longer is another file. */
const MAX_BYTES = 256 * 1024;
/** Those bits of a file's mode by which others than its owner may write it. */
const WRITABLE_BY_OTHERS = 0o022;

/** The hash of a device's token, 32 bytes. */
export function hashToken(device: string, token: string): Buffer {
  return createHash('sha256').update(`tars-token\n${device}\n${token}`).digest();
}

/** The line of a device, without its end. */
export function tokenLine(device: string, token: string): string {
  return `${device} sha256:${hashToken(device, token).toString('hex')}`;
}

/** The text of a token file. Throws a {@link TokenFileError} where it is none or unreadable. */
export function readTokenText(path: string): string {
  try {
    const stats = statSync(path);
    if (!stats.isFile()) throw new TokenFileError(path, 'is no file');
    if (stats.size > MAX_BYTES) throw new TokenFileError(path, 'is too long for a token file');
    if ((stats.mode & WRITABLE_BY_OTHERS) !== 0) {
      throw new TokenFileError(path, `others may change it; chmod 600 '${path}'`);
    }
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw asTokenFileError(path, error);
  }
}

/**
 * Reads the text of a token file: `kitchen sha256:` and 64 digits of 0-9 and a-f a line, empty
 * lines, and comments behind a `#` at the beginning. Throws a {@link TokenFileError} for the first
 * line that is anything else: by half of a file some would be locked out, and nobody would know.
 */
export function parseTokens(path: string, text: string): TokenRecords {
  const records = new Map<string, Buffer>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '' || line.startsWith('#')) continue;
    const problem = readLine(line, records);
    if (problem === undefined) continue;
    throw new TokenFileError(path, `line ${index + 1}: ${problem}. Till then nobody is let in.`);
  }
  return records;
}

/** An error of the file system, as one of the token file. */
export function asTokenFileError(path: string, error: unknown): TokenFileError {
  if (error instanceof TokenFileError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const hint = "there is no such file; 'token add' and the name of a device makes it";
  return new TokenFileError(path, code === 'ENOENT' ? hint : (code ?? message));
}

/** Takes a line over; returns what is wrong with it. It may be a token, so it is not repeated. */
function readLine(line: string, records: Map<string, Buffer>): string | undefined {
  const [, device = '', digits = ''] = LINE.exec(line) ?? [];
  if (digits === '') return "must be a device, a space, 'sha256:' and 64 digits of 0-9 and a-f";
  if (!DEVICE_NAME.test(device)) return 'the device must be 1 to 64 of A-Z a-z 0-9 . _ -';
  if (records.has(device)) return 'its device has a line already';
  records.set(device, Buffer.from(digits, 'hex'));
  return undefined;
}
