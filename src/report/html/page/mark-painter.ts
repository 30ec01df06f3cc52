import type { Glyph, Lane, Mark } from './lane';
import type { Frame } from './painter';

const LETTER_WIDTH = 6;
const ARROW = 4;

/** Paints the instants of a lane: of those on one pixel the first. Labels need room. */
export function paintMarks(frame: Frame, lane: Lane, y: number): void {
  const { context, fromMs, theme, toMs, x } = frame;
  const middle = y + lane.height / 2;
  const last = new Map<string, number>();
  const labelledTo = { up: -Infinity, down: -Infinity };
  const labels: (() => void)[] = [];
  const starts = startsOf(frame, lane);
  for (const mark of lane.marks) {
    if (mark.atMs < fromMs || mark.atMs > toMs) continue;
    const at = Math.round(x(mark.atMs));
    const key = `${mark.glyph} ${mark.tone}`;
    if (last.get(key) === at) continue;
    last.set(key, at);
    context.fillStyle = context.strokeStyle = theme.tones[mark.tone].edge;
    GLYPHS[mark.glyph](context, at, y, lane.height);
    const side = mark.glyph === 'down' ? 'down' : 'up';
    const end = at + mark.label.length * LETTER_WIDTH + 12;
    if (!isLabelled(mark) || at < labelledTo[side] || isTaken(starts, at - 1, end)) continue;
    labelledTo[side] = end;
    labels.push(() => paintLabel(frame, mark, at, labelY(side, y, lane.height, middle)));
  }
  // Upon all glyphs, so that they can be read.
  for (const paint of labels) paint();
}

/** The pixels at which spans begin that have labels of their own. */
function startsOf({ width, x }: Frame, { spans }: Lane): ReadonlySet<number> {
  const starts = new Set<number>();
  for (const { fromMs, tone } of spans) {
    const at = Math.round(x(fromMs));
    if (tone !== 'off' && at >= 0 && at <= width) starts.add(at);
  }
  return starts;
}

function isTaken(starts: ReadonlySet<number>, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) if (starts.has(at)) return true;
  return false;
}

/** Ticks are many, and of no interest by themselves. */
function isLabelled({ glyph, label }: Mark): boolean {
  return glyph !== 'tick' && glyph !== 'dot' && label !== '';
}

function labelY(side: 'up' | 'down', y: number, height: number, middle: number): number {
  if (height < 34) return middle;
  return side === 'up' ? y + 8 : y + height - 8;
}

/** With a rim in the colour of the lane, so that it can be read upon anything. */
function paintLabel({ context, theme }: Frame, mark: Mark, x: number, y: number): void {
  context.lineWidth = 3;
  context.strokeStyle = theme.lane;
  context.strokeText(mark.label, x + 7, y);
  context.lineWidth = 1;
  context.fillStyle = theme.tones[mark.tone].ink;
  context.fillText(mark.label, x + 7, y);
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
