import type { Failure } from '../../../sim/simulation';
import type { RunDetail } from '../report-data';
import { clock } from './clock';
import { button, byId, command, make } from './dom';
import { shown } from './events-pane';

/** So much is shown of a field of an event before a failure. */
const MOST_LETTERS = 300;

export interface FailuresOptions {
  readonly replay: string;
  readonly onJump: (atMs: number) => void;
}

export interface FailureCard {
  readonly atMs: number;
  readonly card: HTMLElement;
}

/** What a run has against the code: expected beside seen, and what happened before. */
export function showFailures(
  { crashes, failures }: Pick<RunDetail, 'crashes' | 'failures'>,
  options: FailuresOptions,
): readonly FailureCard[] {
  const cards = failures.map((failure) => card(failure, options));
  const stacks = crashes.map(({ atMs, host, stack }) =>
    make(
      'details',
      {},
      make('summary', {}, `${host} crashed at ${clock(atMs)}`),
      make('pre', {}, stack),
    ),
  );
  const none = make('p', { class: 'quiet' }, 'This run has nothing against the code.');
  byId('pane-failures').replaceChildren(...(failures.length === 0 ? [none] : cards), ...stacks);
  return cards.map((each, nth) => ({ atMs: failures[nth]?.atMs ?? 0, card: each }));
}

function card(failure: Failure, { onJump, replay }: FailuresOptions): HTMLElement {
  const { atMs, before, claim, expected, host, kind, meaning, seen } = failure;
  const where = host === undefined ? '' : ` on ${host}`;
  const facts = make('dl', { class: 'facts' });
  facts.append(make('dt', {}, 'expected'), make('dd', { class: 'expected' }, expected));
  facts.append(make('dt', {}, 'seen'), make('dd', { class: 'seen' }, seen));
  if (meaning !== undefined) facts.append(make('dt', {}, 'meaning'), make('dd', {}, meaning));
  const jump = button(`Show ${clock(atMs)}`, () => onJump(atMs));
  return make(
    'article',
    { class: 'failure', tabindex: '-1', 'aria-label': `${kind}: ${claim}` },
    make('h3', {}, make('b', { class: 'kind' }, kind), ` ${claim}`, make('small', {}, where), jump),
    facts,
    command(replay),
    ...(before.length === 0 ? [] : [eventsBefore(before)]),
  );
}

function eventsBefore(before: Failure['before']): HTMLElement {
  const lines = before.map(
    ({ atMs, boot: _b, host, seq: _s, step: _t, type, wallMs: _w, ...rest }) => {
      const fields = Object.entries(rest).map(
        ([name, value]) => `${name}=${shown(value, MOST_LETTERS)}`,
      );
      const where = shown(host, MOST_LETTERS).padEnd(8);
      return `${clock(atMs).padStart(12)}  ${where} ${type} ${fields.join(' ')}`.trimEnd();
    },
  );
  const title = `The last ${before.length} events before it`;
  const list = make('pre', {}, lines.join('\n'));
  return make('details', { open: '' }, make('summary', {}, title), list);
}
