import * as d3 from 'd3';

import type { RunDetail, RunRow } from '../report-data';
import { Panel } from './panel';
import { showBounds } from './bounds-pane';
import { clock, span } from './clock';
import { byId, command, make } from './dom';
import { EventView } from './event-view';
import { EventsPane, type Recording } from './events-pane';
import { showFailures, type FailureCard } from './failures-pane';
import { showFields, showNoFields } from './fields-pane';
import { NO_PICTURE, pictureOf, type Picture } from './groups';
import type { Hit } from './hit';
import { lane } from './lane';
import { drawForPrint } from './print';
import { sideBySide } from './side-by-side';
import { Timeline } from './timeline';
import type { Pin } from './ruler';

const PARTING = 'they part here';
const NO_SOUNDS = { sounds: {}, heard: {}, leftOut: 0 };

/** A run that somebody looks at: its head, its time line and its panel. */
export class RunView {
  readonly timeline: Timeline;
  private readonly events: EventsPane;
  private readonly panel = new Panel();
  private pins: readonly Pin[] = [];
  private picture: Picture = NO_PICTURE;
  private failures: readonly FailureCard[] = [];
  private nextFailure = 0;
  private partsAtMs: number | undefined;
  private run: Recording | undefined;
  private other: Recording | undefined;

  constructor() {
    this.timeline = new Timeline({ onPick: (hit) => this.pick(hit) });
    this.events = new EventsPane(
      (index, of) => this.choose(index, of),
      (found, of) => this.showFound(found, of),
    );
  }

  show(run: RunRow, story: string, detail: RunDetail | undefined): void {
    const { compared, trace } = detail ?? {};
    this.nextFailure = 0;
    this.failures = [];
    this.run =
      trace === undefined ? undefined : { label: 'run', view: new EventView(trace.events) };
    this.other =
      compared === undefined
        ? undefined
        : { label: compared.label, view: new EventView(compared.events) };
    this.pins = pinsOf(detail);
    this.partsAtMs = compared?.divergence?.atMs;
    showHead(run, story, detail);
    byId('run').classList.toggle('is-traced', this.run !== undefined);
    showUntraced(run, trace?.leftOut ?? 0);
    if (detail !== undefined) {
      const onJump = (atMs: number): void => this.jump(atMs);
      this.failures = showFailures(detail, { replay: run.replay, onJump });
      showBounds(detail);
    }
    showNoFields();
    this.panel.show(detail, this.run !== undefined, run.passed);
    if (this.run !== undefined && detail !== undefined) this.draw(this.run, detail);
  }

  /** Shows a failure, with all that is known of it: the first, and each time the next one. */
  jumpToFailure(): void {
    const next = this.failures[this.nextFailure % Math.max(1, this.failures.length)];
    if (next === undefined) return;
    this.nextFailure += 1;
    this.panel.open('failures');
    next.card.focus();
    this.jump(next.atMs);
  }

  jumpToDivergence(): void {
    if (this.partsAtMs !== undefined) this.jump(this.partsAtMs);
  }

  /** Chooses the event that is so many found ones further. */
  moveEvent(by: number): void {
    this.panel.open('events');
    this.events.move(by);
  }

  filterEvents(): void {
    this.panel.open('events');
    this.events.focus();
  }

  /** Draws the run for paper. */
  print(): void {
    drawForPrint(this.picture, this.pins);
  }

  /** Whoever goes from event to event goes on from there. */
  private jump(atMs: number): void {
    const { run } = this;
    if (run === undefined) return;
    this.timeline.jump(atMs);
    this.events.mark(run.view.lastUntil(atMs), run);
  }

  private draw(run: Recording, { outcomes, trace }: RunDetail): void {
    const own = pictureOf(run.view, trace ?? NO_SOUNDS, outcomes);
    const { other } = this;
    const picture =
      other === undefined
        ? own
        : sideBySide(own, pictureOf(other.view, NO_SOUNDS, []), other.label);
    this.picture = picture;
    this.timeline.show(picture, this.pins, run.view.atMs);
    this.events.show(other === undefined ? [run] : [run, other]);
  }

