import { setTimeout as sleep } from 'node:timers/promises';

/** A bound for a loaded machine, not an expectation. */
const PATIENCE_MS = 10_000;

/** Waits until the condition holds; fails where it does not within a generous time. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('waited in vain');
    await sleep(2);
  }
}
