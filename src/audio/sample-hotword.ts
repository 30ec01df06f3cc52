import { BYTES_PER_SAMPLE, SAMPLE_RATE_HZ } from '../constants';
import type { HotwordDetector } from '../ports';

/** As Porcupine has it. */
const FRAME_SAMPLES = 512;
/** 16 kHz to 2 kHz: enough of a voice is left to know a recording by, at 1/64 of the work. */
const DECIMATION = 8;
const STEPS_PER_FRAME = FRAME_SAMPLES / DECIMATION;
/** Of a longer hotword the last part is enough. */
const MAX_TEMPLATE_SAMPLES = 0.8 * SAMPLE_RATE_HZ;
/** Below this a template could be found in anything. */
const MIN_TEMPLATE_SAMPLES = 0.2 * SAMPLE_RATE_HZ;
/** Edges of the template below this share of its peak are not part of the word. */
const EDGE = 0.02;
/** A window quieter than this (RMS, of 32,767) holds no word, and is not looked at. */
const QUIET_RMS = 40;

/**
 * A word may begin at any sample of a step, and half a step off it correlates no better than 0.53.
 * So the template is kept at each alignment. The middle one looks at every step, the others only
 * where it saw at least this much. Other speech mostly stays below 0.3.
 */
const ALIGNMENTS = [4, 3, 5, 2, 6, 1, 7, 0];
const GLIMPSE = 0.35;
const DEFAULT_THRESHOLD = 0.6;
/** The least that each half of the word must come to: noise may hide much of the quieter one. */
const HALF_THRESHOLD = 0.35;
/** The correlation is computed in as many sums, so that no addition waits for the one before it. */
const LANES = 4;
/** The share of a template's steps, its loudest, that is looked at first. */
const GIST = 1 / 4;
/** For the rounding of a correlation: some 10,000 times as much as it comes to. */
const ROUNDING = 1e-9;

/** A few loud steps of a template, and what all others together can add at most. */
interface Gist {
  /** Where in the template they are. */
  readonly places: Int32Array;
  readonly steps: Float64Array;
  /** The length of the rest as a vector; all of the template has 1. */
  readonly restLength: number;
}

export interface SampleHotwordOptions {
  /** The recorded hotword, at least 0.2 s of it: 16 kHz mono s16le PCM, or made ready before. */
  readonly template: Buffer | HotwordTemplate;
  /** The least correlation that counts, in (0, 1). Default 0.6. */
  readonly threshold?: number;
}

/** A recorded hotword, made ready once for any number of detectors. */
export class HotwordTemplate {
  /** How long it is, in steps. */
  readonly steps: number;
  /** The recording, once for each alignment; all are of one length. */
  readonly alignments: readonly Float64Array[];
  /** Of the first alignment. */
  readonly gist: Gist;

  /** @throws {RangeError} for less than 0.2 s of sound. */
  constructor(pcm: Buffer) {
    const word = wordOf(samplesOf(pcm));
    // Even in each half's lanes, and one step short, so that every alignment has as many.
    this.steps = 2 * LANES * Math.floor((word.length / DECIMATION - 1) / (2 * LANES));
    this.alignments = ALIGNMENTS.map((at) =>
      normalised(decimated(word.subarray(at, at + this.steps * DECIMATION))),
    );
    this.gist = gistOf(this.alignments[0] as Float64Array);
  }
}

/**
 * Recognises one recording of the hotword in the samples themselves, at any loudness and alignment,
 * with noise over it: no model of speech, so it knows no other voice, and needs no key.
 *
 * It keeps the last stretch of sound as long as the template, at 2 kHz, and correlates the two at
 * each step. The correlation is normalised, so that it is 1 for the recording itself however loud
 * it is.
 */
export class SampleHotword implements HotwordDetector {
  readonly frameSamples = FRAME_SAMPLES;
  private readonly templates: readonly Float64Array[];
  private readonly gist: Gist;
  private readonly steps: number;
  private readonly threshold: number;
  /** The last steps heard; the newest frame is at the end. */
  private readonly heard: Float64Array;
  /** Over the window that ends at the current step. Sums of whole numbers: they never drift. */
  private sum = 0;
  private sumOfSquares = 0;
  /** Steps for which a word that was just found is not found again. */
  private deafSteps = 0;
  private isClosed = false;

  /** @throws {RangeError} for a template that is too short, or a threshold outside (0, 1). */
  constructor(options: SampleHotwordOptions) {
    this.threshold = options.threshold ?? DEFAULT_THRESHOLD;
    if (!(this.threshold > 0 && this.threshold < 1)) {
      throw new RangeError(`threshold must be above 0 and below 1, not ${this.threshold}`);
    }
    const { template } = options;
    const ready = template instanceof HotwordTemplate ? template : new HotwordTemplate(template);
    this.steps = ready.steps;
    this.templates = ready.alignments;
    this.gist = ready.gist;
    this.heard = new Float64Array(this.steps + STEPS_PER_FRAME);
  }

  process(frame: Int16Array): boolean {
    if (this.isClosed) return false;
    this.heard.copyWithin(0, STEPS_PER_FRAME);
    this.heard.set(decimated(frame), this.steps);
    let isFound = false;
    for (let step = 1; step <= STEPS_PER_FRAME; step++) {
      this.slideTo(step);
      if (this.deafSteps > 0) this.deafSteps--;
      else if (this.isHotword(step)) {
        isFound = true;
        this.deafSteps = this.steps >> 1;
      }
    }
    return isFound;
  }

  reset(): void {
    this.heard.fill(0);
    this.sum = 0;
    this.sumOfSquares = 0;
    this.deafSteps = 0;
  }

