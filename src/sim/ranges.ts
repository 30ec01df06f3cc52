import type { Random } from '../ports';

/** `'13..14.5 s'`: any length of time between the two, drawn from the seed of the run. */
const RANGE = /^(\d+(?:\.\d+)?)\.\.(\d+(?:\.\d+)?) (ms|s|min|h|d)$/;

/**
 * Draws every range of a scenario: what comes back has one length of time in the place of each. A
 * scenario with ranges is a family, and each seed picks one of it.
 */
export function drawRanges(value: unknown, random: Random): unknown {
  if (typeof value === 'string') return drawRange(value, random);
  if (Array.isArray(value)) return value.map((each) => drawRanges(each, random));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, drawRanges(each, random)]),
  );
}

function drawRange(text: string, random: Random): string {
  const [, low, high, unit] = RANGE.exec(text) ?? [];
  if (low === undefined) return text;
  const drawn = Number(low) + random.next() * (Number(high) - Number(low));
  // Six decimals are below a millisecond in every unit but the day, and print without an exponent.
  return `${drawn.toFixed(6)} ${unit}`;
}
