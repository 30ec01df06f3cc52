/**
 * openWakeWord's three models in a row (github.com/dscripka/openWakeWord, `openwakeword/utils.py`),
 * each fed with the latest of what the one before gave:
 *
 *   1,760 samples -> 8 x 32 mel bands -> the last 76 of them -> 96 features -> the last 16 -> score
 *
 * The tensors are windows that slide by 80 ms with each chunk.
 */
import { seededNoise } from './seeded-noise';

/** 80 ms: what one step takes. */
export const CHUNK_SAMPLES = 1_280;
/** The mel model looks back three of its steps of 10 ms. */
const CONTEXT_SAMPLES = 480;
const BANDS = 32;
const MEL_FRAMES = 76;
const FEATURES = 96;
/** A model may look back this far, in chunks; those that there are look back 16. */
const MAX_LOOK_BACK = 125;

/** Empty windows sound like hotwords to some models; a murmur of 4 s fills them. */
const WARM_UP_CHUNKS = 50;
const WARM_UP_PEAK = 1_000;

/** As much of `onnxruntime-node` as is used. */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(path: string, options: Readonly<Record<string, unknown>>): Promise<OnnxSession>;
  };
  readonly Tensor: new (type: 'float32', data: Float32Array, shape: readonly number[]) => object;
}

interface OnnxSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly inputMetadata: readonly { readonly shape?: readonly (number | string)[] }[];
  run(inputs: Readonly<Record<string, object>>): Promise<Record<string, { data: Float32Array }>>;
}

/** The paths of the three models. */
export interface ModelFiles {
  readonly mel: string;
  readonly embedding: string;
  readonly keyword: string;
}

/** One thread: more of them would cost the machine more, and the step is short enough. */
const OPTIONS = { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential' };

/** The keyword's file is no model, or none that scores openWakeWord's features. */
export class NotAKeywordModel extends Error {}

export class OpenWakeWordPipeline {
  private readonly audio = new Window(CONTEXT_SAMPLES + CHUNK_SAMPLES);
  private readonly mel = new Window(MEL_FRAMES * BANDS);
  private readonly features: Window;

  private constructor(
    private readonly runtime: OnnxRuntime,
    private readonly models: Readonly<Record<keyof ModelFiles, OnnxSession>>,
    private readonly lookBack: number,
  ) {
    this.features = new Window(lookBack * FEATURES);
  }

  /** Loads and warms up. Rejects with {@link NotAKeywordModel}, or the runtime's error. */
  static async load(runtime: OnnxRuntime, files: ModelFiles): Promise<OpenWakeWordPipeline> {
    const create = (file: string): Promise<OnnxSession> =>
      runtime.InferenceSession.create(file, OPTIONS);
    const mel = await create(files.mel);
    const embedding = await create(files.embedding);
    const keyword = await create(files.keyword).catch(refuse);
    const models = { mel, embedding, keyword };
    const pipeline = new OpenWakeWordPipeline(runtime, models, lookBackOf(keyword));
    await pipeline.warmUp();
    return pipeline;
  }

  /** How sure the model is, from 0 to 1, that its keyword ended about here. */
  async score(chunk: Int16Array): Promise<number> {
    this.audio.push(chunk);
    const mel = await this.run('mel', this.audio, [1, this.audio.data.length]);
    this.mel.push(mel.map((value) => value / 10 + 2));
    const features = await this.run('embedding', this.mel, [1, MEL_FRAMES, BANDS, 1]);
    this.features.push(features);
    const shape = [1, this.lookBack, FEATURES];
    const [score, ...others] = await this.run('keyword', this.features, shape).catch(refuse);
    const isScore = score !== undefined && score >= 0 && score <= 1 && others.length === 0;
    return isScore ? score : refuse();
  }

  /** Back to how it was after the warm-up. */
  reset(): void {
    for (const window of [this.audio, this.mel, this.features]) window.restore();
  }

  private async warmUp(): Promise<void> {
    const noise = seededNoise(WARM_UP_CHUNKS * CHUNK_SAMPLES, WARM_UP_PEAK);
    for (let at = 0; at < noise.length; at += CHUNK_SAMPLES) {
      await this.score(noise.subarray(at, at + CHUNK_SAMPLES));
    }
    for (const window of [this.audio, this.mel, this.features]) window.keep();
  }

  private async run(
    name: keyof ModelFiles,
    { data }: Window,
    shape: readonly number[],
  ): Promise<Float32Array> {
    const model = this.models[name];
    const input = new this.runtime.Tensor('float32', data, shape);
    const outputs = await model.run({ [model.inputNames[0] as string]: input });
    return (outputs[model.outputNames[0] as string] as { data: Float32Array }).data;
  }
}

/** The latest numbers of a stream, the newest at the end. */
class Window {
  readonly data: Float32Array;
  private kept: Float32Array;

  constructor(length: number) {
    this.data = new Float32Array(length);
    this.kept = new Float32Array(length);
  }

  push(numbers: ArrayLike<number>): void {
    this.data.copyWithin(0, numbers.length);
    this.data.set(numbers, this.data.length - numbers.length);
  }

  keep(): void {
    this.kept = this.data.slice();
  }

  restore(): void {
    this.data.set(this.kept);
  }
}

/** How many chunks a model of a keyword looks back. */
function lookBackOf({ inputMetadata }: OnnxSession): number {
  const [, lookBack, features] = inputMetadata[0]?.shape ?? [];
  const isModel = features === FEATURES && typeof lookBack === 'number' && lookBack > 0;
  if (!isModel || lookBack > MAX_LOOK_BACK) throw new NotAKeywordModel();
  return lookBack;
}

function refuse(): never {
  throw new NotAKeywordModel();
}
