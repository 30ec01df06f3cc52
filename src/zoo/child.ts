import { spawn } from 'node:child_process';

export interface ChildOptions {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** Real milliseconds after which it is ended. */
  readonly limitMs: number;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** How a child process came to its end. */
export interface ChildExit {
  /** null: it was ended, by us or by another signal. */
  readonly code: number | null;
  readonly timedOut: boolean;
  /** The end of what it wrote to standard error. */
  readonly stderr: string;
}

const MAX_STDERR = 4_000;

/** Runs a program in a process group of its own, so that with it ends whatever it has started. */
export function runChild({ args, cwd, file, limitMs, signal }: ChildOptions): Promise<ChildExit> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...args], {
      cwd,
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    let timedOut = false;
    const kill = (): void => killGroup(child.pid);
    const timer = setTimeout(() => {
      timedOut = true;
      kill();
    }, limitMs);
    signal.addEventListener('abort', kill);
    // Also where this process ends before its time.
    process.once('exit', kill);
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = `${stderr}${text}`.slice(-MAX_STDERR);
    });
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', kill);
      process.off('exit', kill);
      resolve({ code, timedOut, stderr });
    });
    if (signal.aborted) kill();
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // It has ended by itself meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
