import { BYTES_PER_SAMPLE, SAMPLE_RATE_HZ } from '../constants';
import type { Cue } from '../events';

const NOTE_MS = 130;
/** A note that began or ended at full loudness would click. */
const FADE_MS = 15;
/** Of full scale: heard across a room, and no fright at night. */
const LOUDNESS = 0.3;

/**
 * The two notes of each cue, in hertz: high and rising for "yes?", falling for "not now", level for
 * "no", low and rising for "again".
 */
const NOTES_HZ: Readonly<Record<Cue, readonly [number, number]>> = {
  listening: [1046.5, 1568.0],
  offline: [587.33, 392.0],
  rejected: [311.13, 311.13],
  interrupted: [440.0, 659.26],
};

/**
 * The sound of a cue: two notes of 130 ms, as 16 kHz mono s16le PCM. Always the same samples for
 * the same cue, in a buffer of the caller's own.
 */
export function cueSound(cue: Cue): Buffer {
  return Buffer.concat(NOTES_HZ[cue].map((frequencyHz) => tone(frequencyHz, NOTE_MS)));
}

/** One note that fades in and out. */
function tone(frequencyHz: number, durationMs: number): Buffer {
  const samples = samplesIn(durationMs);
  const pcm = Buffer.alloc(samples * BYTES_PER_SAMPLE);
  for (let at = 0; at < samples; at++) {
    const wave = Math.sin((2 * Math.PI * frequencyHz * at) / SAMPLE_RATE_HZ);
    const amplitude = 32_767 * LOUDNESS * fade(at, samples);
    pcm.writeInt16LE(Math.round(wave * amplitude), at * BYTES_PER_SAMPLE);
  }
  return pcm;
}

/** From 0 at either end of a note to 1 in its middle. */
function fade(at: number, samples: number): number {
  return Math.min(1, at / samplesIn(FADE_MS), (samples - 1 - at) / samplesIn(FADE_MS));
}

function samplesIn(durationMs: number): number {
  return (durationMs * SAMPLE_RATE_HZ) / 1000;
}
