import { widthOf } from './canvas';
import type { Glyph, Lane, Mark } from './lane';
import type { Frame } from './painter';
import { Room } from './room';

const ARROW = 4;
/** From a mark to its label. */
const APART = 7;
/** In a lane of this height sent and received have lines of their own for labels. */
const TWO_LINES = 34;

/**
 * Paints the instants of a lane: of those on one pixel the first.
 *
 * @param rooms - of the rows of its spans: labels need room in them.
 */
export function paintMarks(frame: Frame, lane: Lane, y: number, rooms: readonly Room[]): void {
  const { context, theme, width } = frame;
  const last = new Map<string, number>();
  const lines =
    lane.height < TWO_LINES ? undefined : { up: new Room(width), down: new Room(width) };
  const labels: (() => void)[] = [];
  for (const mark of lane.marks) {
    if (mark.atMs < frame.fromMs || mark.atMs > frame.toMs) continue;
    const at = placeOf(frame, mark);
    const key = `${mark.glyph} ${mark.tone}`;
    if (last.get(key) === at) continue;
    last.set(key, at);
    context.fillStyle = context.strokeStyle = theme.tones[mark.tone].edge;
    GLYPHS[mark.glyph](context, at, y, lane.height);
    if (!isLabelled(mark)) continue;
    const side = mark.glyph === 'down' ? 'down' : 'up';
    for (const room of rooms) room.take(at - ARROW, at + ARROW);
    const free = lines === undefined ? rooms : [lines[side]];
    labels.push(() => paintLabel(frame, mark, at, labelY(side, y, lane.height), free));
  }
  // Upon all glyphs, so that they can be read.
  for (const paint of labels) paint();
}

/** What happens with the first or the last event is drawn whole. */
function placeOf({ width, x }: Frame, { atMs, glyph }: Mark): number {
  const at = Math.round(x(atMs));
  return glyph === 'tick' || glyph === 'dot' ? at : Math.max(ARROW, Math.min(width - ARROW, at));
}

/** Ticks are many, and of no interest by themselves. */
function isLabelled({ glyph, label }: Mark): boolean {
  return glyph !== 'tick' && glyph !== 'dot' && label !== '';
}

function labelY(side: 'up' | 'down', y: number, height: number): number {
  if (height < TWO_LINES) return y + height / 2;
  return side === 'up' ? y + 8 : y + height - 8;
}

/**
 * Behind its mark, else before it, or not at all if something stands there. It has a rim in the
 * colour of the lane, so that it can be read upon anything.
 */
function paintLabel(
  { context, theme, width }: Frame,
  { label, tone }: Mark,
  at: number,
  y: number,
  rooms: readonly Room[],
): void {
  const wide = widthOf(context, label);
  const from = [at + APART, at - APART - wide].find((left) => {
    const isInside = left >= 0 && left + wide <= width;
    return isInside && rooms.every((room) => room.isFree(left, left + wide));
  });
  if (from === undefined) return;
  for (const room of rooms) room.take(from, from + wide + APART);
  context.lineWidth = 3;
  context.strokeStyle = theme.lane;
  context.strokeText(label, from, y);
  context.lineWidth = 1;
  context.fillStyle = theme.tones[tone].ink;
  context.fillText(label, from, y);
}

type Draw = (context: CanvasRenderingContext2D, x: number, y: number, height: number) => void;

const GLYPHS: Readonly<Record<Glyph, Draw>> = {
  tick: (context, x, y, height) => context.fillRect(x - 0.5, y + height - 7, 1, 6),
  dot: (context, x, y, height) => {
    context.beginPath();
    context.arc(x, y + height / 2, 2.5, 0, 2 * Math.PI);
    context.fill();
  },
  up: (context, x, y, height) => arrow(context, x, y + height / 2 - 1, -1, height),
  down: (context, x, y, height) => arrow(context, x, y + height / 2 + 1, 1, height),
  cross: (context, x, y, height) => {
    const middle = y + height / 2;
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(x - ARROW, middle - ARROW);
    context.lineTo(x + ARROW, middle + ARROW);
    context.moveTo(x - ARROW, middle + ARROW);
    context.lineTo(x + ARROW, middle - ARROW);
    context.stroke();
    context.lineWidth = 1;
  },
  flag: (context, x, y, height) => {
    context.fillRect(x - 0.5, y + 2, 1.5, height - 4);
    context.beginPath();
    context.moveTo(x, y + 2);
    context.lineTo(x + 6, y + 5);
    context.lineTo(x, y + 8);
    context.fill();
  },
};

/** A stem from the middle with a head: upwards what is sent, downwards what is received. */
function arrow(
  context: CanvasRenderingContext2D,
  x: number,
  middle: number,
  way: 1 | -1,
  height: number,
): void {
  const tip = middle + way * (height / 2 - 2);
  context.fillRect(x - 0.5, Math.min(middle, tip), 1, Math.abs(tip - middle));
  context.beginPath();
  context.moveTo(x, tip);
  context.lineTo(x - ARROW, tip - way * 5);
  context.lineTo(x + ARROW, tip - way * 5);
  context.fill();
}
