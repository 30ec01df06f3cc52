import { fitted } from './canvas';
import { clock, span } from './clock';
import { byId, button, make } from './dom';
import { NO_PICTURE, type Picture } from './groups';
import { hitOf, rowAt, type Hit } from './hit';
import { Overview } from './overview';
import { paintRows, type Frame } from './painter';
import { heightOf, rowsOf, type Row } from './rows';
import { paintGrid, paintPointer, paintRuler, RULER_HEIGHT, type Pin } from './ruler';
import { readTheme, type Theme } from './theme';
import { TimeWindow } from './time-window';

export interface TimelineOptions {
  /** Somebody clicked what an event stands behind. */
  readonly onPick: (hit: Hit) => void;
}

/** So many groups are open at first; of more, those without failures are folded. */
const OPEN_GROUPS = 6;
const TELL_AFTER_MS = 300;
/** A key moves the lanes by so many pixels. */
const SCROLL = 60;

/** The lanes of a recording, their ruler, and the overview above them. */
export class Timeline {
  private readonly options: TimelineOptions;
  private readonly window: TimeWindow;
  private readonly overview: Overview;
  private readonly element = byId('timeline');
  private readonly scroller = byId('lanes');
  private readonly labels = byId('labels');
  private readonly tooltip = byId('tooltip');
  private readonly canvases = {
    ruler: byId<HTMLCanvasElement>('ruler-canvas'),
    lanes: byId<HTMLCanvasElement>('lane-canvas'),
    cursor: byId<HTMLCanvasElement>('cursor-canvas'),
  };
  private theme: Theme = readTheme();
  private picture: Picture = NO_PICTURE;
  private pins: readonly Pin[] = [];
  private rows: readonly Row[] = [];
  private folded = new Set<string>();
  private pointer: { readonly x: number; readonly y: number } | undefined;
  private selectedMs: number | undefined;
  private drawn = false;
  private telling: ReturnType<typeof setTimeout> | undefined;

  constructor(options: TimelineOptions) {
    this.options = options;
    this.window = new TimeWindow(byId('drawn'), this.scroller, () => this.draw());
    this.overview = new Overview((fromMs, toMs) => this.window.show(fromMs, toMs, false));
    this.scroller.addEventListener('scroll', () => this.draw());
    new ResizeObserver(() => this.resize()).observe(this.element);
    this.listen();
  }

  /** Shows a recording from its beginning to its end. */
  show(picture: Picture, pins: readonly Pin[], eventTimes: Float64Array): void {
    this.picture = picture;
    this.pins = pins;
    this.selectedMs = undefined;
    const { groups } = picture;
    const tooMany = groups.length > OPEN_GROUPS ? groups.slice(OPEN_GROUPS - 2, -1) : [];
    this.folded = new Set(tooMany.map(({ title }) => title));
    this.overview.show(picture, pins, eventTimes);
    this.layOut();
    this.resize();
    this.window.reset(picture.startMs, picture.endMs);
    this.scroller.scrollTop = 0;
  }

  /** Shows other lanes of the same recording. */
  update(picture: Picture): void {
    this.picture = picture;
    this.layOut();
    this.draw();
  }

  /** Other colours are on. */
  repaint(): void {
    this.theme = readTheme();
    this.overview.paint();
    this.draw();
  }

  /** At the pointer, or else at what is selected, if that is in sight. */
  zoom(factor: number): void {
    const { pointer, selectedMs } = this;
    this.window.zoom(factor, pointer === undefined ? selectedMs : this.window.msAt(pointer.x));
  }

  /** By so much of what is shown. */
  pan(part: number): void {
    this.window.pan(part);
  }

  showAll(): void {
    this.window.show(this.picture.startMs, this.picture.endMs);
  }

  /** Shows an instant with something of what is around it. */
  jump(atMs: number): void {
    const { endMs, startMs } = this.picture;
    const aroundMs = Math.min(endMs - startMs, 10_000);
    this.window.show(atMs - aroundMs * 0.6, atMs + aroundMs * 0.4);
  }

  /** Marks an instant; where it is out of sight, shows it. */
  select(atMs: number): void {
    this.selectedMs = atMs;
    const { fromMs, toMs } = this.window;
    if (atMs < fromMs || atMs > toMs) {
      const halfMs = (toMs - fromMs) / 2;
      this.window.show(atMs - halfMs, atMs + halfMs);
    }
    this.draw();
  }

  get shown(): { readonly fromMs: number; readonly toMs: number } {
    const { fromMs, toMs } = this.window;
    return { fromMs, toMs };
  }

  private layOut(): void {
    this.rows = rowsOf(this.picture.groups, this.folded);
    this.labels.style.height = `${heightOf(this.rows)}px`;
    this.labels.replaceChildren(...this.rows.map((row) => this.labelOf(row)));
  }

  private labelOf(row: Row): HTMLElement {
    const { group, height, isHead, lane, top } = row;
    const label = isHead ? this.nameOf(row) : make('div', { class: 'lane-label' });
    if (lane !== undefined && !isHead) {
      label.append(make('span', {}, lane.title));
      label.title = lane.hint;
      label.classList.toggle('is-other', lane.isOther);
      label.dataset['lane'] = `${group.title} ${lane.title}`;
    }
    label.style.top = `${top}px`;
    label.style.height = `${height}px`;
    return label;
  }

  private nameOf({ group }: Row): HTMLElement {
    const { note, title } = group;
    const isOpen = !this.folded.has(title);
    const name = button('', () => this.fold(title), {
      class: 'group-label',
      title: `${title} ${note}`,
      'aria-expanded': String(isOpen),
    });
    name.append(make('span', {}, title), make('small', {}, note));
    return name;
  }

