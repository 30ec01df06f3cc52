/**
 * The process that runs openWakeWord's models: told which by its first message, it answers each
 * chunk of sound with a score, in order.
 *
 * A process and no worker thread: onnxruntime-node aborts the whole program where a thread that is
 * inside it is ended, be it by `terminate()` or by `process.exit()`.
 */
import { createRequire } from 'node:module';

import {
  NotAKeywordModel,
  OpenWakeWordPipeline,
  type ModelFiles,
  type OnnxRuntime,
} from './openwakeword-pipeline';

export interface Load {
  readonly type: 'load';
  readonly runtime: string;
  readonly models: ModelFiles;
}

/** 80 ms of sound. Another generation than before does not follow on what was heard so far. */
export interface Hear {
  readonly type: 'hear';
  readonly generation: number;
  readonly chunk: Int16Array;
}

export type ToProcess = Load | Hear;

export type FromProcess =
  | { readonly type: 'ready' }
  | { readonly type: 'refused'; readonly what: 'runtime' | 'keyword' }
  | { readonly type: 'heard'; readonly generation: number; readonly score: number };

const FAILED = 1;

let pipeline: OpenWakeWordPipeline | undefined;
let generation = 0;
/** One message at a time: the pipeline's windows are shared. */
let turn: Promise<void> = Promise.resolve();

async function take(message: ToProcess): Promise<void> {
  if (message.type === 'load') await load(message);
  else await hear(message);
}

async function load({ models, runtime }: Load): Promise<void> {
  try {
    const onnx = createRequire(__filename)(runtime) as OnnxRuntime;
    pipeline = await OpenWakeWordPipeline.load(onnx, models);
    say({ type: 'ready' });
  } catch (error) {
    say({ type: 'refused', what: error instanceof NotAKeywordModel ? 'keyword' : 'runtime' });
  }
}

async function hear({ chunk, generation: current }: Hear): Promise<void> {
  if (pipeline === undefined) return;
  if (current !== generation) pipeline.reset();
  generation = current;
  say({ type: 'heard', generation, score: await pipeline.score(chunk) });
}

function say(message: FromProcess): void {
  process.send?.(message);
}

/**
 * Whoever started this process ends it: a Ctrl-C at the terminal is meant for that one. It ends by
 * itself once there is nobody left to talk to.
 */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('message', (message) => {
  turn = turn.then(() => take(message as ToProcess)).catch(() => process.exit(FAILED));
});
