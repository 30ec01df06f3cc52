import { createClock } from '@sinonjs/fake-timers';

import type { Clock } from '../src/ports';

/** Time that stands still until `time.tick(ms)`, and the port that reads it. */
export function fakeTime() {
  const time = createClock(0);
  const clock: Clock = {
    now: () => time.now,
    setTimeout: (callback, delayMs) => time.setTimeout(callback, Math.max(delayMs, 1)) as object,
    clearTimeout: (timer) => time.clearTimeout(timer as never),
  };
  return { time, clock };
}
