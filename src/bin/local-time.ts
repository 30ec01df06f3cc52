/** The time of day here, with the distance from UTC: `2026-11-25 14:03:07 +01:00`. */
export function localTime(wallMs: number): string {
  const day = new Date(wallMs);
  const eastMin = -day.getTimezoneOffset();
  const local = new Date(wallMs + eastMin * 60_000).toISOString();
  const sign = eastMin < 0 ? '-' : '+';
  const [hours, minutes] = [Math.floor(Math.abs(eastMin) / 60), Math.abs(eastMin) % 60];
  return `${local.slice(0, 10)} ${local.slice(11, 19)} ${sign}${two(hours)}:${two(minutes)}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
