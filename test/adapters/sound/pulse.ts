/**
 * A sound card for tests: a PulseAudio of their own, with a virtual speaker that can be recorded
 * and a virtual microphone that can be spoken into.
 *
 *   say      ->  vmic (sink)  ->  its monitor  ->  mic, the default source
 *   record   <-  its monitor  <-  vspk, the default sink
 *
 * Without `norewinds=1` a null sink renders two seconds at once, and nothing that records its
 * monitor keeps up. Both sinks pass 16 kHz mono samples on as they are, bit by bit.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

import { changeEnv } from './environment';

/** Generous: tests share the machine. */
const PATIENCE_MS = 20_000;
const POLL_MS = 10;

const NULL_SINK = 'module-null-sink rate=16000 channels=1 format=s16le norewinds=1';
const MODULES = [
  'module-native-protocol-unix auth-anonymous=1',
  `${NULL_SINK} sink_name=vspk sink_properties=device.description=VirtualSpeaker`,
  `${NULL_SINK} sink_name=vmic sink_properties=device.description=VirtualMicFeed`,
  'module-remap-source source_name=mic master=vmic.monitor ' +
    'source_properties=device.description=VirtualMicrophone',
];
const ARGUMENTS = [
  ...['-n', '--daemonize=no', '--use-pid-file=no', '--exit-idle-time=-1', '--disable-shm=yes'],
  ...['--realtime=no', '--high-priority=no', ...MODULES.flatMap((module) => ['-L', module])],
];
const RAW = ['--raw', '--format=s16le', '--rate=16000', '--channels=1'];
const PROGRAMS = ['pulseaudio', 'paplay', 'parec', 'pactl'];

/** The first program that is missing for a {@link Pulse}; undefined where all are here. */
export function missingForPulse(): string | undefined {
  return PROGRAMS.find((program) => spawnSync(program, ['--version']).error !== undefined);
}

/**
 * A suite with a PulseAudio of its own, to which this process and its children play and from which
 * they record meanwhile. Skipped by name where there is none.
 */
export function describeWithPulse(title: string, suite: (pulse: () => Pulse) => void): void {
  const missing = missingForPulse();
  if (missing !== undefined) {
    describe.skip(`${title} [skipped: ${missing} is not installed]`, () => {
      suite(() => {
        throw new Error(`${missing} is not installed`);
      });
    });
    return;
  }
  describe(title, () => {
    let pulse: Pulse | undefined;
    let leave: (() => void) | undefined;
    before(async () => {
      pulse = await Pulse.start();
      leave = pulse.enter();
    });
    after(async () => {
      leave?.();
      await pulse?.stop();
    });
    suite(() => pulse as Pulse);
  });
}

/** A PulseAudio daemon in a folder of its own; as root too, and without D-Bus. */
export class Pulse {
  private readonly folder: string;
  private readonly children = new Set<ChildProcess>();
  private daemon: ChildProcess | undefined;
  private complaints = '';

  /** Resolves once it takes clients. */
  static async start(): Promise<Pulse> {
    const pulse = new Pulse();
    await pulse.restart();
    return pulse;
  }

  private constructor() {
    this.folder = mkdtempSync(path.join(tmpdir(), 'tars-pulse-'));
  }

  /** What leads a process to this daemon, and to no other. */
  get env(): Readonly<Record<string, string>> {
    return {
      HOME: this.folder,
      PULSE_RUNTIME_PATH: this.folder,
      PULSE_SERVER: `unix:${path.join(this.folder, 'native')}`,
      XDG_RUNTIME_DIR: this.folder,
    };
  }

  get isRunning(): boolean {
    return this.daemon !== undefined;
  }

  /** Leads this process here, and what it starts; until the returned function is called. */
  enter(): () => void {
    return changeEnv(this.env);
  }

