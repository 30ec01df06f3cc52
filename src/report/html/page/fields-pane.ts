import { clock } from './clock';
import { byId, make } from './dom';
import type { EventView } from './event-view';
import { shown } from './events-pane';

/** No value of ours is as long; a page of one that is would not be any use. */
const MOST_LETTERS = 10_000;

/** Shows every field of an event. */
export function showFields(view: EventView, index: number, of: string): void {
  const { atMs, type, wallMs, ...rest } = view.event(index);
  const fields = [
    ['at', `${clock(atMs)} (${atMs} ms)`],
    ...Object.entries(rest).map(([name, value]) => [name, shown(value, MOST_LETTERS)]),
    ...(wallMs === 0 ? [] : [['time of day', timeOfDay(wallMs)]]),
  ] as [string, string][];
  const list = make('dl', {});
  for (const [name, value] of fields) list.append(make('dt', {}, name), make('dd', {}, value));
  byId('fields').replaceChildren(
    make('h3', {}, shown(type, MOST_LETTERS), ...(of === '' ? [] : [make('small', {}, of)])),
    list,
  );
}

/** As a calendar has it; the clock of a machine may be past any calendar. */
function timeOfDay(wallMs: number): string {
  const date = new Date(wallMs);
  return Number.isNaN(date.getTime()) ? `${wallMs} ms` : date.toISOString();
}

/** What is said before anything is chosen. */
export function showNoFields(): void {
  const text = 'Click what you see, or an event, to have all its fields here.';
  byId('fields').replaceChildren(make('p', { class: 'quiet' }, text));
}
