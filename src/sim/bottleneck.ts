import type { VirtualClock } from './virtual-clock';

/** Something that wants to pass, and how long it is in bytes. */
export interface Cargo {
  /** Whose it is; see {@link Bottleneck.drop}. */
  readonly owner: object;
  readonly bytes: number;
  /** The last byte has passed. */
  readonly leave: () => void;
}

/**
 * The narrow part of a path: one byte after the other, first come, first served, whatever
 * connection it belongs to. It holds no more than the send buffers of those who use it.
 *
 * Payload counts and headers do not; a dial and an acknowledgement pass beside the queue.
 */
export class Bottleneck {
  readonly #clock: VirtualClock;
  /** In bytes a second, each of a fault; the lowest counts. */
  readonly #rates: number[] = [];
  #queue: Cargo[] = [];
  #isBusy = false;
  /** When the last byte that was let in has passed, in milliseconds with their fraction. */
  #freeAtMs = 0;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  /** Whether what is sent now has to queue. */
  get isNarrow(): boolean {
    return this.#rates.length > 0 || this.#isBusy;
  }

  /** No faster than this from now on, until it is {@link widen}ed again. */
  narrow(bytesPerSecond: number): void {
    this.#rates.push(bytesPerSecond);
  }

  /** Takes back one call of {@link narrow}. What is passing goes on at its pace. */
  widen(bytesPerSecond: number): void {
    this.#rates.splice(this.#rates.indexOf(bytesPerSecond), 1);
  }

  enter(cargo: Cargo): void {
    this.#queue.push(cargo);
    if (this.#isBusy) return;
    this.#freeAtMs = Math.max(this.#freeAtMs, this.#clock.now());
    this.#takeNext();
  }

  /** What waits of this owner is gone; what has begun to pass goes on. */
  drop(owner: object): void {
    this.#queue = this.#queue.filter((cargo) => cargo.owner !== owner);
  }

  #takeNext(): void {
    const cargo = this.#queue.shift();
    this.#isBusy = cargo !== undefined;
    if (cargo === undefined) return;
    this.#freeAtMs += this.#passingMs(cargo.bytes);
    const leftMs = Math.max(0, Math.ceil(this.#freeAtMs) - this.#clock.now());
    const pass = (): void => {
      cargo.leave();
      this.#takeNext();
    };
    this.#clock.schedule(leftMs, pass, this);
  }

  #passingMs(bytes: number): number {
    return this.#rates.length === 0 ? 0 : (bytes * 1000) / Math.min(...this.#rates);
  }
}
