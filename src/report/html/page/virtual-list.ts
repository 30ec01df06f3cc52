import { make } from './dom';

export interface VirtualListOptions {
  readonly rowHeight: number;
  /** Fills a row with what is at a place. */
  readonly fill: (row: HTMLElement, place: number) => void;
  /** Somebody chose a place. */
  readonly onChoose: (place: number) => void;
}

/** Rows that are made though they are out of sight, above and below. */
const SPARE = 6;

/** A list of any length, of which only what is in sight is there. */
export class VirtualList {
  private readonly element: HTMLElement;
  private readonly options: VirtualListOptions;
  private readonly inner = make('div', { class: 'list-inner', role: 'presentation' });
  private count = 0;
  private chosen = -1;

  constructor(element: HTMLElement, options: VirtualListOptions) {
    this.element = element;
    this.options = options;
    element.append(this.inner);
    element.addEventListener('scroll', () => this.paint());
    element.addEventListener('click', (event) => this.clicked(event));
    element.addEventListener('keydown', (event) => this.pressed(event));
    new ResizeObserver(() => this.paint()).observe(element);
  }

  /** Shows so many rows, of which one is chosen already. */
  show(count: number, chosen: number): void {
    this.count = count;
    this.chosen = chosen;
    this.inner.style.height = `${count * this.options.rowHeight}px`;
    this.reveal();
    this.paint();
  }

  /** Marks a place as chosen, without telling of it. */
  mark(place: number): void {
    this.chosen = place;
    this.reveal();
    this.paint();
  }

  /** Chooses what is so many places further. */
  move(by: number): void {
    if (this.count === 0) return;
    const place = Math.min(this.count - 1, Math.max(0, this.chosen + by));
    this.mark(place);
    this.options.onChoose(place);
  }

  private reveal(): void {
    if (this.chosen < 0) return;
    const { rowHeight } = this.options;
    const top = this.chosen * rowHeight;
    const { clientHeight, scrollTop } = this.element;
    if (top < scrollTop || top + rowHeight > scrollTop + clientHeight) {
      this.element.scrollTop = top - clientHeight / 2;
    }
  }

  private paint(): void {
    const { rowHeight } = this.options;
    const { clientHeight, scrollTop } = this.element;
    const first = Math.max(0, Math.floor(scrollTop / rowHeight) - SPARE);
    const last = Math.min(this.count, Math.ceil((scrollTop + clientHeight) / rowHeight) + SPARE);
    const rows: HTMLElement[] = [];
    for (let place = first; place < last; place += 1) rows.push(this.row(place));
    this.inner.replaceChildren(...rows);
    const active = this.chosen >= first && this.chosen < last ? this.idOf(this.chosen) : '';
    if (active === '') this.element.removeAttribute('aria-activedescendant');
    else this.element.setAttribute('aria-activedescendant', active);
  }

  private row(place: number): HTMLElement {
    const row = make('div', {
      class: 'row',
      role: 'option',
      id: this.idOf(place),
      'aria-selected': String(place === this.chosen),
      'aria-posinset': String(place + 1),
      'aria-setsize': String(this.count),
    });
    row.dataset['place'] = String(place);
    row.style.transform = `translateY(${place * this.options.rowHeight}px)`;
    row.style.height = `${this.options.rowHeight}px`;
    this.options.fill(row, place);
    return row;
  }

  private idOf(place: number): string {
    return `${this.element.id}-${place}`;
  }

  private clicked({ target }: MouseEvent): void {
    const row = target instanceof Element ? target.closest<HTMLElement>('.row') : null;
    if (row === null) return;
    const place = Number(row.dataset['place']);
    this.mark(place);
    this.options.onChoose(place);
  }

  private pressed(event: KeyboardEvent): void {
    const page = Math.floor(this.element.clientHeight / this.options.rowHeight);
    const moves: Readonly<Record<string, number>> = {
      ...{ ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page },
      ...{ Home: -this.count, End: this.count },
    };
    const by = moves[event.key];
    if (by === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.move(by);
  }
}
