import * as d3 from 'd3';

import type { Outcome } from '../../../sim/expectation';
import type { Measurement } from '../../../sim/invariants/invariant';
import type { RunDetail } from '../report-data';
import { span } from './clock';
import { byId, make } from './dom';

const BAR_WIDTH = 180;
const BAR_HEIGHT = 16;

/** What was demanded and measured, beside its bound. */
export function showBounds({ invariants, measurements, outcomes }: RunDetail): void {
  const verdicts = Object.entries(invariants).map(([id, verdict]) =>
    make('li', { class: `verdict-${verdict}` }, make('b', {}, id), ` ${verdict}`),
  );
  const parts = [
    ...section('Demands of the scenario', outcomes.map(outcomeRow)),
    ...section('Measured by the invariants', measurements.map(measurementRow)),
    ...(verdicts.length === 0
      ? []
      : [make('h3', {}, 'Invariants'), make('ul', { class: 'verdicts' }, ...verdicts)]),
  ];
  const none = make('p', { class: 'quiet' }, 'Nothing was demanded, and nothing measured.');
  byId('pane-bounds').replaceChildren(...(parts.length === 0 ? [none] : parts));
}

function section(title: string, rows: readonly HTMLElement[]): readonly HTMLElement[] {
  if (rows.length === 0) return [];
  const head = make(
    'tr',
    {},
    ...['', 'what', 'seen', 'expected', ''].map((name) => make('th', {}, name)),
  );
  return [
    make('h3', {}, title),
    make('table', {}, make('thead', {}, head), make('tbody', {}, ...rows)),
  ];
}

function outcomeRow({ expected, holds, pairs = [], seen, that }: Outcome): HTMLElement {
  const bound = pairs[0]?.atMostMs;
  const tookMs = pairs.map(({ fromMs, toMs }) => toMs - fromMs);
  const bar = bound === undefined ? '' : dots(tookMs, bound, `${that}: ${seen}, ${expected}`);
  return row(holds, that, seen, expected, bar);
}

function measurementRow(measurement: Measurement): HTMLElement {
  const { bound, count, max, min, name, unit, values } = measurement;
  const show = unit === 'ms' ? span : String;
  const seen = count === 1 ? show(max) : `${show(min)} to ${show(max)}, ${count} times`;
  const limit = limitOf(bound);
  const bar = dots(values, limit, `${name}: ${seen}, ${bound}`, max);
  return row(limit === undefined || max <= limit, name, seen, bound, bar);
}

function row(holds: boolean, ...cells: readonly (string | Element)[]): HTMLElement {
  const mark = make('td', { class: holds ? 'holds' : 'broken' }, holds ? 'holds' : 'broken');
  return make('tr', {}, mark, ...cells.map((cell) => make('td', {}, cell)));
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000 };

/** `<= 75 s` as milliseconds; what is more than that has no place on a scale. */
function limitOf(bound: string): number | undefined {
  const [, number = '', unit = ''] = /^<= ([\d.]+) (ms|s|min|h)$/.exec(bound) ?? [];
  const unitMs = UNITS_MS[unit];
  return unitMs === undefined ? undefined : Number(number) * unitMs;
}

/** Values on a scale that ends a little behind the bound. */
function dots(
  values: readonly number[],
  bound: number | undefined,
  label: string,
  atLeast = 0,
): SVGElement {
  const most = Math.max(bound ?? 0, atLeast, ...values, 1);
  const x = d3.scaleLinear([0, most], [4, BAR_WIDTH - 6]);
  const svg = d3
    .create('svg')
    .attr('class', 'dots')
    .attr('width', BAR_WIDTH)
    .attr('height', BAR_HEIGHT)
    .attr('role', 'img')
    .attr('aria-label', label);
  const middle = BAR_HEIGHT / 2;
  svg.append('line').attr('x1', x(0)).attr('x2', x(most)).attr('y1', middle).attr('y2', middle);
  if (bound !== undefined) {
    svg
      .append('path')
      .attr('class', 'bound')
      .attr('d', `M${x(bound)},1V${BAR_HEIGHT - 1}`);
  }
  svg
    .selectAll('circle')
    .data(values)
    .join('circle')
    .attr('r', 3)
    .attr('cy', middle)
    .attr('cx', (value) => x(value))
    .attr('class', (value) => (bound !== undefined && value > bound ? 'beyond' : ''));
  return svg.node() as SVGElement;
}
