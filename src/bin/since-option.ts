import { InvalidArgumentError } from 'commander';

const UNITS_MS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** For `--since`: so long ago, or a day or a time of day where the reader lives; as a wall time. */
export function toSince(text: string): number {
  const [, count, unit = ''] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  if (count !== undefined) return Date.now() - Number(count) * (UNITS_MS[unit] ?? 0);
  const [, day, time = '00:00'] = /^(\d{4}-\d\d-\d\d)(?:[T ](\d.*))?$/.exec(text) ?? [];
  const wallMs = Date.parse(`${day}T${time}`);
  if (!Number.isNaN(wallMs)) return wallMs;
  throw new InvalidArgumentError('It must be as 12h, 7d, 2026-11-25 or 2026-11-25T08:30.');
}
