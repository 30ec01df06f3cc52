import { clock, ticks } from './clock';
import type { Phase } from './groups';
import type { Frame } from './painter';

/** An instant that a reader should not miss. */
export interface Pin {
  readonly atMs: number;
  readonly label: string;
  readonly kind: 'failure' | 'divergence';
}

export const RULER_HEIGHT = 38;
const TICK_APART = 90;
const PHASE_HEIGHT = 12;
const FONT = '11px ui-monospace, monospace';

/** Paints the axis of time, the phases of the run, and flags at its pins. */
export function paintRuler(frame: Frame, phases: readonly Phase[], pins: readonly Pin[]): void {
  const { context, height, theme, width, x } = frame;
  context.fillStyle = theme.background;
  context.fillRect(0, 0, width, height);
  context.font = FONT;
  context.textBaseline = 'middle';
  for (const phase of phases) paintPhase(frame, phase);
  for (const { atMs, label } of frameTicks(frame)) {
    const at = Math.round(x(atMs));
    context.fillStyle = theme.line;
    context.fillRect(at, height - 6, 1, 6);
    context.fillStyle = theme.muted;
    context.fillText(label, at + 3, height - 12);
  }
  paintPins(frame, pins);
  let toX = -Infinity;
  for (const pin of pins) toX = paintFlag(frame, pin, toX);
}

function frameTicks({ fromMs, toMs, width }: Frame): ReturnType<typeof ticks> {
  return ticks(fromMs, toMs, ((toMs - fromMs) / width) * TICK_APART);
}

/** Lines through all lanes. */
export function paintGrid(frame: Frame, pins: readonly Pin[]): void {
  const { context, height, theme, x } = frame;
  context.fillStyle = theme.grid;
  for (const { atMs } of frameTicks(frame)) context.fillRect(Math.round(x(atMs)), 0, 1, height);
  paintPins(frame, pins);
}

function paintPins(frame: Frame, pins: readonly Pin[]): void {
  const { context, height, x } = frame;
  for (const { atMs, kind } of pins) {
    context.fillStyle = colourOf(frame, kind);
    context.fillRect(Math.round(x(atMs)) - 1, 0, 2, height);
  }
}

function colourOf({ theme }: Frame, kind: Pin['kind']): string {
  return kind === 'failure' ? theme.failure : theme.accent;
}

function paintPhase(frame: Frame, { fromMs, name, toMs }: Phase): void {
  const { context, theme, width, x } = frame;
  const [from, to] = [Math.max(0, x(fromMs)), Math.min(width, x(toMs))];
  if (to <= from) return;
  context.fillStyle = name === 'safety' ? theme.lane : theme.tones.calm.fill;
  context.fillRect(from, 0, to - from - 1, PHASE_HEIGHT);
  if (to - from < name.length * 7 + 8) return;
  context.fillStyle = theme.muted;
  context.fillText(name, from + 4, PHASE_HEIGHT / 2 + 0.5);
}

/** @returns up to where it reaches: of flags that would overlap the later ones have no name. */
function paintFlag(frame: Frame, pin: Pin, takenTo: number): number {
  const { context, theme, width, x } = frame;
  const at = Math.round(x(pin.atMs));
  if (at < 0 || at > width) return takenTo;
  const wide = context.measureText(pin.label).width + 10;
  const left = at + wide > width ? at - wide : at;
  if (left < takenTo) return takenTo;
  context.fillStyle = colourOf(frame, pin.kind);
  context.fillRect(left, 0, wide, 14);
  context.fillStyle = theme.background;
  context.fillText(pin.label, left + 5, 7.5);
  return left + wide;
}

/** Where the pointer is, on the ruler. */
export function paintPointer(frame: Frame, atMs: number): void {
  const { context, height, theme, width, x } = frame;
  const text = clock(atMs);
  const wide = context.measureText(text).width + 8;
  const left = Math.min(width - wide, Math.max(0, x(atMs) - wide / 2));
  context.fillStyle = theme.text;
  context.fillRect(left, height - 19, wide, 14);
  context.fillStyle = theme.background;
  context.fillText(text, left + 4, height - 11.5);
}
