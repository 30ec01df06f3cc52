/**
 * What tests of the programs share: they run as processes, on plain Node, out of a build of their
 * own. Nothing here sleeps: a test waits for what a program says, or for its end.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';

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

type Child = ChildProcessByStdio<null, Readable, Readable>;

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
  ) {
    this.command = [path.basename(command), ...args].join(' ');
    this.child = spawn(command, args, {
      cwd,
      env: { ...inherited(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
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

  /** Resolves with what matches once the program has written it, by default to standard output. */
  sees(pattern: RegExp, stream: 'stdout' | 'stderr' = 'stdout'): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const fail = (why: string): void =>
        reject(new Error(`${this.command}: ${why} ${pattern}\n${this.stdout}${this.stderr}`));
      const timer = setTimeout(() => fail('waited in vain for'), PATIENCE_MS);
      const look = (): void => {
        const match = pattern.exec(this[stream]);
        if (match === null && !this.hasExited) return;
        clearTimeout(timer);
        this.child[stream].off('data', look);
        if (match === null) fail('ended without');
        else resolve(match);
      };
      this.child[stream].on('data', look);
      void this.exited.then(look);
      look();
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
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

/** Starts one of our programs. */
export function start(
  program: 'client' | 'conformance' | 'server' | 'scenarios' | 'toxiproxy',
  args: readonly string[],
  env?: NodeJS.ProcessEnv,
  cwd?: string,
): Running {
  const file = path.join(FOLDER, 'dist', 'src', 'bin', `${program}.js`);
  return new Running(process.execPath, [file, ...args], env, cwd);
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

let building: Promise<Exit> | undefined;

/** Compiles the programs, once, beside links to what a package has besides. */
export function build(): Promise<Exit> {
  building ??= compile();
  return building;
}

function compile(): Promise<Exit> {
  for (const name of ['package.json', 'node_modules', 'fixtures']) {
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
