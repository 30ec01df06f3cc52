import { z } from 'zod';

const UNITS = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * A length of time as a story tells it: `'1.5 s'`, `'5 min'`; `'2..4 s'` is drawn from the seed.
 */
export type Duration = `${number} ${Unit}` | `${number}..${number} ${Unit}`;
type Unit = keyof typeof UNITS;

const FORM = /^(\d+(?:\.\d+)?) (ms|s|min|h|d)$/;

/** The schema of a {@link Duration}: whole milliseconds come out of it. */
export const duration = z
  .custom<Duration>((value) => typeof value === 'string' && FORM.test(value), {
    error: "must be a number, a space and a unit (ms, s, min, h or d), like '1.5 s' or '1..2 s'",
  })
  .transform(durationMs);

/** A duration in whole milliseconds. */
export function durationMs(text: Duration): number {
  const [, amount, unit] = FORM.exec(text) ?? [];
  return Math.round(Number(amount) * UNITS[unit as Unit]);
}
