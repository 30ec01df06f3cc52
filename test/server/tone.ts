import { BYTES_PER_MS, BYTES_PER_SAMPLE } from '../../src/constants';

/** A tone as 16 kHz mono s16le PCM; with amplitude 0, silence. */
export function tone(durationMs: number, amplitude = 8_000): Buffer {
  const pcm = Buffer.alloc(durationMs * BYTES_PER_MS);
  for (let at = 0; at < pcm.length; at += BYTES_PER_SAMPLE) {
    pcm.writeInt16LE(Math.round(amplitude * Math.sin(at / 7)), at);
  }
  return pcm;
}

/** Silence as 16 kHz mono s16le PCM. */
export function silence(durationMs: number): Buffer {
  return tone(durationMs, 0);
}
