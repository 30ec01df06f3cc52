import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fchownSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

import { DEVICE_NAME } from '../protocol';
import {
  asTokenFileError,
  parseTokens,
  readTokenText,
  TokenFileError,
  tokenLine,
} from './token-records';

const HEAD = "# Who may connect: a device a line, and the hash of its token. See 'token add'.\n";
const TOKEN_BYTES = 32;

/**
 * Gives a device a token, and makes the file where there is none. Returns the token, which is
 * written nowhere. Throws a {@link TokenFileError}; also where the device has a token and `replace`
 * does not say that it may lose it, because its Pi would be locked out.
 */
export function addToken(path: string, device: string, { replace = false } = {}): string {
  if (!DEVICE_NAME.test(device)) {
    throw new TokenFileError(path, `'${device}' must be 1 to 64 of A-Z a-z 0-9 . _ -`);
  }
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  change(path, HEAD, (text, isKnown) => {
    if (isKnown(device) && !replace) {
      throw new TokenFileError(path, `${device} has a token; --replace gives it another`);
    }
    return `${without(text, device)}${tokenLine(device, token)}\n`;
  });
  return token;
}

/** Takes its token from a device. Throws a {@link TokenFileError}, also where it has none. */
export function removeToken(path: string, device: string): void {
  change(path, undefined, (text, isKnown) => {
    if (!isKnown(device)) throw new TokenFileError(path, `'${device}' has no token`);
    return without(text, device);
  });
}

/** The devices that have a token, sorted. Throws a {@link TokenFileError}. */
export function listDevices(path: string): readonly string[] {
  return [...parseTokens(path, readTokenText(path)).keys()].sort();
}

/**
 * Writes the file anew beside the old one, and then in its place: whoever reads sees one of the
 * two, also after a power cut. The file beside it is the lock of those who change it, too.
 *
 * @param initial - the text of a file that does not exist yet; without it there has to be one.
 */
function change(
  path: string,
  initial: string | undefined,
  edit: (text: string, isKnown: (device: string) => boolean) => string,
): void {
  const target = existsSync(path) ? realpathSync(path) : path;
  const beside = `${target}.new`;
  const file = openBeside(path, beside);
  try {
    // Not before the lock: somebody else may have made it just now.
    const isNew = initial !== undefined && !existsSync(target);
    const text = isNew ? initial : readTokenText(target);
    const records = parseTokens(path, text);
    writeDurably(
      file,
      edit(text, (device) => records.has(device)),
      target,
    );
    renameSync(beside, target);
    syncFolder(dirname(target));
  } catch (error) {
    rmSync(beside, { force: true });
    throw asTokenFileError(path, error);
  } finally {
    closeSync(file);
  }
}

function openBeside(path: string, beside: string): number {
  try {
    return openSync(beside, 'wx', 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') throw new TokenFileError(path, `${beside} cannot be written: ${code}`);
    throw new TokenFileError(
      path,
      `somebody is changing it, or was cut off while doing so; if nobody is, delete ${beside}`,
    );
  }
}

function writeDurably(file: number, text: string, target: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
  if (existsSync(target)) {
    // The server may run as somebody else than who is giving out tokens, and has to read it.
    const { gid, uid } = statSync(target);
    fchownSync(file, uid, gid);
  }
  fsyncSync(file);
}

/** The new name of a file is on the disk when its folder is. */
function syncFolder(folder: string): void {
  const file = openSync(folder, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** The text without the line of this device; comments stay. */
function without(text: string, device: string): string {
  const lines = text.split('\n').filter((line) => !line.startsWith(`${device} `));
  return lines.join('\n').replace(/\n*$/, '\n');
}
