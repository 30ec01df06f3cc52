/** Two seconds: what was said while the engine started. */
const MAX_BYTES = 64_000;

/**
 * Audio that came before the engine was there to hear it. A base peer speaks at once after the
 * hotword, for want of an answer to wait for, and its first words would be lost.
 */
export class EarlyAudio {
  private pieces: Buffer[] = [];
  private bytes = 0;

  /** Keeps a piece. Returns how many bytes of older ones gave way to it. */
  keep(pcm: Buffer): number {
    this.pieces.push(pcm);
    this.bytes += pcm.length;
    const before = this.bytes;
    while (this.bytes > MAX_BYTES) this.bytes -= this.pieces.shift()?.length ?? 0;
    return before - this.bytes;
  }

  /** Everything that was kept, oldest first; nothing is kept afterwards. */
  take(): readonly Buffer[] {
    const { pieces } = this;
    this.pieces = [];
    this.bytes = 0;
    return pieces;
  }
}
