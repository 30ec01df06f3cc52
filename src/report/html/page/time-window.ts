import * as d3 from 'd3';

/** Nothing is shown larger: a millisecond is this wide. */
const MOST_PIXELS_A_MS = 40;
const ZOOM_TAKES_MS = 220;

type ZoomTarget = d3.Selection<HTMLElement, unknown, null, undefined>;

/** The stretch of time that is shown: moved by wheel, drag and keys. */
export class TimeWindow {
  private readonly target: ZoomTarget;
  private readonly behaviour: d3.ZoomBehavior<HTMLElement, unknown>;
  private readonly onChange: () => void;
  private transform: d3.ZoomTransform = d3.zoomIdentity;
  private startMs = 0;
  private endMs = 1;
  private width = 100;

  /**
   * @param element - what is dragged, and turned the wheel over.
   * @param scroller - what scrolls when it is dragged up or down.
   */
  constructor(element: HTMLElement, scroller: HTMLElement, onChange: () => void) {
    this.onChange = onChange;
    this.target = d3.select(element);
    this.behaviour = d3
      .zoom<HTMLElement, unknown>()
      .filter((event: Event) => !(event instanceof WheelEvent && event.shiftKey))
      .on('zoom', ({ sourceEvent, transform }: d3.D3ZoomEvent<HTMLElement, unknown>) => {
        if (sourceEvent instanceof MouseEvent && !(sourceEvent instanceof WheelEvent)) {
          scroller.scrollTop -= sourceEvent.movementY;
        }
        this.transform = transform;
        this.onChange();
      });
    this.target.call(this.behaviour).on('dblclick.zoom', null);
    this.target.on('wheel.pan', (event: WheelEvent) => this.panByWheel(event));
  }

  get fromMs(): number {
    return this.msAt(0);
  }

  get toMs(): number {
    return this.msAt(this.width);
  }

  get pixelMs(): number {
    return (this.toMs - this.fromMs) / this.width;
  }

  x(ms: number): number {
    return this.transform.applyX(((ms - this.startMs) / this.lastsMs) * this.width);
  }

  msAt(x: number): number {
    return this.startMs + (this.transform.invertX(x) / this.width) * this.lastsMs;
  }

  /** Shows all of a recording. */
  reset(startMs: number, endMs: number): void {
    this.startMs = startMs;
    this.endMs = endMs;
    this.limit();
    this.target.call(this.behaviour.transform, d3.zoomIdentity);
  }

  /** What is shown stays the same. */
  resize(width: number): void {
    if (width === this.width) return;
    const { k, x } = this.transform;
    const scaled = d3.zoomIdentity.translate((x * width) / this.width, 0).scale(k);
    this.width = width;
    this.limit();
    this.target.call(this.behaviour.transform, scaled);
  }

  /** @param aroundMs - what stays where it is; if it is out of sight, the middle does. */
  zoom(factor: number, aroundMs = this.startMs - 1): void {
    const x = this.x(aroundMs);
    const isInSight = x >= 0 && x <= this.width;
    this.target.call(this.behaviour.scaleBy, factor, [isInSight ? x : this.width / 2, 0]);
  }

  pan(part: number): void {
    this.target.call(this.behaviour.translateBy, (-part * this.width) / this.transform.k, 0);
  }

  /** @param isSmooth - whether one sees the way there, where motion is not unwelcome. */
  show(fromMs: number, toMs: number, isSmooth = true): void {
    const from = Math.min(Math.max(this.startMs, fromMs), this.endMs - 1);
    const to = Math.max(from + 1, Math.min(this.endMs, toMs));
    const scale = Math.min(this.lastsMs / (to - from), this.mostScale());
    const offset = ((from - this.startMs) / this.lastsMs) * this.width;
    const transform = d3.zoomIdentity.scale(scale).translate(-offset, 0);
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (isStill || !isSmooth) this.target.call(this.behaviour.transform, transform);
    else {
      this.target.transition().duration(ZOOM_TAKES_MS).call(this.behaviour.transform, transform);
    }
  }

  private panByWheel(event: WheelEvent): void {
    if (!event.shiftKey) return;
    event.preventDefault();
    const by = event.deltaX + event.deltaY;
    this.target.call(this.behaviour.translateBy, -by / this.transform.k, 0);
  }

  private get lastsMs(): number {
    return this.endMs - this.startMs;
  }

  private limit(): void {
    this.behaviour
      .extent([
        [0, 0],
        [this.width, 1],
      ])
      .translateExtent([
        [0, 0],
        [this.width, 1],
      ])
      .scaleExtent([1, this.mostScale()]);
  }

  private mostScale(): number {
    return Math.max(1, (MOST_PIXELS_A_MS * this.lastsMs) / this.width);
  }
}
