import type { Expectation } from '../sim/expectation';

/** What the scheduling of a busy machine may add to any time, in real milliseconds. */
export const NOISE_MS = 60;

/** The same for processes of their own, which have just started and compile as they go. */
export const PROCESS_NOISE_MS = 100;

/** A demand with room for noise in every length of time that it speaks of. */
export function loosened(expectation: Expectation, slackMs: number): Expectation {
  switch (expectation.check) {
    case 'within': {
      const atLeast = Math.max(0, expectation.atLeast - slackMs);
      return { ...expectation, atLeast, atMost: expectation.atMost + slackMs, sameStep: false };
    }
    case 'values': {
      if (!expectation.field.endsWith('Ms')) return expectation;
      const ranges = expectation.ranges.map(([low, high]): [number, number] => [
        low - slackMs,
        high + slackMs,
      ]);
      return { ...expectation, ranges };
    }
    default:
      return expectation;
  }
}
