/** Files that a person wrote for a program: settings, secrets. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** A file that is not read, for its kind or its size. */
export class FileRefusedError extends Error {
  readonly code = 'ERR_FILE_REFUSED';
}

export interface SmallFile {
  readonly bytes: Buffer;
  /** Who may do what with it, as `chmod` has it. */
  readonly mode: number;
}

/**
 * Reads a regular file whole, up to a limit. Throws a {@link FileRefusedError}, or what the file
 * system has against it. A folder or a pipe is refused, and not waited for.
 */
export function readSmallFile(path: string, limitBytes: number): SmallFile {
  // Without O_NONBLOCK to open a pipe is to wait until somebody writes into it.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    if (stats.isDirectory()) throw new FileRefusedError('it is a folder');
    if (!stats.isFile()) throw new FileRefusedError('it is no regular file');
    return { bytes: readUpTo(file, limitBytes), mode: stats.mode & 0o777 };
  } finally {
    closeSync(file);
  }
}

function readUpTo(file: number, limitBytes: number): Buffer {
  const bytes = Buffer.alloc(limitBytes + 1);
  let length = 0;
  for (let read = -1; read !== 0 && length < bytes.length; length += read) {
    read = readSync(file, bytes, length, bytes.length - length, null);
  }
  if (length <= limitBytes) return bytes.subarray(0, length);
  throw new FileRefusedError(`it has more than ${limitBytes} bytes`);
}
