import { BYTES_PER_SAMPLE } from '../../constants';

/** What 16 bits can hold: the loudest sample is at 0 dBFS. */
const FULL_SCALE = 32_768;
/** Less than a single step of 16 bits. */
const LOWEST_DBFS = -96;

/** How loud a piece of sound is, in decibels below the loudest that there can be: -96 to 0. */
export interface SoundLevel {
  readonly peakDbfs: number;
  readonly rmsDbfs: number;
  /** Samples at the end of the scale: what was louder than that is lost. */
  readonly clippedSamples: number;
}

/** Measures 16 kHz mono s16le PCM. */
export function soundLevel(pcm: Buffer): SoundLevel {
  const samples = Math.floor(pcm.length / BYTES_PER_SAMPLE);
  let peak = 0;
  let squares = 0;
  let clippedSamples = 0;
  for (let index = 0; index < samples; index++) {
    const sample = pcm.readInt16LE(index * BYTES_PER_SAMPLE);
    peak = Math.max(peak, Math.abs(sample));
    squares += sample ** 2;
    if (sample === FULL_SCALE - 1 || sample === -FULL_SCALE) clippedSamples += 1;
  }
  const rms = Math.sqrt(squares / Math.max(samples, 1));
  return { peakDbfs: decibels(peak), rmsDbfs: decibels(rms), clippedSamples };
}

/** A bar as wide as the level is high, from -60 dBFS, which is empty, to 0. */
export function levelBar(dbfs: number, width = 30): string {
  const filled = Math.min(width, Math.max(0, Math.round((1 + dbfs / 60) * width)));
  return '#'.repeat(filled).padEnd(width, '.');
}

function decibels(amplitude: number): number {
  return Math.max(LOWEST_DBFS, 20 * Math.log10(amplitude / FULL_SCALE));
}
