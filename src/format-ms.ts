const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const;

/** Milliseconds as a person reads them: `20 ms`, `1.234 s`, `1 h 2 min 3 s`. */
export function formatMs(ms: number): string {
  if (Math.abs(ms) < 1_000) return `${round(ms)} ms`;
  const parts: string[] = [];
  let rest = ms;
  for (const [unit, size] of UNITS) {
    if (rest >= size) parts.push(`${Math.floor(rest / size)} ${unit}`);
    rest %= size;
  }
  if (rest > 0) parts.push(`${round(rest / 1_000)} s`);
  return parts.join(' ');
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
