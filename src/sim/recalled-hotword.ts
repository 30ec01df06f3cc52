import type { Clock, HotwordDetector } from '../ports';

/** As the detectors of the field have it: 32 ms. */
const FRAME_SAMPLES = 512;
/** What nobody listened for so soon is not heard any more, in milliseconds. */
const LATEST_MS = 500;

/** A detector that hears again what one heard: at the instants at which a journal tells of it. */
export class RecalledHotword implements HotwordDetector {
  readonly frameSamples = FRAME_SAMPLES;
  private readonly heardMs: number[];
  private readonly clock: Clock;

  /**
   * @param heardMs - of the story, in order.
   * @param clock - counts from the beginning of the story.
   */
  constructor(heardMs: readonly number[], clock: Clock) {
    // A program that is started again has not heard what came before.
    this.heardMs = heardMs.filter((atMs) => atMs >= clock.now());
    this.clock = clock;
  }

  process(): boolean {
    const nowMs = this.clock.now();
    while ((this.heardMs[0] ?? Infinity) < nowMs - LATEST_MS) this.heardMs.shift();
    if ((this.heardMs[0] ?? Infinity) > nowMs) return false;
    this.heardMs.shift();
    return true;
  }

  reset(): void {
    // What it is to hear does not hang by what it heard.
  }

  close(): void {
    // It holds nothing.
  }
}
