import * as d3 from 'd3';

import { rowCount, type Lane } from './lane';
import type { Row } from './rows';

/** What is under the pointer. */
export interface Hit {
  readonly lane: Lane;
  readonly label: string;
  readonly fromMs: number;
  /** Absent: it happens at an instant. */
  readonly toMs?: number;
  /** Its event; -1 where none stands behind it. */
  readonly event: number;
}

/** So near, in pixels, a mark is meant. */
const NEAR = 6;

export function rowAt(rows: readonly Row[], y: number): Row | undefined {
  return rows.find(({ height, top }) => y >= top && y < top + height);
}

/** What of a lane is meant by a point. A mark comes before what lasts, and that before flows. */
export function hitOf(row: Row, atMs: number, y: number, pixelMs: number): Hit | undefined {
  const { lane } = row;
  if (lane === undefined) return undefined;
  const nearMs = NEAR * pixelMs;
  return (
    nearestMark(lane, atMs, nearMs) ??
    lasting(lane, atMs, pixelMs, (y - row.top) / row.height) ??
    nearestFlow(lane, atMs, nearMs)
  );
}

/** Ticks are small beside what happens at the same instant. */
function nearestMark(lane: Lane, atMs: number, nearMs: number): Hit | undefined {
  const near = lane.marks.filter(({ atMs: fromMs }) => Math.abs(fromMs - atMs) <= nearMs);
  const bold = near.filter(({ glyph }) => glyph !== 'tick');
  const mark = d3.least(bold.length > 0 ? bold : near, ({ atMs: at }) => Math.abs(at - atMs));
  if (mark === undefined) return undefined;
  const { atMs: fromMs, event, label } = mark;
  return { lane, label, fromMs, event };
}

/** @param depth - how far down the lane, from 0 to 1: which of the rows is meant. */
function lasting(lane: Lane, atMs: number, pixelMs: number, depth: number): Hit | undefined {
  const rows = rowCount(lane.spans);
  const isHere = ({ fromMs, toMs }: { fromMs: number; toMs: number }): boolean =>
    atMs >= fromMs - pixelMs && atMs <= toMs + pixelMs;
  const inRow = lane.spans.find(
    (span) =>
      isHere({ fromMs: span.fromMs, toMs: Math.max(span.toMs, span.boundMs ?? span.toMs) }) &&
      span.row === Math.min(rows - 1, Math.floor(depth * rows)),
  );
  const found = inRow ?? (depth > 0.75 ? lane.strip.find(isHere) : undefined);
  if (found !== undefined) return { lane, ...found };
  const wave = lane.waves.find(isHere);
  if (wave !== undefined) return { lane, label: 'sound', ...wave };
  const strip = lane.strip.find(isHere);
  return strip === undefined ? undefined : { lane, ...strip };
}

function nearestFlow(lane: Lane, atMs: number, nearMs: number): Hit | undefined {
  let best: Hit | undefined;
  let bestMs = nearMs;
  for (const { amount, atMs: times, event } of lane.flows) {
    const after = d3.bisectLeft(times, atMs);
    for (const at of [after - 1, after]) {
      const fromMs = times[at];
      if (fromMs === undefined || Math.abs(fromMs - atMs) > bestMs) continue;
      bestMs = Math.abs(fromMs - atMs);
      best = { lane, label: `${amount[at] ?? 0} bytes`, fromMs, event: event[at] ?? -1 };
    }
  }
  return best;
}
