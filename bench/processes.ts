/**
 * Programs as processes of their own, out of a build of the bench's own, and what they use.
 *
 *   build()           compiles the programs of src/bin and bench/programs, once
 *   Program           one that runs, with the meter in it (programs/meter.ts)
 *   cpuMsOf()         what a process used while something went on
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { DevicesDone, DevicesTask } from './programs/load';
import type { MeterAnswers, MeterQuestion, Usage } from './programs/meter';
import { progress } from './table';

const ROOT = path.join(__dirname, '..');
/** For a build of plain JavaScript, and for what programs write. Gone when the bench ends. */
export const FOLDER = mkdtempSync(path.join(tmpdir(), 'tars-bench-'));
/** Descriptors that a program may have; where the system grants less, as many as it does. */
const DESCRIPTORS = 65_536;
/** From a question to its answer: a task of the devices takes the longest. */
const PATIENCE_MS = 120_000;

/** Long enough to write a profile. */
const DROP_MS = 10_000;

interface Message {
  readonly meter?: MeterQuestion;
  readonly answer?: unknown;
  readonly port?: number;
  readonly done?: number;
  readonly failed?: string;
}

/** Flags of Node itself for every program, as `--cpu-prof`. */
let nodeFlags: readonly string[] = [];

export function useNodeFlags(flags: readonly string[]): void {
  nodeFlags = flags;
}

/** A program that runs. What it says on standard error is said on ours. */
export class Program {
  readonly exited: Promise<number | null>;
  stdout = '';
  private static readonly all = new Set<Program>();
  private readonly child: ChildProcess;
  private readonly name: string;

  /** `file` is relative to the build: `src/bin/client.js`, `bench/programs/devices.js`. */
  constructor(file: string, args: readonly string[] = []) {
    this.name = file;
    const meter = path.join(FOLDER, 'dist/bench/programs/meter.js');
    const node = [process.execPath, '--expose-gc', ...nodeFlags];
    const command = [...node, '--require', meter, path.join(FOLDER, 'dist', file), ...args];
    // Node cannot raise the limit of its own process.
    const limit = `ulimit -n ${DESCRIPTORS} 2>/dev/null || ulimit -n "$(ulimit -Hn)"`;
    this.child = spawn('bash', ['-c', `${limit}; exec "$@"`, 'bash', ...command], {
      cwd: FOLDER,
      env: environment(),
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => this.read(text));
    this.exited = this.watch();
    Program.all.add(this);
  }

  /** Ends whatever still runs. */
  static async endAll(): Promise<void> {
    await Promise.all([...Program.all].map((each) => each.drop()));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Asks the meter. */
  async ask<Question extends MeterQuestion>(meter: Question): Promise<MeterAnswers[Question]> {
    const { answer } = await this.told({ meter }, (message) => message.meter === meter);
    return answer as MeterAnswers[Question];
  }

  /** Has devices do something, and resolves with how many of what they did. */
  async have(task: DevicesTask): Promise<number> {
    const { done } = await this.told(task, (message) => message.done !== undefined);
    return (done as DevicesDone['done'] | undefined) ?? 0;
  }

  /** Where a server of `bench/programs` listens. */
  async port(): Promise<number> {
    const { port } = await this.told(undefined, (message) => message.port !== undefined);
    return port ?? 0;
  }

  /** Resolves with what matches, once the program has written it. */
  async sees(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.stdout);
      if (match !== null) return match;
      await this.says();
    }
  }

  /** Resolves when the program has written anything more; rejects where it has ended. */
  async says(): Promise<void> {
    await Promise.race([this.child.stdout && once(this.child.stdout, 'data'), this.ended()]);
  }

  /** Stops the program as a person would. */
  async stop(): Promise<number | null> {
    Program.all.delete(this);
    this.child.kill('SIGTERM');
    return this.exited;
  }

  /** Ends the program where it is: the meter exits, which writes a profile where one is taken. */
  private async drop(): Promise<void> {
    Program.all.delete(this);
    if (this.child.connected) this.child.disconnect();
    const timer = setTimeout(() => this.child.kill('SIGKILL'), DROP_MS);
    await this.exited;
    clearTimeout(timer);
  }

  private told(question: object | undefined, isIt: (message: Message) => boolean) {
    const answered = new Promise<Message>((resolve, reject) => {
      const timer = setTimeout(() => finish(new Error('no answer')), PATIENCE_MS);
      const finish = (what: Message | Error): void => {
        clearTimeout(timer);
        this.child.off('message', listen);
        if (what instanceof Error) reject(new Error(`${this.name}: ${what.message}`));
        else resolve(what);
      };
      const listen = (message: Message): void => {
        if (message.failed !== undefined) finish(new Error(message.failed));
        else if (isIt(message)) finish(message);
      };
      this.child.on('message', listen);
    });
    if (question !== undefined) this.child.send(question);
    return Promise.race([answered, this.ended()]);
  }

  private async ended(): Promise<never> {
    const code = await this.exited;
    throw new Error(`${this.name} ended with ${code}: ${this.stdout.slice(-500)}`);
  }

  /** A program of thousands of devices has a lot to say, and only the end is of interest. */
  private read(text: string): void {
    const KEPT = 2 ** 20;
    this.stdout = (this.stdout + text).slice(-KEPT);
  }

  private watch(): Promise<number | null> {
    return new Promise((resolve) => this.child.once('exit', (code) => resolve(code)));
  }
}

/** What of its processor's time a program used while something went on, in milliseconds. */
export async function cpuMsOf(program: Program, act: () => Promise<unknown>): Promise<number> {
  const { cpuMs: before } = await program.ask('usage');
  await act();
  return (await program.ask('usage')).cpuMs - before;
}

/** What a program needs, once what it no longer needs is collected. */
export async function needOf(program: Program): Promise<Usage> {
  await program.ask('collect');
  return program.ask('usage');
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

let building: Promise<void> | undefined;

/** Compiles the programs, beside links to what a package has besides. */
export function build(): Promise<void> {
  building ??= compile();
  return building;
}

async function compile(): Promise<void> {
  progress('compiling');
  for (const name of ['package.json', 'node_modules', 'fixtures']) {
    symlinkSync(path.join(ROOT, name), path.join(FOLDER, name));
  }
  process.once('exit', () => rmSync(FOLDER, { recursive: true, force: true }));
  const tsc = require.resolve('typescript/bin/tsc');
  const args = [tsc, '-p', 'tsconfig.bench.json', '--outDir', path.join(FOLDER, 'dist')];
  // The types are checked elsewhere.
  const child = spawn(process.execPath, [...args, '--noCheck'], { cwd: ROOT, stdio: 'inherit' });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`the programs do not compile: tsc ended with ${code}`);
}

/** Settings of whoever measures are none of the programs'. */
function environment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(
    ([name]) => !/^(TARS_|NODE_OPTIONS$)/.test(name),
  );
  return Object.fromEntries(entries);
}
