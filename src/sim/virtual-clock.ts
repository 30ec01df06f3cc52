/**
 * Virtual time: a list of instants, and in each instant a list of entries.
 *
 * fake-timers orders the instants, with one timer for each that holds anything. Within an instant
 * the order is ours, because fake-timers knows only one (that of insertion), and a simulation that
 * explores interleavings needs others. The clock runs nothing itself: it hands out the next entry,
 * and whoever drives it runs that, catches what it throws and lets the event loop drain.
 */
import assert from 'node:assert';

import { createClock } from '@sinonjs/fake-timers';

/** fake-timers, like Node, turns a longer delay into 1 ms. Longer ways are gone in hops. */
const LONGEST_HOP_MS = 2 ** 31 - 1;

/** Something to run at an instant. */
export interface Entry {
  /** The instant, in milliseconds since the clock began. */
  readonly atMs: number;
  /** Order of scheduling in the whole clock, from 1. */
  readonly seq: number;
  readonly run: () => void;
}

/** Picks which of `count` entries that may go next does: an integer in [0, count). */
export type Order = (count: number) => number;

export interface VirtualClockOptions {
  /** Default: the entry that was scheduled first. */
  readonly order?: Order;
}

export class VirtualClock {
  readonly #fake = createClock(0);
  readonly #order: Order | undefined;
  readonly #ahead = new Map<number, Instant>();
  #current = new Instant(0);
  /** Where the driver wants to stop. It is kept although nothing may be scheduled there. */
  #stop: Instant | undefined;
  #scheduled = 0;

  constructor(options: VirtualClockOptions = {}) {
    this.#order = options.order;
  }

  /** Milliseconds since the clock began; an integer. */
  now(): number {
    return this.#current.atMs;
  }

  /**
   * Puts `run` into the instant `delayMs` from now. A delay of 0 means later in this same instant,
   * after all that waits in it already.
   *
   * @param lane - entries of one lane keep their order, whatever the order of the rest: bytes of
   *   one direction, timers of one program.
   */
  schedule(delayMs: number, run: () => void, lane?: object): Entry {
    assert(Number.isSafeInteger(delayMs) && delayMs >= 0, `delay of ${delayMs} ms`);
    const instant = delayMs === 0 ? this.#current : this.#instantAt(this.now() + delayMs);
    this.#scheduled += 1;
    const entry = new ScheduledEntry(instant, this.#scheduled, run, lane);
    instant.add(entry);
    return entry;
  }

  /** Takes an entry back. One that was handed out or taken back already is left alone. */
  cancel(entry: Entry | undefined): void {
    if (entry === undefined) return;
    assert(entry instanceof ScheduledEntry, 'an entry of another clock');
    const { instant } = entry;
    if (instant === undefined) return;
    instant.remove(entry);
    if (instant.isEmpty()) this.#forget(instant);
  }

  /**
   * Hands out the next entry that is due at `untilMs` or before, and moves to its instant. Without
   * one it moves to `untilMs` and returns undefined.
   */
  next(untilMs: number): Entry | undefined {
    assert(Number.isSafeInteger(untilMs), `until ${untilMs} ms`);
    for (;;) {
      const entry = this.#current.take(this.#order);
      if (entry !== undefined) return entry;
      if (this.now() >= untilMs) return undefined;
      this.#stopAt(untilMs);
      this.#fake.next();
    }
  }

  #stopAt(untilMs: number): void {
    if (this.#stop?.atMs === untilMs) return;
    const last = this.#stop;
    this.#stop = this.#instantAt(untilMs);
    if (last?.isEmpty()) this.#forget(last);
  }

  #instantAt(atMs: number): Instant {
    const known = this.#ahead.get(atMs);
    if (known !== undefined) return known;
    const instant = new Instant(atMs);
    this.#ahead.set(atMs, instant);
    this.#approach(instant);
    return instant;
  }

  #approach(instant: Instant): void {
    const hopMs = Math.min(instant.atMs - this.#fake.now, LONGEST_HOP_MS);
    instant.timer = this.#fake.setTimeout(() => this.#reach(instant), hopMs);
  }

  #reach(instant: Instant): void {
    if (this.#fake.now < instant.atMs) {
      this.#approach(instant);
      return;
    }
    this.#ahead.delete(instant.atMs);
    this.#current = instant;
  }

  /** Without this, timers that are set and cleared for ever would fill the memory. */
  #forget(instant: Instant): void {
    if (instant === this.#stop || this.#ahead.get(instant.atMs) !== instant) return;
    this.#ahead.delete(instant.atMs);
    this.#fake.clearTimeout(instant.timer);
  }
}

class ScheduledEntry implements Entry {
  readonly atMs: number;
  /** Undefined once the entry waits no more. */
  instant: Instant | undefined;

  constructor(
    instant: Instant,
    readonly seq: number,
    public run: () => void,
    readonly lane: object | undefined,
  ) {
    this.atMs = instant.atMs;
    this.instant = instant;
  }
}

/** The entries of one instant in order. Those that were cancelled stay as husks for a while. */
class Instant {
  timer: ReturnType<ReturnType<typeof createClock>['setTimeout']> | undefined;
  #entries: ScheduledEntry[] = [];
  /** Entries before this index were handed out. */
  #head = 0;
  #husks = 0;

  constructor(readonly atMs: number) {}

  isEmpty(): boolean {
    return this.#entries.length - this.#head === this.#husks;
  }

  add(entry: ScheduledEntry): void {
    this.#entries.push(entry);
  }

  remove(entry: ScheduledEntry): void {
    entry.instant = undefined;
    entry.run = nothing;
    this.#husks += 1;
    if (this.#husks * 2 > this.#entries.length - this.#head) this.#compact();
  }

  take(order: Order | undefined): ScheduledEntry | undefined {
    if (this.isEmpty()) {
      this.#compact();
      return undefined;
    }
    const entry = order === undefined ? this.#takeFirst() : this.#takeAny(order);
    entry.instant = undefined;
    return entry;
  }

  #takeFirst(): ScheduledEntry {
    for (;;) {
      const entry = this.#entries[this.#head];
      assert(entry !== undefined);
      this.#head += 1;
      if (entry.instant !== undefined) return entry;
      this.#husks -= 1;
    }
  }

  #takeAny(order: Order): ScheduledEntry {
    this.#compact();
    const free = this.#atHeadOfLane();
    const entry = free[order(free.length)];
    assert(entry !== undefined, 'the order picked an entry that does not exist');
    this.#entries.splice(this.#entries.indexOf(entry), 1);
    return entry;
  }

  #atHeadOfLane(): readonly ScheduledEntry[] {
    const lanes = new Set<object>();
    return this.#entries.filter(({ lane }) => {
      if (lane === undefined) return true;
      const isHead = !lanes.has(lane);
      lanes.add(lane);
      return isHead;
    });
  }

  #compact(): void {
    if (this.#head === 0 && this.#husks === 0) return;
    this.#entries = this.#entries.slice(this.#head).filter((each) => each.instant !== undefined);
    this.#head = 0;
    this.#husks = 0;
  }
}

function nothing(): void {}
