/** Where one sound lies in another, and how much they are alike there, from -1 to 1. */
export interface Match {
  readonly atSample: number;
  readonly likeness: number;
}

/** So far apart are the places that are looked at first: 1 ms. */
const COARSE_SAMPLES = 16;

/**
 * Finds a sound in a recording by normalised cross-correlation: coarsely first, over their
 * loudness, and then sample by sample around the best places.
 */
export function find(sound: Buffer, recording: Buffer): Match {
  const needle = samplesOf(sound);
  const hay = samplesOf(recording);
  let best: Match = { atSample: 0, likeness: -1 };
  const last = hay.length - needle.length;
  for (const start of candidates(needle, hay)) {
    const to = Math.min(last, start + COARSE_SAMPLES);
    for (let at = Math.max(0, start - COARSE_SAMPLES); at <= to; at += 1) {
      const likeness = likenessAt(needle, hay, at);
      if (likeness > best.likeness) best = { atSample: at, likeness };
    }
  }
  return best;
}

/** The places, 1 ms apart, where the course of loudness fits best. */
function candidates(needle: Int16Array, hay: Int16Array): readonly number[] {
  const KEPT = 5;
  const [small, large] = [loudness(needle), loudness(hay)];
  const places = Array.from({ length: Math.max(0, large.length - small.length + 1) }, (_, at) => ({
    at,
    likeness: likenessAt(small, large, at),
  }));
  places.sort((a, b) => b.likeness - a.likeness);
  return places.slice(0, KEPT).map(({ at }) => at * COARSE_SAMPLES);
}

function loudness(samples: Int16Array): Float64Array {
  const course = new Float64Array(Math.floor(samples.length / COARSE_SAMPLES));
  for (let at = 0; at < course.length; at += 1) {
    let sum = 0;
    for (let i = 0; i < COARSE_SAMPLES; i += 1) {
      sum += Math.abs(samples[at * COARSE_SAMPLES + i] ?? 0);
    }
    course[at] = sum;
  }
  return course;
}

function likenessAt(
  needle: Int16Array | Float64Array,
  hay: Int16Array | Float64Array,
  at: number,
): number {
  let [product, ofNeedle, ofHay] = [0, 0, 0];
  for (let i = 0; i < needle.length; i += 1) {
    const a = needle[i] ?? 0;
    const b = hay[at + i] ?? 0;
    product += a * b;
    ofNeedle += a * a;
    ofHay += b * b;
  }
  return ofNeedle === 0 || ofHay === 0 ? 0 : product / Math.sqrt(ofNeedle * ofHay);
}

function samplesOf(pcm: Buffer): Int16Array {
  const samples = new Int16Array(Math.floor(pcm.length / 2));
  for (let at = 0; at < samples.length; at += 1) samples[at] = pcm.readInt16LE(at * 2);
  return samples;
}