  close(): void {
    this.isClosed = true;
  }

  /** Moves the window by one step, so that it begins at `start` in what was heard. */
  private slideTo(start: number): void {
    const gone = this.heard[start - 1] as number;
    const come = this.heard[start + this.steps - 1] as number;
    this.sum += come - gone;
    this.sumOfSquares += come * come - gone * gone;
  }

  /** Whether the window that begins at `start` holds the template, at any alignment. */
  private isHotword(start: number): boolean {
    const power = this.sumOfSquares - (this.sum * this.sum) / this.steps;
    if (power < this.steps * (QUIET_RMS * DECIMATION) ** 2) return false;
    const length = Math.sqrt(power);
    if (this.isHopeless(start, length)) return false;
    for (const [turn, template] of this.templates.entries()) {
      const likeness = product(template, this.heard, start) / length;
      if (likeness >= this.threshold && this.isWhole(template, start)) return true;
      if (turn === 0 && likeness < GLIMPSE) return false;
    }
    return false;
  }

  /**
   * Whether the first alignment's likeness is sure to be too small for anything. Its loudest steps
   * tell: those of a voice hold most of its energy, and by the inequality of Cauchy and Schwarz the
   * rest comes to no more than its length times the window's. So nearly every window is done with
   * at a quarter of the price, and none is judged otherwise than by all its steps.
   */
  private isHopeless(start: number, length: number): boolean {
    const { places, restLength, steps } = this.gist;
    const rest = (restLength + ROUNDING) * Math.sqrt(this.sumOfSquares);
    const most = productAt(places, steps, this.heard, start) + rest;
    return most < Math.min(GLIMPSE, this.threshold) * length;
  }

  /** Whether both halves are there: one alone, if loud, makes the whole look alike. */
  private isWhole(template: Float64Array, start: number): boolean {
    const half = this.steps / 2;
    const window = this.heard.subarray(start, start + this.steps);
    return (
      cosine(template.subarray(0, half), window.subarray(0, half)) >= HALF_THRESHOLD &&
      cosine(template.subarray(half), window.subarray(half)) >= HALF_THRESHOLD
    );
  }
}

/** The sum of products of a template with as many steps from `start` on. */
function product(template: Float64Array, heard: Float64Array, start: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < template.length; i += LANES) {
    const at = start + i;
    a += template[i]! * heard[at]!;
    b += template[i + 1]! * heard[at + 1]!;
    c += template[i + 2]! * heard[at + 2]!;
    d += template[i + 3]! * heard[at + 3]!;
  }
  return a + b + c + d;
}

/** As {@link product}, of steps of a template that are not next to each other. */
function productAt(
  places: Int32Array,
  steps: Float64Array,
  heard: Float64Array,
  start: number,
): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < steps.length; i += LANES) {
    a += steps[i]! * heard[start + places[i]!]!;
    b += steps[i + 1]! * heard[start + places[i + 1]!]!;
    c += steps[i + 2]! * heard[start + places[i + 2]!]!;
    d += steps[i + 3]! * heard[start + places[i + 3]!]!;
  }
  return a + b + c + d;
}

/** How alike two stretches are, from -1 to 1; no number where one of them is silence. */
function cosine(a: Float64Array, b: Float64Array): number {
  return product(a, b, 0) / Math.sqrt(product(a, a, 0) * product(b, b, 0));
}

/** Sums of eight samples each: a box filter, in whole numbers. */
function decimated(samples: Int16Array): Float64Array {
  const steps = new Float64Array(Math.floor(samples.length / DECIMATION));
  for (let step = 0; step < steps.length; step++) {
    let sum = 0;
    for (let i = step * DECIMATION; i < (step + 1) * DECIMATION; i++) sum += samples[i] as number;
    steps[step] = sum;
  }
  return steps;
}

/** A recording without its quiet edges, and not longer than need be. */
function wordOf(samples: Int16Array): Int16Array {
  const peak = samples.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0);
  const isLoud = (sample: number) => Math.abs(sample) > peak * EDGE;
  const end = samples.findLastIndex(isLoud) + 1;
  const start = Math.max(samples.findIndex(isLoud), end - MAX_TEMPLATE_SAMPLES);
  if (end - start < MIN_TEMPLATE_SAMPLES) {
    throw new RangeError('template needs at least 0.2 s of sound');
  }
  return samples.subarray(start, end);
}

/** Mean 0, length 1: a product with it needs only the other side's length. */
function normalised(steps: Float64Array): Float64Array {
  const mean = steps.reduce((sum, step) => sum + step, 0) / steps.length;
  const length = Math.sqrt(steps.reduce((sum, step) => sum + (step - mean) ** 2, 0));
  return steps.map((step) => (step - mean) / length);
}

/** The loudest steps of a template, in their order. */
function gistOf(template: Float64Array): Gist {
  const energy = (place: number) => (template[place] as number) ** 2;
  const byLoudness = [...template.keys()].sort((a, b) => energy(b) - energy(a));
  const count = LANES * Math.floor((GIST * template.length) / LANES);
  const places = Int32Array.from(byLoudness.slice(0, count)).sort();
  const steps = Float64Array.from(places, (place) => template[place] as number);
  const restEnergy = byLoudness.slice(count).reduce((sum, place) => sum + energy(place), 0);
  return { places, steps, restLength: Math.sqrt(restEnergy) };
}

function samplesOf(pcm: Buffer): Int16Array {
  const samples = new Int16Array(pcm.length / BYTES_PER_SAMPLE);
  for (let i = 0; i < samples.length; i++) samples[i] = pcm.readInt16LE(i * BYTES_PER_SAMPLE);
  return samples;
}
