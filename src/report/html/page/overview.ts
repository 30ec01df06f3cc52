import * as d3 from 'd3';

import { fitted } from './canvas';
import { ticks } from './clock';
import { byId, make } from './dom';
import { NO_PICTURE, type Picture } from './groups';
import type { Pin } from './ruler';
import { readTheme } from './theme';

const HEIGHT = 44;

/** The whole run in little: how much happens when, its faults and pins, and what is shown below. */
export class Overview {
  private readonly element = byId('overview');
  private readonly canvas = make('canvas', { 'aria-hidden': 'true' });
  private readonly svg: d3.Selection<SVGSVGElement, unknown, null, undefined>;
  private readonly brush: d3.BrushBehavior<unknown>;
  private picture: Picture = NO_PICTURE;
  private pins: readonly Pin[] = [];
  private times = new Float64Array(0);
  private paintedWidth = 0;
  /** From which to which pixel what is shown below lies. */
  private shown: [number, number] = [0, 0];
  private isDragged = false;

  /** @param onMove - what is to be shown, when somebody drags the mark. */
  constructor(onMove: (fromMs: number, toMs: number) => void) {
    this.element.append(this.canvas);
    this.svg = d3.select(this.element).append('svg');
    this.brush = d3
      .brushX<unknown>()
      .on('start brush end', ({ selection, sourceEvent, type }: d3.D3BrushEvent<unknown>) => {
        // What we ourselves move has no event behind it.
        if (!sourceEvent) return;
        this.isDragged = type !== 'end';
        if (type === 'start') return;
        const [from, to] = (selection ?? this.around(sourceEvent)) as [number, number];
        onMove(this.msAt(from), this.msAt(to));
      });
  }

  show(picture: Picture, pins: readonly Pin[], times: Float64Array): void {
    this.picture = picture;
    this.pins = pins;
    this.times = times as Float64Array<ArrayBuffer>;
    this.paintedWidth = 0;
    this.paint();
  }

  paint(): void {
    const width = this.element.clientWidth;
    if (width === 0) return;
    this.svg.attr('width', width).attr('height', HEIGHT);
    if (this.paintedWidth !== width) {
      this.brush.extent([
        [0, 0],
        [width, HEIGHT],
      ]);
      this.svg.selectAll('*').remove();
      this.svg.append('g').call(this.brush);
      this.paintedWidth = width;
    }
    this.paintCanvas(fitted(this.canvas, width, HEIGHT), width);
  }

  /** What is shown below. */
  mark(fromMs: number, toMs: number): void {
    const width = this.paintedWidth;
    if (width === 0 || this.isDragged) return;
    const [from, to] = [this.x(fromMs), this.x(toMs)];
    this.shown = [from, Math.max(to, from + 2)];
    // All of a run could be dragged nowhere: without a mark a drag makes one.
    const isWhole = from <= 0 && to >= width * 0.999;
    const group = this.svg.select<SVGGElement>('g');
    if (!group.empty()) group.call(this.brush.move, isWhole ? null : this.shown);
  }

  /** As much as is shown, around what was clicked. */
  private around(event: unknown): readonly [number, number] {
    const wide = this.shown[1] - this.shown[0];
    const [x] = d3.pointer(event, this.element);
    const from = Math.max(0, Math.min(this.paintedWidth - wide, x - wide / 2));
    return [from, from + wide];
  }

  private msAt(x: number): number {
    const { endMs, startMs } = this.picture;
    return startMs + (x / this.paintedWidth) * (endMs - startMs);
  }

  private x(ms: number): number {
    const { endMs, startMs } = this.picture;
    return ((ms - startMs) / (endMs - startMs)) * this.paintedWidth;
  }

  private paintCanvas(context: CanvasRenderingContext2D, width: number): void {
    const theme = readTheme();
    const { groups } = this.picture;
    const x = (ms: number): number => this.x(ms);
    context.fillStyle = theme.lane;
    context.fillRect(0, 0, width, HEIGHT);
    const faults = groups.flatMap(({ head }) => (head?.title === 'faults' ? [head] : []));
    context.fillStyle = theme.tones.bad.fill;
    for (const { marks, spans } of faults) {
      for (const { fromMs, toMs } of spans) {
        context.fillRect(x(fromMs), 0, Math.max(2, x(toMs) - x(fromMs)), HEIGHT);
      }
      for (const { atMs } of marks) context.fillRect(x(atMs) - 1, 0, 3, HEIGHT);
    }
    this.paintDensity(context, width, theme.tones.talk.edge);
    this.paintTicks(context, width, theme.muted);
    for (const { atMs, kind } of this.pins) {
      context.fillStyle = kind === 'failure' ? theme.failure : theme.accent;
      context.fillRect(Math.round(x(atMs)) - 1, 0, 2, HEIGHT);
    }
  }

  /** Logarithmic, so that single events are seen beside a stream of audio. */
  private paintDensity(context: CanvasRenderingContext2D, width: number, colour: string): void {
    const bins = new Float64Array(Math.ceil(width / 2));
    for (const atMs of this.times) {
      const bin = Math.min(bins.length - 1, Math.floor((this.x(atMs) / width) * bins.length));
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    const most = Math.log1p(Math.max(1, ...bins));
    context.fillStyle = colour;
    context.globalAlpha = 0.65;
    for (const [bin, events] of bins.entries()) {
      const tall = (Math.log1p(events) / most) * (HEIGHT - 16);
      context.fillRect(bin * 2, HEIGHT - tall, 1.5, tall);
    }
    context.globalAlpha = 1;
  }

  private paintTicks(context: CanvasRenderingContext2D, width: number, colour: string): void {
    const { endMs, startMs } = this.picture;
    context.font = '10px ui-monospace, monospace';
    context.textBaseline = 'top';
    context.fillStyle = colour;
    for (const { atMs, label } of ticks(startMs, endMs, ((endMs - startMs) / width) * 110)) {
      const at = Math.round(this.x(atMs));
      context.fillRect(at, 0, 1, 5);
      context.fillText(label, at + 3, 2);
    }
  }
}
