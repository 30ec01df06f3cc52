import type { SampleSource } from './resample';
import { WavError } from './wav-error';
import type { WavFormat } from './wav-format';

/** The range of s16le, which all samples are brought to: 8 bits times 256, floats times 32,768. */
const MIN_SAMPLE = -32_768;
const MAX_SAMPLE = 32_767;

type ReadSample = (at: number) => number;

/**
 * The samples of a checked format, as the average of their channels, in the range of s16le but not
 * rounded to whole numbers. A float beyond that range is clipped.
 *
 * Its `read` throws {@link WavError} `WAV_BAD_SAMPLE` for a float that is no number: what that
 * would sound like, nobody knows.
 *
 * @param bytes - whole frames.
 */
export function monoSource(bytes: Buffer, format: WavFormat): SampleSource {
  const { channels, bytesPerFrame, sampleRateHz } = format;
  const bytesPerSample = bytesPerFrame / channels;
  const sampleAt = sampleReader(bytes, format);
  const length = bytes.length / bytesPerFrame;
  const average = (frame: number) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++) {
      sum += sampleAt(frame * bytesPerFrame + channel * bytesPerSample);
    }
    return sum / channels;
  };
  return {
    sampleRateHz,
    length,
    read(start, into) {
      const first = Math.max(0, -start);
      const end = Math.max(first, Math.min(into.length, length - start));
      into.fill(0, 0, first).fill(0, end);
      for (let i = first; i < end; i++) into[i] = average(start + i);
    },
  };
}

/** Writes samples as s16le from byte `at` of a buffer on: rounded, and clipped, never wrapped. */
export function writePcm(samples: Float64Array, into: Buffer, at: number): void {
  for (const sample of samples) {
    into.writeInt16LE(clipped(Math.round(sample)), at);
    at += 2;
  }
}

function sampleReader(bytes: Buffer, format: WavFormat): ReadSample {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLittle = format.isLittleEndian;
  const isFloat = format.encoding === 'IEEE float';
  switch (format.bitsPerSample) {
    case 8:
      return (at) => (view.getUint8(at) - 128) * 256;
    case 16:
      return (at) => view.getInt16(at, isLittle);
    case 24:
      return isLittle
        ? (at) => view.getInt16(at + 1, true) + view.getUint8(at) / 256
        : (at) => view.getInt16(at, false) + view.getUint8(at + 2) / 256;
    case 32:
      return isFloat
        ? (at) => scaled(view.getFloat32(at, isLittle), at, format)
        : (at) => view.getInt32(at, isLittle) / 65_536;
    default:
      return (at) => scaled(view.getFloat64(at, isLittle), at, format);
  }
}

function scaled(value: number, at: number, { bytesPerFrame, sampleRateHz }: WavFormat): number {
  if (Number.isFinite(value)) return clipped(value * 32_768);
  const second = Math.floor(at / bytesPerFrame) / sampleRateHz;
  throw new WavError(
    'WAV_BAD_SAMPLE',
    `A sample at ${second.toFixed(3)} s is ${value}: the file is damaged. Export it anew.`,
  );
}

function clipped(sample: number): number {
  return Math.min(Math.max(sample, MIN_SAMPLE), MAX_SAMPLE);
}
