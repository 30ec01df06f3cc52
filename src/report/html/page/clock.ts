const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** What is longer is told in days. */
const LONG_MS = 4 * DAY_MS;

/** Distances of ticks on an axis, in milliseconds: what a clock can be read at. */
const STEPS_MS = [
  ...[0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND_MS),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000].map((days) => days * DAY_MS),
];

/** `1:02.345`: minutes, seconds and, as far as asked for, parts of them; hours where needed. */
export function clock(ms: number, decimals = 3): string {
  if (ms < 0) return `-${clock(-ms, decimals)}`;
  const scale = 10 ** decimals;
  const rounded = Math.round((ms / SECOND_MS) * scale) / scale;
  const hours = Math.floor(rounded / 3_600);
  const minutes = Math.floor(rounded / 60) % 60;
  const seconds = (rounded % 60).toFixed(decimals).padStart(decimals === 0 ? 2 : 3 + decimals, '0');
  if (hours === 0) return `${minutes}:${seconds}`;
  return `${hours}:${String(minutes).padStart(2, '0')}:${seconds}`;
}

/** How long something takes: `0.3 ms`, `20 ms`, `1.23 s`, `2 min 5 s`, `1 h 4 min`, `9 d 2 h`. */
export function span(ms: number): string {
  if (ms < SECOND_MS) return `${Math.round(ms * 10) / 10} ms`;
  if (ms < MINUTE_MS) return `${Math.round(ms / 10) / 100} s`;
  if (ms < HOUR_MS) {
    const seconds = Math.round((ms % MINUTE_MS) / SECOND_MS);
    return `${Math.floor(ms / MINUTE_MS)} min${seconds === 0 ? '' : ` ${seconds} s`}`;
  }
  if (ms >= LONG_MS) {
    const hours = Math.floor(ms / HOUR_MS);
    return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  }
  return `${Math.floor(ms / HOUR_MS)} h ${Math.round((ms % HOUR_MS) / MINUTE_MS)} min`;
}

export interface Tick {
  readonly atMs: number;
  readonly label: string;
}

/** Ticks that are at least `apartMs` apart. */
export function ticks(fromMs: number, toMs: number, apartMs: number): readonly Tick[] {
  const stepMs = STEPS_MS.find((step) => step >= apartMs) ?? STEPS_MS.at(-1) ?? DAY_MS;
  const decimals = stepMs >= SECOND_MS ? 0 : Math.ceil(-Math.log10(stepMs / SECOND_MS));
  const all: Tick[] = [];
  for (let nth = Math.ceil(fromMs / stepMs); nth * stepMs <= toMs; nth += 1) {
    const atMs = nth * stepMs;
    all.push({ atMs, label: stepMs < DAY_MS ? clock(atMs, decimals) : `${atMs / DAY_MS} d` });
  }
  return all;
}
