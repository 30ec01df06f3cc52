import type { Clock, TimerHandle } from '../ports';

/** The longest delay of a `Clock`. Toxics take any number of milliseconds: those go in hops. */
const LONGEST_HOP_MS = 2 ** 31 - 1;

/** Calls back once after `delayMs`, however long that is. Returns how to call it off. */
export function setAlarm(clock: Clock, delayMs: number, callback: () => void): () => void {
  const dueMs = clock.now() + delayMs;
  let timer: TimerHandle | undefined;
  const hop = (): void => {
    // Real time goes on between two looks, and a microsecond may be over at the second.
    const leftMs = Math.max(0, dueMs - clock.now());
    timer =
      leftMs > LONGEST_HOP_MS
        ? clock.setTimeout(hop, LONGEST_HOP_MS)
        : clock.setTimeout(callback, leftMs);
  };
  hop();
  return () => clock.clearTimeout(timer);
}
