/** PCM in the order in which it was written. What is taken is copied only across a seam. */
export class PcmQueue {
  private pieces: Buffer[] = [];
  private bytes = 0;

  /** Bytes that wait. */
  get length(): number {
    return this.bytes;
  }

  push(pcm: Buffer): void {
    this.pieces.push(pcm);
    this.bytes += pcm.length;
  }

  /** The oldest so many bytes, or all where that is less. */
  take(bytes: number): Buffer {
    const taken: Buffer[] = [];
    for (let left = Math.min(bytes, this.bytes); left > 0;) {
      const piece = this.takeFromFirst(left);
      taken.push(piece);
      left -= piece.length;
    }
    return taken.length === 1 ? (taken[0] as Buffer) : Buffer.concat(taken);
  }

  clear(): void {
    this.pieces = [];
    this.bytes = 0;
  }

  private takeFromFirst(bytes: number): Buffer {
    const first = this.pieces[0] as Buffer;
    const piece = first.subarray(0, bytes);
    if (piece.length === first.length) this.pieces.shift();
    else this.pieces[0] = first.subarray(bytes);
    this.bytes -= piece.length;
    return piece;
  }
}
