import { fitting, widthOf } from './canvas';
import { rowCount, type Span } from './lane';
import type { Frame } from './painter';
import { Room } from './room';
import type { Paint } from './theme';

const PADDING = 4;
/** With fewer pixels a label says nothing. */
const LEAST_LABEL = 14;
/** So high must be what has a label. */
const LEAST_HEIGHT = 12;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A label that has no room in its span, but for all that is known behind it. */
export interface LabelBehind {
  readonly span: Span;
  readonly box: Box;
  readonly from: number;
  readonly room: Room;
}

/** The room of each row of some spans. */
export function roomsFor(spans: readonly Span[], width: number): readonly Room[] {
  return Array.from({ length: rowCount(spans) }, () => new Room(width));
}

/**
 * Paints what lasts. What would be on the pixels of the span before is left out.
 *
 * @param rooms - the room of each row.
 * @returns the labels that want to stand behind their spans.
 */
export function paintSpans(
  frame: Frame,
  spans: readonly Span[],
  y: number,
  height: number,
  rooms: readonly Room[],
): readonly LabelBehind[] {
  const rowHeight = height / rooms.length;
  const paintedTo = rooms.map(() => -Infinity);
  const behind: LabelBehind[] = [];
  for (const [nth, span] of spans.entries()) {
    const room = rooms[span.row];
    const untilMs = Math.max(span.toMs, span.boundMs ?? span.toMs);
    if (room === undefined || untilMs < frame.fromMs || span.fromMs > frame.toMs) continue;
    const x = Math.max(-2, frame.x(span.fromMs));
    const end = Math.min(frame.width + 2, frame.x(span.toMs));
    if (end - x < 1 && end < (paintedTo[span.row] ?? 0) && span.boundMs === undefined) continue;
    paintedTo[span.row] = Math.floor(end) + 1;
    const box = { x, y: y + span.row * rowHeight, width: Math.max(1, end - x), height: rowHeight };
    if (span.boundMs !== undefined) paintBound(frame, span.boundMs, box);
    paintSpan(frame, span, box);
    // That nothing is on is told by whatever ended it.
    if (rowHeight < LEAST_HEIGHT || span.tone === 'off') continue;
    const from = Math.max(x + box.width, frame.x(untilMs)) + PADDING;
    const label = labelled(frame, { span, box, from, room }, startOfNext(frame, spans, nth));
    if (label !== undefined) behind.push(label);
  }
  return behind;
}

/** Paints a label behind its span. If something stands there, what there is room for is in it. */
export function paintBehind(frame: Frame, label: LabelBehind): void {
  const { context, theme } = frame;
  const { box, from, room, span } = label;
  const end = from + widthOf(context, span.label) + PADDING;
  if (!room.isFree(from, end)) {
    paintInside(frame, label);
    return;
  }
  room.take(from, end);
  context.fillStyle = theme.muted;
  context.fillText(span.label, from, box.y + box.height / 2 + 0.5);
}

/** Labels a span inside, or returns the label if all of it has room behind the span alone. */
function labelled(frame: Frame, label: LabelBehind, roomTo: number): LabelBehind | undefined {
  const { box, from, span } = label;
  // Most of many spans have no room for any label, and measuring one takes time.
  if (Math.max(box.width - 2 * PADDING, roomTo - from) < LEAST_LABEL) return undefined;
  const wide = widthOf(frame.context, span.label);
  if (wide > box.width - 2 * PADDING && from + wide < roomTo) return label;
  paintInside(frame, label);
  return undefined;
}

function paintInside({ context, theme }: Frame, { box, room, span }: LabelBehind): void {
  const { label, tone } = span;
  const within = box.width - 2 * PADDING;
  const wide = widthOf(context, label);
  const from = Math.max(box.x, 0) + PADDING + 1;
  const to = Math.min(from + wide, box.x + box.width);
  if (within < LEAST_LABEL || !room.isFree(from, to)) return;
  room.take(from, to);
  context.fillStyle = theme.tones[tone].ink;
  const text = fitting(context, label, within);
  context.fillText(text, from, box.y + box.height / 2 + 0.5, within);
}

/** Up to where nothing else is in its row. */
function startOfNext({ width, x }: Frame, spans: readonly Span[], nth: number): number {
  const next = spans[nth + 1];
  return next === undefined || next.row !== spans[nth]?.row ? width : x(next.fromMs);
}

function paintSpan({ context, theme }: Frame, span: Span, box: Box): void {
  const { height, width, x, y } = box;
  const paint = theme.tones[span.tone];
  context.fillStyle = paint.fill;
  context.fillRect(x, y + 1, width, height - 2);
  if (span.hatched === true) hatch(context, paint, box);
  context.fillStyle = paint.edge;
  context.fillRect(x, y + 1, Math.min(2, width), height - 2);
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
