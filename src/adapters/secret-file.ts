import { readSmallFile } from './small-file';

/** Longer than any token or key that is in use. */
const LIMIT_BYTES = 4_096;
/** What some editors put before everything, as latin1 has it. */
const BYTE_ORDER_MARK = /^\xef\xbb\xbf/;
/** Everybody on the machine may read it. */
const OTHERS_READ = 0o004;

/** A file that should hold a secret and does not. The message never holds what is in the file. */
export class SecretFileError extends Error {
  readonly code = 'ERR_SECRET_FILE';
}

export interface Secret {
  readonly text: string;
  /** What is unwise about its file, though it works. */
  readonly warning?: string;
}

/**
 * Reads a secret: one line of visible characters; what an editor or `echo` puts after it does not
 * count. Throws a {@link SecretFileError}, or what the file system has against the file.
 */
export function readSecretFile(path: string): Secret {
  const { bytes, mode } = readSmallFile(path, LIMIT_BYTES);
  const warning = readableWarning(mode);
  const text = secretIn(bytes.toString('latin1'));
  return warning === undefined ? { text } : { text, warning };
}

/** What is unwise about the mode of a file that is secret; undefined where nothing is. */
export function readableWarning(mode: number): string | undefined {
  if ((mode & OTHERS_READ) === 0) return undefined;
  return `everybody on this machine may read it (mode ${mode.toString(8)}): chmod 600 it`;
}

/** A secret without what surrounds it. Throws a {@link SecretFileError}. */
export function secretIn(content: string): string {
  const text = content.replace(BYTE_ORDER_MARK, '').trim();
  if (text === '') throw new SecretFileError('it is empty');
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw new SecretFileError('it must be one word of visible ASCII, and nothing else');
}