  /** What a search has found has a lane of its own, on top of all. */
  private showFound(found: Int32Array, of: Recording): void {
    const { picture } = this;
    const { view } = of;
    const isOther = of === this.other;
    const each = { ...lane('found', 18, 'Events that the filter has found'), isOther };
    for (const event of found) {
      const label = view.type(event);
      each.marks.push({ atMs: view.at(event), event, glyph: 'dot', tone: 'note', label });
    }
    const group = { title: 'filter', note: `${found.length} events`, lanes: [each] };
    const groups = found.length === 0 ? picture.groups : [group, ...picture.groups];
    this.timeline.update({ ...picture, groups });
  }

  private pick({ event, fromMs, lane: { isOther } }: Hit): void {
    const of = isOther ? this.other : this.run;
    this.timeline.select(fromMs);
    if (of === undefined || event < 0) return;
    this.showFields(event, of);
    this.events.mark(event, of);
  }

  private choose(index: number, of: Recording): void {
    this.showFields(index, of);
    this.timeline.select(of.view.at(index));
  }

  private showFields(index: number, of: Recording): void {
    showFields(of.view, index, of === this.other ? of.label : '');
  }
}

function pinsOf(detail: RunDetail | undefined): readonly Pin[] {
  if (detail === undefined) return [];
  const { compared, failures } = detail;
  const kindsAt = d3.rollup(
    failures,
    (some) => some.map(({ kind }) => kind).join(', '),
    ({ atMs }) => atMs,
  );
  const partsAtMs = compared?.divergence?.atMs;
  const pins = [...kindsAt].map(([atMs, kinds]): Pin => {
    return { atMs, label: atMs === partsAtMs ? `${kinds}: ${PARTING}` : kinds, kind: 'failure' };
  });
  if (partsAtMs !== undefined && !kindsAt.has(partsAtMs)) {
    pins.push({ atMs: partsAtMs, label: PARTING, kind: 'divergence' });
  }
  return pins.sort((one, other) => one.atMs - other.atMs);
}

function showHead(run: RunRow, story: string, detail: RunDetail | undefined): void {
  const { events, hash, kinds, passed, replay, scenario, seed, virtualMs } = run;
  const verdict = passed ? 'passed' : `failed: ${kinds.join(', ')}`;
  const facts = [
    `seed ${seed}`,
    `${span(virtualMs)} virtual`,
    `${events.toLocaleString('en')} events`,
    ...(hash === '' ? [] : [`hash ${hash}`]),
  ];
  const title = make('h2', {}, scenario);
  title.append(make('span', { class: passed ? 'badge passed' : 'badge failed' }, verdict));
  byId('run-head').replaceChildren(
    title,
    make('p', { class: 'facts-line' }, facts.join(' · ')),
    make('p', { class: 'story' }, story),
    command(replay),
    ...comparison(detail),
  );
}

function comparison(detail: RunDetail | undefined): readonly HTMLElement[] {
  const compared = detail?.compared;
  if (compared === undefined) return [];
  const { divergence, label } = compared;
  const text =
    divergence === undefined
      ? `The ${label} tells the same.`
      : `The run and the ${label} part at ${clock(divergence.atMs)} on ${divergence.host}: ` +
        `the run has ${divergence.run}, the ${label} ${divergence.other}.`;
  return [make('p', { class: 'comparison' }, text)];
}

/** Which command makes a page that has what this one has not. */
function showUntraced({ detail, replay }: RunRow, leftOut: number): void {
  const element = byId('untraced');
  element.hidden = detail === 'trace' && leftOut === 0;
  if (element.hidden) return;
  const why =
    leftOut > 0
      ? `The first ${leftOut.toLocaleString('en')} events are left out: too many for a page.`
      : 'This run has no time line here. To make one:';
  element.replaceChildren(why, ' ', ...(leftOut > 0 ? [] : [command(`${replay} --reporter html`)]));
}