  /** Plays a WAV file into the virtual microphone; resolves when all of it was said. */
  async say(file: string): Promise<void> {
    const child = this.run('paplay', ['--device=vmic', file], 'ignore');
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`paplay ended with ${code} on ${file}`);
  }

  /** Listens to the virtual speaker; resolves once it hears something, if only silence. */
  async record(source: 'mic' | 'vspk.monitor' = 'vspk.monitor'): Promise<Recording> {
    const args = [`--device=${source}`, '--latency-msec=20', ...RAW];
    const recording = new Recording(this.run('parec', args, 'pipe'));
    await recording.begun;
    return recording;
  }

  /** As when it crashes: whoever plays or records loses it at once. */
  async kill(): Promise<void> {
    const { daemon } = this;
    this.daemon = undefined;
    await ended(daemon);
  }

  /** As when it hangs, until the returned function is called. */
  freeze(): () => void {
    const { daemon } = this;
    daemon?.kill('SIGSTOP');
    return () => void daemon?.kill('SIGCONT');
  }

  /** Starts it, or starts it anew at the same address. */
  async restart(): Promise<void> {
    await this.kill();
    this.daemon = this.run('pulseaudio', ARGUMENTS, 'ignore');
    const deadline = performance.now() + PATIENCE_MS;
    while (!(await this.answers())) {
      if (performance.now() > deadline) throw new Error(`no PulseAudio: ${this.complaints}`);
      await sleep(POLL_MS);
    }
  }

  /** A fact from `pactl list short KIND`, a line a thing: `sink-inputs`, `sources`, ... */
  async list(kind: string): Promise<string[]> {
    const child = this.run('pactl', ['list', 'short', kind], 'pipe');
    const lines = await text(child.stdout as Readable);
    return lines.split('\n').filter((line) => line !== '');
  }

  /** Loads a module; what comes back unloads it. */
  async load(...module: readonly string[]): Promise<() => Promise<void>> {
    const child = this.run('pactl', ['load-module', ...module], 'pipe');
    const index = (await text(child.stdout as Readable)).trim();
    if (!/^\d+$/.test(index))
      throw new Error(`not loaded: ${module.join(' ')}: ${this.complaints}`);
    return async () => {
      await once(this.run('pactl', ['unload-module', index], 'ignore'), 'exit');
    };
  }

  /** Resolves once somebody records the microphone. */
  async isRecorded(): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    while ((await this.list('source-outputs')).length === 0) {
      if (performance.now() > deadline) throw new Error('nobody records the microphone');
      await sleep(POLL_MS);
    }
  }

  /** Ends the daemon and all that was started here, and removes the folder. */
  async stop(): Promise<void> {
    this.daemon = undefined;
    await Promise.all([...this.children].map(ended));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async answers(): Promise<boolean> {
    const child = this.run('pactl', ['info'], 'ignore');
    const [code] = (await once(child, 'exit')) as [number | null];
    return code === 0;
  }

  private run(program: string, args: readonly string[], stdout: 'ignore' | 'pipe'): ChildProcess {
    const env = { ...process.env, ...this.env, LC_ALL: 'C' };
    const child = spawn(program, args, { env, stdio: ['ignore', stdout, 'pipe'] });
    this.children.add(child);
    child.once('exit', () => this.children.delete(child));
    child.stderr?.setEncoding('utf8').on('data', (complaint: string) => {
      this.complaints = (this.complaints + complaint).slice(-2_000);
    });
    return child;
  }
}

/** What the virtual speaker sounds like, from some moment on. */
export class Recording {
  readonly begun: Promise<void>;
  private readonly child: ChildProcess;
  private readonly stream: Readable;
  private readonly pieces: Buffer[] = [];

  constructor(child: ChildProcess) {
    this.child = child;
    this.stream = child.stdout as Readable;
    this.begun = once(this.stream, 'data').then(() => undefined);
    this.stream.on('data', (piece: Buffer) => this.pieces.push(piece));
  }

  /** All that was heard so far: 16 kHz mono s16le PCM. */
  heard(): Buffer {
    return Buffer.concat(this.pieces);
  }

  /** Resolves with all that was heard, once it is what is waited for; rejects where it never is. */
  async until(isHeard: (pcm: Buffer) => boolean): Promise<Buffer> {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    while (!isHeard(this.heard())) await once(this.stream, 'data', { signal });
    return this.heard();
  }

  /** Ends it; all that was heard. */
  async stop(): Promise<Buffer> {
    await ended(this.child);
    return this.heard();
  }
}

async function ended(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
