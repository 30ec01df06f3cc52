/** Time and chance as the operating system has them. */
import assert from 'node:assert';
import { performance } from 'node:perf_hooks';

import type { Clock, Random, TimerHandle, WallClock } from '../ports';

/** Node turns a longer delay into 1 ms, with no more than a warning. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/**
 * The machine's monotonic time when `performance.now()` was 0: so that times of one start of the
 * machine can be compared, whichever process has told them.
 */
const MACHINE_ZERO_MS = Number(process.hrtime.bigint() / 1_000n) / 1_000 - performance.now();

export interface SystemClockOptions {
  /** Whether the process ends although there are timers of this clock. Default false. */
  readonly isBackground?: boolean;
}

/** Monotonic time of the machine, and the global timers. */
export class SystemClock implements Clock, WallClock {
  readonly #pending = new Set<TimerHandle>();
  readonly #isBackground: boolean;

  constructor({ isBackground = false }: SystemClockOptions = {}) {
    this.#isBackground = isBackground;
  }

  now(): number {
    return MACHINE_ZERO_MS + performance.now();
  }

  wallTime(): number {
    return Date.now();
  }

  /** Timers that were set, and have neither fired nor been cleared. */
  pendingTimers(): number {
    return this.#pending.size;
  }

  setTimeout(callback: () => void, delayMs: number): TimerHandle {
    assert(delayMs >= 0 && delayMs <= LONGEST_DELAY_MS, `delay of ${delayMs} ms`);
    const timer = new SystemTimer(Math.max(delayMs, 1), () => {
      this.#pending.delete(timer);
      callback();
    });
    if (this.#isBackground) timer.unref();
    this.#pending.add(timer);
    return timer;
  }

  clearTimeout(timer: TimerHandle | undefined): void {
    if (timer === undefined) return;
    assert(timer instanceof SystemTimer, 'a timer of another clock');
    timer.clear();
    this.#pending.delete(timer);
  }
}

class SystemTimer {
  readonly #dueMs: number;
  #timeout: NodeJS.Timeout;
  #isBackground = false;

  constructor(
    delayMs: number,
    private readonly callback: () => void,
  ) {
    this.#dueMs = performance.now() + delayMs;
    this.#timeout = setTimeout(this.#wake, delayMs);
  }

  clear(): void {
    clearTimeout(this.#timeout);
  }

  /** The process does not wait for it. */
  unref(): void {
    this.#isBackground = true;
    this.#timeout.unref();
  }

  /** Node counts whole milliseconds from the start of the loop's turn, and so may be early. */
  readonly #wake = (): void => {
    const leftMs = this.#dueMs - performance.now();
    if (leftMs <= 0) return this.callback();
    this.#timeout = setTimeout(this.#wake, leftMs);
    if (this.#isBackground) this.#timeout.unref();
  };
}

/** Chance for jitter; not for secrets. */
export class SystemRandom implements Random {
  next(): number {
    return Math.random();
  }
}
