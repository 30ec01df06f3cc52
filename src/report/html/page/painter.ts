import * as d3 from 'd3';

import type { Flow, Lane, Wave } from './lane';
import { LEVELS, PEAK_MS } from './levels';
import { paintMarks } from './mark-painter';
import type { Row } from './rows';
import { paintBehind, paintSpans, roomsFor } from './span-painter';
import type { Theme } from './theme';

/** A piece of a time line that is to be painted. */
export interface Frame {
  readonly context: CanvasRenderingContext2D;
  readonly theme: Theme;
  readonly width: number;
  readonly height: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** What of the rows is above the frame. */
  readonly top: number;
  readonly x: (ms: number) => number;
}

/** The band at the bottom of a lane that has a strip. */
const STRIP_HEIGHT = 6;
const FONT = '11px system-ui, sans-serif';

/** Paints the rows that the frame shows. */
export function paintRows(frame: Frame, rows: readonly Row[]): void {
  const { context, height, theme, top, width } = frame;
  context.fillStyle = theme.background;
  context.fillRect(0, 0, width, height);
  context.font = FONT;
  context.textBaseline = 'middle';
  for (const row of rows) {
    const y = row.top - top;
    if (y > height || y + row.height < 0) continue;
    if (row.lane !== undefined) paintLane(frame, row.lane, y);
    if (row.isHead) rule(frame, y - 3);
  }
}

function rule({ context, theme, width }: Frame, y: number): void {
  context.fillStyle = theme.line;
  context.fillRect(0, y, width, 1);
}

function paintLane(frame: Frame, lane: Lane, y: number): void {
  const { context, theme, width } = frame;
  context.save();
  context.beginPath();
  context.rect(0, y, width, lane.height);
  context.clip();
  context.fillStyle = theme.lane;
  context.fillRect(0, y, width, lane.height);
  const strip = lane.strip.length > 0 ? STRIP_HEIGHT : 0;
  const height = lane.height - strip;
  for (const flow of lane.flows) paintFlow(frame, flow, y, height);
  for (const wave of lane.waves) paintWave(frame, wave, y, height);
  paintSpans(frame, lane.strip, y + height, strip, roomsFor(lane.strip, width));
  const rooms = roomsFor(lane.spans, width);
  const behind = paintSpans(frame, lane.spans, y, height, rooms);
  paintMarks(frame, lane, y, rooms);
  // They yield to the marks, which tell how their spans ended.
  for (const label of behind) paintBehind(frame, label);
  if (lane.isOther) paintOther(frame, y, lane.height);
  context.restore();
}

/** What is not of the run itself has a bar before it. */
function paintOther({ context, theme }: Frame, y: number, height: number): void {
  context.fillStyle = theme.accent;
  context.fillRect(0, y, 3, height);
}

/** Sound that is sent piece by piece has the height of its rate in stretches this long. */
const STRETCH_MS = 200;
/** The rate that fills a lane: 10 MB/s; heights are logarithmic. */
const TOP_RATE = 10_000;

function paintFlow(
  frame: Frame,
  { amount, atMs, side, tone }: Flow,
  y: number,
  height: number,
): void {
  const pixelMs = (frame.toMs - frame.fromMs) / frame.width;
  const binMs = Math.max(STRETCH_MS, pixelMs);
  const first = Math.floor(frame.fromMs / binMs);
  const bins = new Float64Array(Math.ceil(frame.toMs / binMs) - first + 1);
  for (let at = lowerBound(atMs, frame.fromMs - binMs); at < atMs.length; at += 1) {
    const bin = Math.floor((atMs[at] ?? 0) / binMs) - first;
    if (bin >= bins.length) break;
    if (bin >= 0) bins[bin] = (bins[bin] ?? 0) + (amount[at] ?? 0);
  }
  const { context, theme } = frame;
  context.fillStyle = theme.tones[tone].edge;
  context.globalAlpha = 0.7;
  const half = height / 2 - 3;
  for (const [bin, bytes] of bins.entries()) {
    if (bytes === 0) continue;
    const tall = Math.max(2, (half * Math.log10(1 + bytes / binMs)) / Math.log10(1 + TOP_RATE));
    const x = Math.round(frame.x((first + bin) * binMs));
    const wide = Math.max(1, Math.round(frame.x((first + bin + 1) * binMs)) - x);
    context.fillRect(x, y + height / 2 + (side === 'above' ? -tall : 1), wide, tall);
  }
  context.globalAlpha = 1;
}

/** The first place at which a number is not below `least`. */
function lowerBound(sorted: readonly number[], least: number): number {
  return d3.bisectLeft(sorted, least);
}

const LEVEL_OF = new Map([...LEVELS].map((letter, level) => [letter, level / (LEVELS.length - 1)]));

/** Of what lies on one pixel the loudest is drawn. */
function paintWave(frame: Frame, wave: Wave, y: number, height: number): void {
  const { fromMs, peaks, toMs, tone } = wave;
  if (toMs < frame.fromMs || fromMs > frame.toMs) return;
  const { context, theme } = frame;
  const [x, end] = [Math.max(0, frame.x(fromMs)), Math.min(frame.width, frame.x(toMs))];
  const paint = theme.tones[tone];
  context.fillStyle = paint.fill;
  context.fillRect(x, y + 1, Math.max(1, end - x), height - 2);
  context.fillStyle = paint.edge;
  const pixelMs = (frame.toMs - frame.fromMs) / frame.width;
  const middle = y + height / 2;
  for (let at = Math.floor(x); at < end; at += 1) {
    const sinceMs = frame.fromMs + at * pixelMs - fromMs;
    const loud = loudest(peaks, sinceMs / PEAK_MS, (sinceMs + pixelMs) / PEAK_MS);
    const tall = Math.max(0.5, loud * (height / 2 - 2));
    context.fillRect(at, middle - tall, 1, tall * 2);
  }
}

/** From 0 to 1; the root lets quiet speech be seen. */
function loudest(peaks: string, from: number, to: number): number {
  let most = 0;
  const end = Math.min(peaks.length, Math.max(to, Math.floor(from) + 1));
  for (let at = Math.max(0, Math.floor(from)); at < end; at += 1) {
    most = Math.max(most, LEVEL_OF.get(peaks[at] ?? 'A') ?? 0);
  }
  return Math.sqrt(most);
}
