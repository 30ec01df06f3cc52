/** Park and Miller's generator: the same noise on every machine. */
const MULTIPLIER = 48_271;
const MODULUS = 0x7fff_ffff;

/** Evenly spread noise in [-peak, peak]; always the same. */
export function seededNoise(samples: number, peak: number): Int16Array {
  let state = 1;
  return Int16Array.from({ length: samples }, () => {
    state = (state * MULTIPLIER) % MODULUS;
    return Math.round(((state / MODULUS) * 2 - 1) * peak);
  });
}
