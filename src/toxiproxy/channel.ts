import type { Chunk } from './toxic';

interface Waiting {
  readonly chunk: Chunk;
  readonly onAccepted: () => void;
}

/**
 * Chunks on their way from one stage to the next, as in a channel of Go: whoever puts one waits
 * until it was taken, or until it has a place in the queue. That is what makes back-pressure.
 */
export class Channel {
  readonly #capacity: number;
  #waiting: Waiting[] = [];
  #isEnded = false;
  #isAbandoned = false;
  #onReady: (() => void) | undefined;

  /** @param capacity - how many chunks may wait without their sender waiting as well. */
  constructor(capacity = 0) {
    this.#capacity = capacity;
  }

  /** No chunk will be put any more; some may still wait. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  put(chunk: Chunk): Promise<void> {
    if (this.#isAbandoned) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push({ chunk, onAccepted: resolve });
      if (this.#waiting.length <= this.#capacity) resolve();
      this.#ready();
    });
  }

  /** No chunk comes any more. */
  end(): void {
    this.#isEnded = true;
    this.#ready();
  }

  /** The next chunk, or the end behind the last one; undefined where nothing waits. */
  take(): Chunk | 'end' | undefined {
    const first = this.#waiting.shift();
    if (first === undefined) return this.#isEnded ? 'end' : undefined;
    first.onAccepted();
    this.#waiting[this.#capacity - 1]?.onAccepted();
    return first.chunk;
  }

  /** Calls back once, at once where something waits to be taken. Only the latest is called. */
  whenReady(callback: (() => void) | undefined): void {
    this.#onReady = callback;
    if (this.#waiting.length > 0 || this.#isEnded) this.#ready();
  }

  /** Nobody takes anything any more: what waits is lost, and nobody waits for it. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#onReady = undefined;
    for (const { onAccepted } of this.#waiting) onAccepted();
    this.#waiting = [];
  }

  #ready(): void {
    const callback = this.#onReady;
    this.#onReady = undefined;
    callback?.();
  }
}
