/**
 * Chance that can be repeated: one seed a run, and a stream of its own for each name.
 *
 * The generator is sfc32 by Chris Doty-Humphrey (PractRand 0.95, `src/RNGs/sfc.cpp`), the hash
 * cyrb128 by bryc (public domain, https://github.com/bryc/code/blob/master/jshash/PRNGs.md). Both
 * use 32-bit integers alone, so that a seed means the same on every machine and version of Node.
 */
import type { Random } from '../ports';

/** Rounds that are thrown away, so that seeds that look alike give streams that do not. */
const WARM_UP_ROUNDS = 12;

export class SeededRandom implements Random {
  readonly #state: Uint32Array;

  /** The same seed and name give the same numbers. */
  constructor(
    readonly seed: number,
    readonly name: string,
  ) {
    this.#state = hash128(`${seed}/${name}`);
    for (let round = 0; round < WARM_UP_ROUNDS; round++) this.#nextUint32();
  }

  /** A number in [0, 1), one of 2^32. */
  next(): number {
    return this.#nextUint32() / 2 ** 32;
  }

  /** A stream that depends on seed and names alone, not on what was drawn before. */
  fork(name: string): SeededRandom {
    return new SeededRandom(this.seed, `${this.name}/${name}`);
  }

  /** Fills the whole buffer; one draw for each four bytes, and one for those left at the end. */
  fill(buffer: Uint8Array): void {
    let word = 0;
    for (let index = 0; index < buffer.length; index++) {
      word = index % 4 === 0 ? this.#nextUint32() : word >>> 8;
      buffer[index] = word & 0xff;
    }
  }

  #nextUint32(): number {
    const state = this.#state as unknown as [number, number, number, number];
    const [a, b, c, counter] = state;
    const drawn = (a + b + counter) >>> 0;
    state[0] = b ^ (b >>> 9);
    state[1] = c + (c << 3);
    state[2] = ((c << 21) | (c >>> 11)) + drawn;
    state[3] = counter + 1;
    return drawn;
  }
}

/** Draws what it was told first, and then what chance has. */
export class ToldRandom implements Random {
  private readonly told: readonly number[];
  private readonly chance: Random;
  private drawn = 0;

  constructor(told: readonly number[], chance: Random) {
    this.told = told;
    this.chance = chance;
  }

  next(): number {
    const told = this.told[this.drawn];
    this.drawn += 1;
    return told ?? this.chance.next();
  }
}

/** cyrb128: spreads a text over 128 bits. Not for secrets. */
function hash128(text: string): Uint32Array {
  let [h1, h2, h3, h4] = [1779033703, 3144134277, 1013904242, 2773480762];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    h1 = h2 ^ Math.imul(h1 ^ code, 597399067);
    h2 = h3 ^ Math.imul(h2 ^ code, 2869860233);
    h3 = h4 ^ Math.imul(h3 ^ code, 951274213);
    h4 = h1 ^ Math.imul(h4 ^ code, 2716044179);
  }
  h1 = Math.imul(h3 ^ (h1 >>> 18), 597399067);
  h2 = Math.imul(h4 ^ (h2 >>> 22), 2869860233);
  h3 = Math.imul(h1 ^ (h3 >>> 17), 951274213);
  h4 = Math.imul(h2 ^ (h4 >>> 19), 2716044179);
  h1 ^= h2 ^ h3 ^ h4;
  return Uint32Array.of(h1, h2 ^ h1, h3 ^ h1, h4 ^ h1);
}

/** What chance a host has in one of its lives, counted from 1: its program, or another use. */
export function chanceOf(
  random: SeededRandom,
  host: string,
  boot: number,
  use: 'program' | 'masks',
): SeededRandom {
  return random.fork(`${host}/${boot}`).fork(use);
}
