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
  /** In the order in which they are due; what is due at one instant in the order of scheduling. */
  private readonly waiting: Entry[] = [];
  private timer: TimerHandle | undefined;
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

  /** Calls back after `delayMs` of the story: never early, nor before what was due earlier. */
  schedule(delayMs: number, run: () => void): Entry {
    this.scheduled += 1;
    const entry = { atMs: this.now() + delayMs, seq: this.scheduled, run };
    const place = this.waiting.findLastIndex(({ atMs }) => atMs <= entry.atMs) + 1;
    this.waiting.splice(place, 0, entry);
    if (place === 0) this.arm();
    return entry;
  }

  cancel(entry: Entry | undefined): void {
    const place = entry === undefined ? -1 : this.waiting.indexOf(entry);
    if (place === -1) return;
    this.waiting.splice(place, 1);
    if (place === 0) this.arm();
  }

  /** Nothing is called any more. */
  close(): void {
    this.waiting.length = 0;
    this.arm();
  }

  private arm(): void {
    this.system.clearTimeout(this.timer);
    this.timer = undefined;
    const [first] = this.waiting;
    if (first === undefined) return;
    const leftMs = Math.max(0, (first.atMs - this.now()) * this.scale);
    this.timer = this.system.setTimeout(() => this.wake(), leftMs);
  }

  /** One entry a turn of the event loop, so that what follows from it comes first. */
  private wake(): void {
    const [first] = this.waiting;
    if (first === undefined || this.now() < first.atMs) {
      this.arm();
      return;
    }
    this.waiting.shift();
    this.mostLateMs = Math.max(this.mostLateMs, (this.now() - first.atMs) * this.scale);
    setImmediate(() => this.wake());
    first.run();
  }
}
