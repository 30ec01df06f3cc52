import { fitted, fitting } from './canvas';
import { byId } from './dom';
import type { Picture } from './groups';
import { paintRows, type Frame } from './painter';
import { heightOf, rowsOf } from './rows';
import { paintGrid, paintRuler, RULER_HEIGHT, type Pin } from './ruler';
import { readTheme } from './theme';

const WIDTH = 860;
const LABELS = 110;
/** Of what is higher than some pages the rest is left out. */
const MOST_HEIGHT = 4_000;

/** Draws all of a run, whatever is shown of it, for paper. */
export function drawForPrint(
  { endMs, groups, phases, startMs }: Picture,
  pins: readonly Pin[],
): void {
  const canvas = byId<HTMLCanvasElement>('printed');
  const rows = rowsOf(groups, new Set());
  const height = Math.min(MOST_HEIGHT, heightOf(rows));
  const context = fitted(canvas, WIDTH, height + RULER_HEIGHT, 2);
  // It fits the paper, whatever that is.
  canvas.style.width = canvas.style.height = '';
  const width = WIDTH - LABELS;
  const theme = readTheme(canvas);
  const x = (ms: number): number => ((ms - startMs) / (endMs - startMs)) * width;
  const frame: Frame = { context, theme, width, height, fromMs: startMs, toMs: endMs, top: 0, x };
  context.fillStyle = theme.background;
  context.fillRect(0, 0, WIDTH, height + RULER_HEIGHT);
  context.translate(LABELS, 0);
  paintRuler({ ...frame, height: RULER_HEIGHT }, phases, pins);
  context.translate(0, RULER_HEIGHT);
  paintRows(frame, rows);
  paintGrid(frame, pins);
  context.fillStyle = theme.text;
  for (const { group, height: high, isHead, lane, top } of rows) {
    context.font = isHead ? 'bold 11px system-ui' : '11px system-ui';
    const title = fitting(context, isHead ? group.title : (lane?.title ?? ''), LABELS - 8);
    context.fillText(title, 4 - LABELS, top + high / 2, LABELS - 8);
  }
}
