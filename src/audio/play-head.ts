import { BYTES_PER_MS, BYTES_PER_SAMPLE } from '../constants';
import type { Clock } from '../ports';

/**
 * Where a device is in the sound that it was given, as the clock has it.
 *
 * Sound is heard in runs: a run begins when something is given into silence, and bytes of it are
 * heard at 32 a millisecond, counted from its beginning so that nothing drifts.
 */
export class PlayHead {
  private readonly clock: Clock;
  private runStartMs = 0;
  private runBytes = 0;
  /** Given, and heard, in the runs before this one. */
  private earlierBytes = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** So much is to be heard after what was given before. */
  give(bytes: number): void {
    if (this.heardBytes() === this.givenBytes()) this.beginRun();
    this.runBytes += bytes;
  }

  givenBytes(): number {
    return this.earlierBytes + this.runBytes;
  }

  heardBytes(): number {
    const elapsedBytes = (this.clock.now() - this.runStartMs) * BYTES_PER_MS;
    // The tolerance is far below a sample: times of a real clock have rounding errors.
    const samples = Math.floor((elapsedBytes + 1e-3) / BYTES_PER_SAMPLE);
    return this.earlierBytes + Math.min(this.runBytes, samples * BYTES_PER_SAMPLE);
  }

  private beginRun(): void {
    this.earlierBytes += this.runBytes;
    this.runBytes = 0;
    this.runStartMs = this.clock.now();
  }
}
