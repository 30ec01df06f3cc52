import * as d3 from 'd3';

import { clock } from './clock';
import { button, byId, make, replaceFocused } from './dom';
import type { EventView } from './event-view';
import { search } from './search';
import { VirtualList } from './virtual-list';

const ROW_HEIGHT = 20;
/** Of a value the list shows so many letters. */
const MOST_SHOWN = 300;

/** One of two recordings whose events can be listed. */
export interface Recording {
  readonly label: string;
  readonly view: EventView;
}

/** The events of a recording as a list: all, or those that a search finds. */
export class EventsPane {
  private readonly list: VirtualList;
  private readonly input = byId<HTMLInputElement>('event-search');
  private readonly onFound: (found: Int32Array, of: Recording) => void;
  private readonly hidden = new Set<string>();
  private recordings: readonly Recording[] = [];
  private listed: Recording | undefined;
  private found = new Int32Array(0);

  /**
   * @param onChoose - somebody chose an event, by its index.
   * @param onFound - what is found now.
   */
  constructor(
    onChoose: (index: number, of: Recording) => void,
    onFound: (found: Int32Array, of: Recording) => void,
  ) {
    this.onFound = onFound;
    this.list = new VirtualList(byId('events'), {
      rowHeight: ROW_HEIGHT,
      fill: (row, place) => this.fill(row, this.found[place] ?? -1),
      onChoose: (place) => {
        const index = this.found[place];
        if (index !== undefined && this.listed !== undefined) onChoose(index, this.listed);
      },
    });
    this.input.addEventListener('input', () => this.search());
    byId('type-list').addEventListener('beforetoggle', placeTypes);
  }

  /** Lists the first of these recordings; the others can be chosen. */
  show(recordings: readonly Recording[]): void {
    this.recordings = recordings;
    this.input.value = '';
    const [first] = recordings;
    if (first !== undefined) this.choose(first);
  }

  /** Marks an event, and brings it into sight if the search has found it. */
  mark(index: number, of: Recording): void {
    if (of !== this.listed) this.choose(of);
    this.list.mark(this.placeOf(index));
  }

  /** Chooses what is so many found events further. */
  move(by: number): void {
    this.list.move(by);
  }

  focus(): void {
    this.input.focus();
    this.input.select();
  }

  private choose(recording: Recording): void {
    this.listed = recording;
    this.hidden.clear();
    this.listTypes(recording.view);
    const buttons = this.recordings.map((each, nth) =>
      button(each.label, () => this.choose(each), {
        id: `recording-${nth}`,
        'aria-pressed': String(each === recording),
      }),
    );
    const isOne = buttons.length < 2;
    const focused = `recording-${this.recordings.indexOf(recording)}`;
    replaceFocused(byId('recordings'), isOne ? [] : buttons, focused);
    this.search();
  }

  private search(): void {
    if (this.listed === undefined) return;
    const { view } = this.listed;
    this.found = search(view, this.input.value, this.hidden) as Int32Array<ArrayBuffer>;
    const isAll = this.found.length === view.count;
    const all = view.count.toLocaleString('en');
    byId('matches').textContent = isAll
      ? `${all} events`
      : `${this.found.length.toLocaleString('en')} of ${all}`;
    this.list.show(this.found.length, -1);
    this.onFound(isAll ? new Int32Array(0) : this.found, this.listed);
  }

  private placeOf(index: number): number {
    const place = d3.bisectLeft(this.found, index);
    return this.found[place] === index ? place : -1;
  }

  private listTypes(view: EventView): void {
    const { places, values } = view.field('type');
    const counts = new Float64Array(values.length);
    for (const place of places) counts[place] = (counts[place] ?? 0) + 1;
    const rows = values.map((type, place) => [String(type), counts[place] ?? 0] as const);
    const boxes = rows
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([type, count]) => this.typeBox(type, count));
    byId('type-list').replaceChildren(...boxes);
  }

  private typeBox(type: string, count: number): HTMLElement {
    const box = make('input', { type: 'checkbox', checked: '' });
    box.addEventListener('change', () => {
      if (box.checked) this.hidden.delete(type);
      else this.hidden.add(type);
      this.search();
    });
    return make('label', {}, box, type, make('small', {}, count.toLocaleString('en')));
  }

  private fill(row: HTMLElement, index: number): void {
    const view = this.listed?.view;
    if (view === undefined || index < 0) return;
    const rest = view.own(index).map(([name, value]) => `${name}=${shown(value, MOST_SHOWN)}`);
    row.append(
      make('span', { class: 'at' }, clock(view.at(index))),
      make('span', { class: 'host' }, shown(view.host(index), MOST_SHOWN)),
      make('span', { class: 'type' }, shown(view.type(index), MOST_SHOWN)),
      make('span', { class: 'rest' }, rest.join('  ')),
    );
  }
}

/** The list of types opens above its button, because the button is near the end of the window. */
function placeTypes(): void {
  const { right, top } = byId('types').getBoundingClientRect();
  const { style } = byId('type-list');
  style.right = `${innerWidth - right}px`;
  style.bottom = `${innerHeight - top + 4}px`;
}

/** A value as one reads it; of a long one the beginning, and how long it is. */
export function shown(value: unknown, mostLetters: number): string {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  if (text.length <= mostLetters) return text;
  return `${text.slice(0, mostLetters)}… (${text.length.toLocaleString('en')} letters)`;
}
