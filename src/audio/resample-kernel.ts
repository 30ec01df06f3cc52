/** Half of the kernel's width, in samples of the lower rate. */
export const HALF_WIDTH = 64;

/**
 * In the middle of the band between what passes and what stops, as a part of the lower Nyquist
 * frequency. That band is as wide as width and window make it: 0.9 to 1.
 */
const CUTOFF = 0.95;
/** 0.1102 * (dB - 8.7), for 100 dB (J. F. Kaiser, 1974). */
const KAISER_BETA = 10.06;
/** Of the table, to a sample. A straight line between two of them is off by -116 dB at most. */
const STEPS = 512;

/**
 * A Kaiser-windowed sinc, at a distance from its middle in samples of the lower rate. Its sum over
 * a filter's taps is not 1: whoever uses it divides by that.
 *
 * Computed with + - * / and rounding only. IEEE 754 fixes their last bit, as nobody does that of
 * `Math.sin`, so that it is the same on every machine and engine.
 */
export function makeKernel(): (distance: number) => number {
  const table = new Float64Array(HALF_WIDTH * STEPS + 2);
  for (let i = 0; i < HALF_WIDTH * STEPS; i++) {
    table[i] = sinc((CUTOFF * i) / STEPS) * kaiser(i / (HALF_WIDTH * STEPS));
  }
  return (distance) => {
    const place = Math.min(distance, HALF_WIDTH) * STEPS;
    const low = Math.floor(place);
    return table[low]! + (table[low + 1]! - table[low]!) * (place - low);
  };
}

/** sin(pi x) / (pi x): the sine by its series around the nearest multiple of pi. */
function sinc(x: number): number {
  if (x === 0) return 1;
  const whole = Math.round(x);
  const angle = Math.PI * (x - whole);
  let term = whole % 2 === 0 ? angle : -angle;
  let sine = 0;
  for (let k = 1; k <= 21; k += 2) {
    sine += term;
    term *= -(angle * angle) / ((k + 1) * (k + 2));
  }
  return sine / (Math.PI * x);
}

/**
 * The Kaiser window, at a place between its middle, 0, and its end, 1: the modified Bessel function
 * I0, by its series. Not divided by I0(beta), as nobody needs that.
 */
function kaiser(place: number): number {
  const square = KAISER_BETA * KAISER_BETA * (1 - place * place);
  let term = 1;
  let sum = 0;
  for (let k = 1; k <= 40; k++) {
    sum += term;
    term *= square / (4 * k * k);
  }
  return sum;
}
