import type { Random } from '../ports';

/** `fixed`: exactly so far apart; `drawn`: from 1 to nearly twice as far, and so on the average. */
export type Spread = 'fixed' | 'drawn';

export interface CorruptionOptions {
  /** One byte in so many is changed. */
  readonly everyBytes: number;
  readonly spread: Spread;
  /** Says where, if that is drawn, and what a byte becomes. */
  readonly random: Random;
}

/**
 * A path changes bytes, and the checksum of TCP, which is 16 bits long, does not notice. It counts
 * what arrives by the path, whatever connection it belongs to.
 */
export class Corruption {
  readonly #options: CorruptionOptions;
  /** How many bytes arrive as they are before the next that does not. */
  #intact: number;

  constructor(options: CorruptionOptions) {
    this.#options = options;
    this.#intact = this.#draw();
  }

  /** The bytes as they arrive: a copy, where any is changed. */
  pass(bytes: Buffer): Buffer {
    if (this.#intact >= bytes.length) {
      this.#intact -= bytes.length;
      return bytes;
    }
    const changed = Buffer.from(bytes);
    let at = this.#intact;
    for (; at < changed.length; at += this.#draw() + 1) {
      changed.writeUInt8(changed.readUInt8(at) ^ this.#mask(), at);
    }
    this.#intact = at - changed.length;
    return changed;
  }

  #draw(): number {
    const { everyBytes, random, spread } = this.#options;
    if (spread === 'fixed') return everyBytes - 1;
    return Math.floor(random.next() * (2 * everyBytes - 1));
  }

  /** Of 1 to 255: with 0 the byte would stay what it is. */
  #mask(): number {
    return 1 + Math.floor(this.#options.random.next() * 255);
  }
}