  private fold(title: string): void {
    if (!this.folded.delete(title)) this.folded.add(title);
    this.layOut();
    this.draw();
    const names = this.labels.querySelectorAll<HTMLElement>('.group-label');
    [...names].find((name) => name.querySelector('span')?.textContent === title)?.focus();
  }

  private resize(): void {
    this.window.resize(this.width());
    this.overview.paint();
    this.draw();
  }

  private width(): number {
    return Math.max(50, this.scroller.clientWidth - this.labels.offsetWidth);
  }

  /** Once for all that changes before the next frame. */
  private draw(): void {
    if (this.drawn) return;
    this.drawn = true;
    requestAnimationFrame(() => {
      this.drawn = false;
      this.paint();
    });
  }

  private paint(): void {
    const { cursor, lanes, ruler } = this.canvases;
    const height = this.scroller.clientHeight;
    const width = this.width();
    const frame = this.frameOn(fitted(lanes, width, height), width, height);
    paintRows(frame, this.rows);
    paintGrid(frame, this.pins);
    const rulerFrame = this.frameOn(fitted(ruler, width, RULER_HEIGHT), width, RULER_HEIGHT);
    paintRuler(rulerFrame, this.picture.phases, this.pins);
    this.paintCursor(this.frameOn(fitted(cursor, width, height), width, height));
    if (this.pointer !== undefined) paintPointer(rulerFrame, this.window.msAt(this.pointer.x));
    this.overview.mark(this.window.fromMs, this.window.toMs);
    this.tell();
  }

  private frameOn(context: CanvasRenderingContext2D, width: number, height: number): Frame {
    const { fromMs, toMs } = this.window;
    const x = (ms: number): number => this.window.x(ms);
    const { theme } = this;
    return { context, theme, width, height, fromMs, toMs, top: this.scroller.scrollTop, x };
  }

  private paintCursor({ context, height, theme, width, x }: Frame): void {
    context.clearRect(0, 0, width, height);
    if (this.selectedMs !== undefined) {
      context.fillStyle = theme.accent;
      context.fillRect(Math.round(x(this.selectedMs)) - 1, 0, 2, height);
    }
    if (this.pointer === undefined) return;
    context.fillStyle = theme.text;
    context.globalAlpha = 0.5;
    context.fillRect(Math.round(this.pointer.x), 0, 1, height);
    context.globalAlpha = 1;
  }

  /** For who does not see it; and a test reads it, too. */
  private tell(): void {
    const { fromMs, toMs } = this.window;
    this.element.dataset['fromMs'] = String(fromMs);
    this.element.dataset['toMs'] = String(toMs);
    clearTimeout(this.telling);
    const { endMs, startMs } = this.picture;
    const part = `${span(toMs - fromMs)} of ${span(endMs - startMs)}`;
    const text = `${clock(fromMs)} to ${clock(toMs)}: ${part}`;
    this.telling = setTimeout(() => (byId('shown').textContent = text), TELL_AFTER_MS);
  }

  private listen(): void {
    this.element.addEventListener('keydown', (event) => this.scroll(event));
    const drawn = byId('drawn');
    drawn.addEventListener('pointermove', (event) => this.moved(event));
    drawn.addEventListener('pointerleave', () => this.moved(undefined));
    drawn.addEventListener('click', (event) => {
      const hit = this.hitAt(event);
      if (hit !== undefined) this.options.onPick(hit);
    });
  }

  /** Lanes that are out of sight come into it with keys, too. */
  private scroll(event: KeyboardEvent): void {
    const page = this.scroller.clientHeight * 0.8;
    const ways: Readonly<Record<string, number>> = {
      ...{ ArrowDown: SCROLL, ArrowUp: -SCROLL, PageDown: page, PageUp: -page },
    };
    const by = ways[event.key];
    if (by === undefined) return;
    event.preventDefault();
    this.scroller.scrollTop += by;
  }

  private moved(event: PointerEvent | undefined): void {
    const box = this.canvases.lanes.getBoundingClientRect();
    this.pointer =
      event === undefined ? undefined : { x: event.clientX - box.left, y: event.clientY - box.top };
    this.showTooltip(event === undefined ? undefined : this.hitAt(event));
    this.draw();
  }

  private hitAt({ clientX, clientY }: MouseEvent): Hit | undefined {
    const box = this.canvases.lanes.getBoundingClientRect();
    const y = clientY - box.top + this.scroller.scrollTop;
    const row = rowAt(this.rows, y);
    if (row === undefined) return undefined;
    return hitOf(row, this.window.msAt(clientX - box.left), y, this.window.pixelMs);
  }

  private showTooltip(hit: Hit | undefined): void {
    this.tooltip.hidden = hit === undefined || this.pointer === undefined;
    byId('drawn').classList.toggle('is-hit', hit !== undefined);
    if (hit === undefined || this.pointer === undefined) return;
    const lasts = hit.toMs === undefined ? '' : `, for ${span(hit.toMs - hit.fromMs)}`;
    this.tooltip.replaceChildren(
      make('strong', {}, hit.label || hit.lane.title),
      make('span', {}, `${hit.lane.title} at ${clock(hit.fromMs)}${lasts}`),
    );
    const left = this.pointer.x + this.labels.offsetWidth + 14;
    const { offsetWidth: wide } = this.tooltip;
    const isRight = left + wide > this.element.clientWidth;
    this.tooltip.style.left = `${isRight ? Math.max(0, left - wide - 28) : left}px`;
    this.tooltip.style.top = `${this.pointer.y + RULER_HEIGHT + 14}px`;
  }
}
