import * as d3 from 'd3';

import type { Flow, Lane, Span, Wave } from './lane';
import { LEVELS, PEAK_MS } from './levels';
import { paintMarks } from './mark-painter';
import type { Row } from './rows';
import type { Paint, Theme } from './theme';

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
export const STRIP_HEIGHT = 6;
const PADDING = 4;
const LETTER_WIDTH = 6.2;
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
  paintSpans(frame, lane.spans, y, height);
  paintSpans(frame, lane.strip, y + height, strip);
  paintMarks(frame, lane, y);
  if (lane.isOther) paintOther(frame, y, lane.height);
  context.restore();
}

/** What is not of the run itself has a bar before it. */
function paintOther({ context, theme }: Frame, y: number, height: number): void {
  context.fillStyle = theme.accent;
  context.fillRect(0, y, 3, height);
}

/** What would be on the pixels of the span before is left out. */
function paintSpans(frame: Frame, spans: readonly Span[], y: number, height: number): void {
  const rows = 1 + spans.reduce((most, { row }) => Math.max(most, row), 0);
  const rowHeight = height / rows;
  const paintedTo = new Array<number>(rows).fill(-Infinity);
  for (const [nth, span] of spans.entries()) {
    if ((span.boundMs ?? span.toMs) < frame.fromMs || span.fromMs > frame.toMs) continue;
    const x = Math.max(-2, frame.x(span.fromMs));
    const end = Math.min(frame.width + 2, frame.x(span.toMs));
    if (end - x < 1 && end < (paintedTo[span.row] ?? 0) && span.boundMs === undefined) continue;
    paintedTo[span.row] = Math.floor(end) + 1;
    const box = { x, y: y + span.row * rowHeight, width: Math.max(1, end - x), height: rowHeight };
    if (span.boundMs !== undefined) paintBound(frame, span.boundMs, box);
    paintSpan(frame, span, box, roomAfter(frame, spans, nth));
  }
}

/** Up to where nothing else is in its row. */
function roomAfter({ width, x }: Frame, spans: readonly Span[], nth: number): number {
  const next = spans[nth + 1];
  return next === undefined || next.row !== spans[nth]?.row ? width : x(next.fromMs);
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A label that has no room in its span stands behind it, if there is room for all of it. */
function paintSpan({ context, theme }: Frame, span: Span, box: Box, roomTo: number): void {
  const { label, tone } = span;
  const paint = theme.tones[tone];
  const { height, width, x, y } = box;
  context.fillStyle = paint.fill;
  context.fillRect(x, y + 1, width, height - 2);
  if (span.hatched === true) hatch(context, paint, box);
  context.fillStyle = paint.edge;
  context.fillRect(x, y + 1, Math.min(2, width), height - 2);
  // That nothing is on is told by whatever ended it.
  if (height < 12 || tone === 'off') return;
  const wide = label.length * LETTER_WIDTH + 2 * PADDING;
  const isInside = wide <= width;
  if (!isInside && x + width + wide < roomTo) {
    context.fillStyle = theme.muted;
    context.fillText(label, x + width + PADDING, y + height / 2 + 0.5);
    return;
  }
  const room = Math.floor((width - 2 * PADDING) / LETTER_WIDTH);
  if (room < 2) return;
  context.fillStyle = paint.ink;
  const text = isInside ? label : `${label.slice(0, room - 1)}…`;
  context.fillText(text, Math.max(x, 0) + PADDING + 1, y + height / 2 + 0.5);
}

function hatch(context: CanvasRenderingContext2D, { edge }: Paint, box: Box): void {
  const { height, width, x, y } = box;
  context.save();
  context.beginPath();
  context.rect(x, y + 1, width, height - 2);
  context.clip();
  context.strokeStyle = edge;
  context.globalAlpha = 0.35;
  context.beginPath();
  for (let at = x - height; at < x + width; at += 7) {
    context.moveTo(at, y + height);
    context.lineTo(at + height, y);
  }
  context.stroke();
  context.restore();
}

/** A bracket up to the instant at which it would be too late. */
function paintBound({ context, theme, width, x: toX }: Frame, boundMs: number, box: Box): void {
  const end = Math.min(width + 2, toX(boundMs));
  const middle = box.y + box.height / 2;
  context.fillStyle = theme.muted;
  context.fillRect(box.x, middle, Math.max(1, end - box.x), 1);
  context.fillRect(end - 1, box.y + 3, 1, box.height - 6);
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
  for (let at = Math.max(0, Math.floor(from)); at < Math.max(to, Math.floor(from) + 1); at += 1) {
    most = Math.max(most, LEVEL_OF.get(peaks[at] ?? 'A') ?? 0);
  }
  return Math.sqrt(most);
}
