/**
 * What tests of the programs share: they run as processes, on plain Node, out of a build of their
 * own. Nothing here sleeps: a test waits for what a program says, or for its end.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';

export const ROOT = path.join(__dirname, '..', '..');
/** For what a test writes, and for the build; gone when the process ends. */
export const FOLDER = mkdtempSync(path.join(tmpdir(), 'tars-link-'));

/** Generous: these programs share a machine with other tests. */
const PATIENCE_MS = 30_000;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where a program reads from and writes to. */
export interface Streams {
  /** Default: nothing, as a service has it. */
  readonly input?: 'ignore' | 'pipe';
  /** Default: the test. Else an open file. */
  readonly output?: 'pipe' | number;
}

type Child = ChildProcessByStdio<Writable | null, Readable | null, Readable>;

/** A program that runs. */
export class Running {
  readonly exited: Promise<Exit>;
  stdout = '';
  stderr = '';
  private static readonly all = new Set<Running>();
  private readonly child: Child;
  private readonly command: string;
  private hasExited = false;

  constructor(
    command: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
    cwd: string = ROOT,
    { input = 'ignore', output = 'pipe' }: Streams = {},
  ) {
    this.command = [path.basename(command), ...args].join(' ');
    this.child = spawn(command, args, {
      cwd,
      env: { ...inherited(), ...env },
      stdio: [input, output, 'pipe'],
    }) as Child;
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.exited = this.watch();
    Running.all.add(this);
  }

  /** Ends whatever still runs. */
  static async endAll(): Promise<void> {
    for (const each of Running.all) each.child.kill('SIGKILL');
    await Promise.all([...Running.all].map(({ exited }) => exited));
    Running.all.clear();
  }

  /** Resolves with what matches once the program has written it. */
  sees(pattern: RegExp): Promise<RegExpExecArray> {
    return this.reads('stdout', pattern);
  }

  /** The same on standard error. */
  complains(pattern: RegExp): Promise<RegExpExecArray> {
    return this.reads('stderr', pattern);
  }

  /** Reads no more of what it writes, as `head` does. */
  closeOutput(name: 'stdout' | 'stderr' = 'stdout'): void {
    this.child[name]?.destroy();
  }

  /** What a person types. */
  types(text: string): void {
    this.child.stdin?.write(text);
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  private reads(name: 'stdout' | 'stderr', pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const fail = (why: string): void =>
        reject(new Error(`${this.command}: ${why} ${pattern}\n${this.stdout}${this.stderr}`));
      const timer = setTimeout(() => fail('waited in vain for'), PATIENCE_MS);
      const look = (): void => {
        const match = pattern.exec(this[name]);
        if (match === null && !this.hasExited) return;
        clearTimeout(timer);
        this.child[name]?.off('data', look);
        if (match === null) fail('ended without');
        else resolve(match);
      };
      this.child[name]?.on('data', look);
      void this.exited.then(look);
      look();
    });
  }

  private watch(): Promise<Exit> {
    return new Promise((resolve) => {
      this.child.once('close', (code, signal) => {
        this.hasExited = true;
        const { stderr, stdout } = this;
        resolve({ code, signal, stdout, stderr });
      });
    });
  }
}

type Program =
  | 'check'
  | 'client'
  | 'conformance'
  | 'explain'
  | 'fuzz'
  | 'keep'
  | 'merge'
  | 'replay'
  | 'scenarios'
  | 'server'
  | 'sweep'
  | 'toxiproxy';

/** A client with nobody around: no device of this machine is touched. */
export const SILENT = ['--microphone', 'null', '--speaker', 'null'] as const;

/** Starts one of our programs; it tells what happens as to a person. */
export function start(
  program: Program,
  args: readonly string[],
  env?: NodeJS.ProcessEnv,
  cwd?: string,
  streams?: Streams,
): Running {
  const file = path.join(FOLDER, 'dist', 'src', 'bin', `${program}.js`);
  const all = { TARS_LOG_FORMAT: 'human', ...env };
  return new Running(process.execPath, [file, ...args], all, cwd, streams);
}

/** Runs one of our programs to its end. */
export function run(...args: Parameters<typeof start>): Promise<Exit> {
  return start(...args).exited;
}

/** A server on a port that the system chose, and where it is. */
export async function startServer(
  ...args: readonly string[]
): Promise<{ readonly server: Running; readonly url: string; readonly port: string }> {
  const server = start('server', ['--port', '0', ...args]);
  const [, port = ''] = await server.sees(/server\.listening port=(\d+)/);
  return { server, port, url: `ws://127.0.0.1:${port}` };
}

let files = 0;

/** A file of the test's own. */
export function written(content: string, mode = 0o600): string {
  files += 1;
  const file = path.join(FOLDER, `written-${files}`);
  writeFileSync(file, content);
  chmodSync(file, mode);
  return file;
}

/** A module that breaks the program which requires it, once that has written such a line. */
export function saboteur(pattern: string, thrown: string): string {
  return written(
    `const fs = require('node:fs');
     const { writeSync } = fs;
     fs.writeSync = (fd, data, ...rest) => {
       if (${pattern}.test(String(data))) setImmediate(() => { ${thrown} });
       return writeSync(fd, data, ...rest);
     };`,
  );
}

let building: Promise<Exit> | undefined;

/** Compiles the programs, once, beside links to what a package has besides. */
export function build(): Promise<Exit> {
  building ??= compile();
  return building;
}

function compile(): Promise<Exit> {
  for (const name of ['package.json', 'node_modules', 'fixtures', 'scenarios']) {
    symlinkSync(path.join(ROOT, name), path.join(FOLDER, name));
  }
  process.once('exit', () => rmSync(FOLDER, { recursive: true, force: true }));
  const tsc = require.resolve('typescript/bin/tsc');
  // The types are checked elsewhere, once.
  const args = ['-p', 'tsconfig.build.json', '--outDir', path.join(FOLDER, 'dist'), '--noCheck'];
  return new Running(process.execPath, [tsc, ...args]).exited;
}

/** Settings of whoever runs the tests are none of the programs'. */
function inherited(): NodeJS.ProcessEnv {
  const { FORCE_COLOR: _colour, NODE_OPTIONS: _options, ...env } = process.env;
  const ours = Object.entries(env).filter(([name]) => !/^(TARS_|TOXIPROXY_URL$)/.test(name));
  return { ...Object.fromEntries(ours), NO_COLOR: '1' };
}
