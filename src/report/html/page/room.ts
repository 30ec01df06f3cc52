/** Where in a lane something stands that is to be read, so that no label is put upon another. */
export class Room {
  private readonly taken: Uint8Array;

  /** @param width - of the lane, in pixels. */
  constructor(width: number) {
    this.taken = new Uint8Array(Math.ceil(width) + 1);
  }

  /** Whether nothing is there yet. */
  isFree(from: number, to: number): boolean {
    const first = Math.max(0, Math.floor(from));
    return this.taken.subarray(first, Math.max(first, Math.ceil(to))).every((each) => each === 0);
  }

  take(from: number, to: number): void {
    this.taken.fill(1, Math.max(0, Math.floor(from)), Math.max(0, Math.ceil(to)));
  }
}
