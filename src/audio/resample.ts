/**
 * Changes the sample rate: band-limited interpolation with a Kaiser-windowed sinc, the method of
 * J. O. Smith, "Digital Audio Resampling" (ccrma.stanford.edu/~jos/resample).
 *
 *   passes     up to 0.9 of the lower Nyquist frequency, within 0.001 dB
 *   stops      from the lower Nyquist frequency on, by 100 dB: no aliases, no images
 *   delay      none: the filter is symmetric, and each output sits at its own place in the input
 *   gain       1 for a constant
 *
 * Deterministic to the last bit: see {@link makeKernel}.
 */
import { HALF_WIDTH, makeKernel } from './resample-kernel';

/** Mono samples that need not all be in memory. */
export interface SampleSource {
  /** A whole number. */
  readonly sampleRateHz: number;
  /** In samples. */
  readonly length: number;
  /** Fills `into` with the samples from `start` on; where there are none, with zeros. */
  read(start: number, into: Float64Array): void;
}

/** So many outputs at a time bound the memory, and are worth the computing of a phase's taps. */
const BLOCK_SAMPLES = 65_536;

/** How many samples there are at another rate. */
export function resampledLength(length: number, fromHz: number, toHz: number): number {
  return Math.round((length * toHz) / fromHz);
}

/** Computes outputs at another rate, any of them in any order. */
export interface Converter {
  /** Fills `block` with the outputs from `start` on. */
  readonly fill: SampleSource['read'];
  /** How many inputs before and behind the one at its place an output depends on. */
  readonly before: number;
  readonly behind: number;
}

/**
 * The same sound at another rate, in blocks. At that rate already, nothing changes.
 *
 * @param toHz - a whole number.
 */
export function* resample(source: SampleSource, toHz: number): Generator<Float64Array> {
  const length = resampledLength(source.length, source.sampleRateHz, toHz);
  const { fill } = makeConverter(source, toHz);
  for (let start = 0; start < length; start += BLOCK_SAMPLES) {
    const block = new Float64Array(Math.min(BLOCK_SAMPLES, length - start));
    fill(start, block);
    yield block;
  }
}

/** What computes the samples of a source at another rate. */
export function makeConverter(source: SampleSource, toHz: number): Converter {
  return source.sampleRateHz === toHz ? copier(source) : converter(source, toHz);
}

function copier(source: SampleSource): Converter {
  return { fill: (start, block) => source.read(start, block), before: 0, behind: 0 };
}

/**
 * Output n stands at input n * fromHz / toHz. Where that falls between two inputs has only as many
 * cases (phases) as the reduced fraction's denominator, and all outputs of a phase share its taps.
 */
function converter(source: SampleSource, toHz: number): Converter {
  const divisor = greatestCommonDivisor(source.sampleRateHz, toHz);
  const step = source.sampleRateHz / divisor;
  const phases = toHz / divisor;
  const scale = Math.min(1, phases / step);
  const half = Math.ceil(HALF_WIDTH / scale);
  const kernel = makeKernel();
  const firstInput = (n: number) => Math.floor((n * step) / phases) - half + 1;
  const fill: Converter['fill'] = (start, block) => {
    const origin = firstInput(start);
    const inputs = new Float64Array(firstInput(start + block.length - 1) - origin + 2 * half);
    source.read(origin, inputs);
    for (let first = 0; first < Math.min(phases, block.length); first++) {
      const fraction = (((start + first) * step) % phases) / phases;
      const taps = tapsAt(fraction, half, (inputsAway) => kernel(inputsAway * scale));
      let at = firstInput(start + first) - origin;
      for (let n = first; n < block.length; n += phases, at += step) {
        block[n] = dot(taps, inputs, at);
      }
    }
  };
  return { fill, before: half - 1, behind: half };
}

/** The taps of an output that stands `fraction` of an input behind the one of tap `half - 1`. */
function tapsAt(fraction: number, half: number, kernel: (distance: number) => number) {
  const taps = new Float64Array(2 * half);
  let sum = 0;
  for (let i = 0; i < taps.length; i++) {
    taps[i] = kernel(Math.abs(i - half + 1 - fraction));
    sum += taps[i]!;
  }
  for (let i = 0; i < taps.length; i++) taps[i]! /= sum;
  return taps;
}

/** In two sums, so that not every addition waits for the one before it. */
function dot(taps: Float64Array, inputs: Float64Array, at: number): number {
  let even = 0;
  let odd = 0;
  for (let i = 0; i < taps.length; i += 2) {
    even += taps[i]! * inputs[at + i]!;
    odd += taps[i + 1]! * inputs[at + i + 1]!;
  }
  return even + odd;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
