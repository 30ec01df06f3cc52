import type { SocketStream } from '../ports';

/** As much as Toxiproxy reads at a time: what `io.Copy` of Go has for a buffer. */
const READ_BYTES = 32_768;

/** Reads a stream as it is asked to, and no sooner. Being closed is an end like any other. */
export class SourceReader {
  readonly #stream: SocketStream;
  #isOver = false;
  #wake: (() => void) | undefined;

  constructor(stream: SocketStream) {
    this.#stream = stream;
    this.#isOver = stream.destroyed;
    stream.on('readable', () => this.#wake?.());
    stream.once('end', () => this.stop());
    stream.once('close', () => this.stop());
  }

  /** Up to 32 KiB, or undefined at the end. */
  async next(): Promise<Buffer | undefined> {
    for (;;) {
      if (this.#isOver || this.#stream.destroyed) return undefined;
      const size = Math.min(this.#stream.readableLength, READ_BYTES);
      if (size > 0) return this.#stream.read(size) as Buffer;
      await this.#somethingNew();
    }
  }

  /** The rest is of no interest. */
  stop(): void {
    this.#isOver = true;
    this.#wake?.();
  }

  #somethingNew(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = undefined;
        resolve();
      };
      // Asks for more, and lets the stream say that it has ended.
      this.#stream.read(0);
    });
  }
}
