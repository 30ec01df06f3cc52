import { SystemClock } from '../adapters/system-clock';
import type { TimerHandle } from '../ports';
import type { WorldClock } from '../sim/host-clock';
import type { Entry } from '../sim/virtual-clock';

/** Time is told in parts of a millisecond that binary fractions hold exactly, so sums are exact. */
const PARTS_OF_A_MS = 1_024;

/**
 * The time of a story that is played in real time, `scale` times as fast as it is told: with 0.02
 * an hour of the story takes 72 s.
 */
export class RealClock implements WorldClock {
  private readonly system = new SystemClock();
  private readonly scale: number;
  private zeroMs: number;
  private readonly waiting = new Set<RealEntry>();
  private scheduled = 0;
  /** The most that anything happened too late, in real milliseconds. */
  mostLateMs = 0;

  constructor(scale: number) {
    this.scale = scale;
    this.zeroMs = this.system.now();
  }

  /** The story begins now. */
  restart(): void {
    this.zeroMs = this.system.now();
  }

  /** Milliseconds of the story since the clock was made. */
  now(): number {
    const storyMs = (this.system.now() - this.zeroMs) / this.scale;
    return Math.floor(storyMs * PARTS_OF_A_MS) / PARTS_OF_A_MS;
  }

  /** Calls back after `delayMs` of the story, never early. */
  schedule(delayMs: number, run: () => void): Entry {
    this.scheduled += 1;
    const entry = new RealEntry(this.now() + delayMs, this.scheduled, run);
    this.waiting.add(entry);
    this.arm(entry);
    return entry;
  }

  cancel(entry: Entry | undefined): void {
    if (!(entry instanceof RealEntry)) return;
    this.system.clearTimeout(entry.timer);
    this.waiting.delete(entry);
  }

  /** Nothing is called any more. */
  close(): void {
    for (const entry of this.waiting) this.cancel(entry);
  }

  private arm(entry: RealEntry): void {
    const leftMs = Math.max(0, (entry.atMs - this.now()) * this.scale);
    entry.timer = this.system.setTimeout(() => this.due(entry), leftMs);
  }

  private due(entry: RealEntry): void {
    if (this.now() < entry.atMs) {
      this.arm(entry);
      return;
    }
    this.waiting.delete(entry);
    this.mostLateMs = Math.max(this.mostLateMs, (this.now() - entry.atMs) * this.scale);
    entry.run();
  }
}

class RealEntry implements Entry {
  timer: TimerHandle | undefined;

  constructor(
    readonly atMs: number,
    readonly seq: number,
    readonly run: () => void,
  ) {}
}
