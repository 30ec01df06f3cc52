/** As many are told one by one, before they are counted. */
const TOLD_EACH = 3;
const HOUR_MS = 3_600_000;

/**
 * Which of a row of alike facts are worth a line: the first three, then one at each doubling of
 * their number, and one an hour. A day of a fact a minute is 36 lines, a day of a thousand a second
 * is 50.
 */
export class Recurrence {
  readonly sinceMs: number;
  private count = 0;
  private toldMs = -Infinity;

  /** @param nowMs - when the row begins. */
  constructor(nowMs: number) {
    this.sinceMs = nowMs;
  }

  /** How many there have been. */
  get times(): number {
    return this.count;
  }

  /** Counts one more, and says whether it is to be told. */
  next(nowMs: number): boolean {
    this.count += 1;
    const isDoubled = Number.isInteger(Math.log2(this.count));
    const isTold = this.count <= TOLD_EACH || isDoubled || nowMs - this.toldMs >= HOUR_MS;
    if (isTold) this.toldMs = nowMs;
    return isTold;
  }

  /** Whether the next one would be told only because it is one of the first. */
  get isNew(): boolean {
    return this.count <= TOLD_EACH;
  }
}
