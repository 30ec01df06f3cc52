import type { ReportData, ReportTable } from '../report-data';
import { span } from './clock';
import { byId, make } from './dom';

/** What concerns all runs: what is wrong beyond single ones, notes, tables. */
export function showSummary({ summary, tables }: ReportData): void {
  const { notes, problems } = summary;
  byId('summary').replaceChildren(
    make('h2', {}, 'Summary'),
    make('p', {}, totalsOf(summary)),
    ...problems.map((problem) => make('p', { class: 'problem' }, problem)),
    ...notes.map((note) => make('p', { class: 'quiet' }, note)),
    ...tables.map(tableOf),
  );
}

/** `85 passed, 2 failed: 3 h of virtual time in 12 s`. */
export function totalsOf({
  failed,
  passed,
  skipped,
  virtualMs,
  wallMs,
}: ReportData['summary']): string {
  const rest = skipped > 0 ? `, ${skipped} not run` : '';
  const times = `${span(virtualMs)} of virtual time in ${span(wallMs)}`;
  return `${passed} passed, ${failed} failed${rest}: ${times}`;
}

function tableOf({ columns, failing = [], note, rows, title }: ReportTable): HTMLElement {
  const heads = columns.map((name, nth) => {
    const isNumber = rows.some((cells) => typeof cells[nth] === 'number');
    return make('th', { scope: 'col', ...(isNumber ? { class: 'number' } : {}) }, name);
  });
  const head = make('tr', {}, ...heads);
  const body = rows.map((cells, place) =>
    make(
      'tr',
      failing.includes(place) ? { class: 'problem' } : {},
      ...cells.map((value) => make('td', cellClass(value), cellText(value))),
    ),
  );
  const table = make('table', {}, make('thead', {}, head), make('tbody', {}, ...body));
  return make(
    'section',
    { class: columns.length > 2 ? 'table' : 'table is-narrow', 'aria-label': title },
    make('h3', {}, title),
    ...(note === undefined ? [] : [make('p', { class: 'quiet' }, note)]),
    table,
  );
}

function cellClass(value: string | number | null): Readonly<Record<string, string>> {
  if (value === null) return { class: 'nothing' };
  if (typeof value === 'string') return {};
  return { class: value === 0 ? 'number zero' : 'number' };
}

function cellText(value: string | number | null): string {
  if (value === null) return '';
  return typeof value === 'number' ? value.toLocaleString('en') : value;
}
