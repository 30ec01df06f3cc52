import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { parseEventLines, type JournalEntry } from './journal';

/** Where programs are, and what runs them: the build, or the sources by ts-node. */
const EXTENSION = path.extname(__filename);
const NODE_ARGS =
  EXTENSION === '.ts' ? ['-r', require.resolve('ts-node/register/transpile-only')] : [];

/** Time enough for a program to start on a busy machine. */
const START_LIMIT_MS = 30_000;
/** A shutdown takes three seconds at most. */
const STOP_LIMIT_MS = 10_000;

export interface ProgramOptions {
  readonly program: 'client' | 'server';
  readonly args: readonly string[];
  /** What is put before the command, such as `ip netns exec NAME`. */
  readonly runOn: readonly [string, ...string[]];
  /** Where it writes its events. */
  readonly eventFile: string;
}

/** One life of a production program, as a process of its own. */
export class NetnsProgram {
  readonly startedWallMs = Date.now();
  readonly exited: Promise<number | null>;
  private readonly child: ChildProcess;
  private readonly options: ProgramOptions;
  private output = '';
  private complaints = '';

  constructor(options: ProgramOptions) {
    this.options = options;
    const { args, eventFile, program, runOn } = options;
    const file = path.join(__dirname, '..', 'bin', program + EXTENSION);
    const [command, ...before] = runOn;
    const all = [...before, process.execPath, ...NODE_ARGS, file, ...args, '--events', eventFile];
    this.child = spawn(command, all, { env: plainEnv(), stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.complaints += text));
    this.exited = new Promise((resolve) => {
      this.child.once('error', ({ message }) => (this.complaints += message));
      this.child.once('close', (code) => resolve(code));
    });
  }

  /** Resolves once the program has written this. */
  sees(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (this.output.includes(text)) done();
      };
      const done = (why?: string): void => {
        clearTimeout(timer);
        this.child.stdout?.off('data', look);
        if (why === undefined) resolve();
        else reject(this.error(`${why} '${text}'`));
      };
      const timer = setTimeout(() => done('never wrote'), START_LIMIT_MS);
      this.child.stdout?.on('data', look);
      void this.exited.then(() => done('ended before it wrote'));
      look();
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Ends it as an operator does. Rejects where it does not stop of itself, and well. */
  async stop(): Promise<void> {
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), STOP_LIMIT_MS);
    const code = await this.exited;
    clearTimeout(timer);
    if (code !== 0) throw this.error(`ended with ${code ?? 'a signal'} when it was told to stop`);
  }

  /** What it has told so far. */
  events(): readonly JournalEntry[] {
    return parseEventLines(readFileSync(this.options.eventFile, 'utf8'));
  }

  private error(why: string): Error {
    const said = this.complaints.trim();
    return new Error(`The ${this.options.program} ${why}.${said === '' ? '' : `\n${said}`}`);
  }
}

/** Settings of whoever compares are none of the programs'. */
function plainEnv(): NodeJS.ProcessEnv {
  const { FORCE_COLOR: _colour, NODE_OPTIONS: _options, ...env } = process.env;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('TARS_')));
}
