import { LEVELS, PEAK_MS } from './page/levels';

/** 16 kHz mono s16le. */
const BYTES_A_PEAK = PEAK_MS * 32;
const FULL_SCALE = 32_768;

/**
 * The outline of a sound, small enough for a page: the loudest sample of each 20 ms as a letter of
 * {@link LEVELS}.
 *
 * @param pcm - 16 kHz mono s16le.
 */
export function peaksOf(pcm: Buffer): string {
  let peaks = '';
  for (let at = 0; at + 1 < pcm.length; at += BYTES_A_PEAK) {
    peaks += LEVELS[Math.round(loudest(pcm, at) * (LEVELS.length - 1))] ?? '';
  }
  return peaks;
}

/** From 0 to 1. */
function loudest(pcm: Buffer, from: number): number {
  let most = 0;
  const end = Math.min(from + BYTES_A_PEAK, pcm.length - 1);
  for (let at = from; at < end; at += 2) most = Math.max(most, Math.abs(pcm.readInt16LE(at)));
  return most / FULL_SCALE;
}
