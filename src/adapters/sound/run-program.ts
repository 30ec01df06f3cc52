import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

import { killChild } from '../kill-child';

/** Most that is read of what a program says: 256 KiB of each stream. */
const OUTPUT_LIMIT_BYTES = 2 ** 18;

/** Not for programs that play and record: our secrets and settings, and what makes Node differ. */
const OURS = /^(TARS|PICOVOICE|GEMINI|NODE)_/;

export interface ProgramResult {
  /** Whether it was there, ended in time, and ended with 0. */
  readonly isOk: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end, which `signal` or `limitMs` make sudden. Never rejects; when it
 * resolves the process is gone.
 */
export async function runProgram(
  file: string,
  args: readonly string[],
  { limitMs, signal }: { readonly limitMs: number; readonly signal?: AbortSignal },
): Promise<ProgramResult> {
  const options = {
    env: deviceEnvironment(),
    killSignal: 'SIGKILL',
    maxBuffer: OUTPUT_LIMIT_BYTES,
    timeout: limitMs,
  } as const;
  let kill: () => void = () => undefined;
  try {
    return await new Promise((resolve) => {
      const child = execFile(file, args, options, (error, stdout, stderr) => {
        resolve({ isOk: error === null, stdout, stderr });
      });
      child.stdin?.end();
      kill = () => killChild(child, 'SIGKILL');
      signal?.addEventListener('abort', kill);
      if (signal?.aborted) kill();
    });
  } catch {
    return { isOk: false, stdout: '', stderr: '' }; // There is no memory for another process.
  } finally {
    signal?.removeEventListener('abort', kill);
  }
}

/** Whether a program of this name would be found. */
export function isOnPath(program: string): boolean {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '');
  return folders.some((folder) => isExecutable(path.join(folder, program)));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // Not there, or not for us: the next folder may have it.
  }
}

/** The environment of a child that deals with a device: its words are those of the locale C. */
export function deviceEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !OURS.test(name));
  return { ...Object.fromEntries(inherited), LC_ALL: 'C' };
}
