/** How often somebody who waits is told how far it is. */
export const PROGRESS_EVERY_MS = 2_000;

/** Kept from before a run, in which the real clock is out of reach. */
const realNow = performance.now.bind(performance);

/** A line on standard error at most every two seconds. */
export class Progress {
  private readonly startMs = realNow();
  private toldMs = realNow();

  /** Milliseconds since this was made. */
  elapsedMs(): number {
    return realNow() - this.startMs;
  }

  /** Tells what `text` says, if it is time to. */
  tell(text: () => string): void {
    if (realNow() - this.toldMs < PROGRESS_EVERY_MS) return;
    this.toldMs = realNow();
    process.stderr.write(`  ${text()} ...\n`);
  }
}

/** Made now, because a stream made inside a run would count as reaching past a port. */
process.stderr.writable satisfies boolean;
