import type { Lag } from './ports';

/** A standstill of the event loop that has ended: when, and how long it was, in milliseconds. */
interface Stall {
  readonly atMs: number;
  readonly ms: number;
}

/** So many are remembered; of more, the shorter ones are forgotten first. */
const REMEMBERED = 64;

/** The standstills of a program, as far as any can still be the longest since some instant. */
export class Stalls implements Lag {
  /** Each is longer than those after it. */
  private readonly longest: Stall[] = [];

  /** They are added in the order of time. */
  add(atMs: number, ms: number): void {
    while ((this.longest.at(-1)?.ms ?? Infinity) <= ms) this.longest.pop();
    this.longest.push({ atMs, ms });
    if (this.longest.length > REMEMBERED) this.longest.pop();
  }

  since(sinceMs: number): number {
    return this.longest.find(({ atMs }) => atMs >= sinceMs)?.ms ?? 0;
  }
}
