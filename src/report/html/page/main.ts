/**
 * What runs in the page.
 *
 *   main          reads the data, and joins the parts       run-list     which runs there are
 *   run-view      a run: head, time line, panel             summary      what concerns all runs
 *   timeline      ruler, lanes, pointer                     overview     the whole run in little
 *   time-window   which stretch is shown                    hit          what is under the pointer
 *   event-view    columns as events                         search       which events are meant
 *   groups        events as lanes (host-lanes, lane)        side-by-side two recordings as one
 *   painter       lanes as pixels (mark-painter, ruler)     print        the same for paper
 */
import type { ReportData, RunDetail, RunRow } from '../report-data';
import { byId, isWriting } from './dom';
import { helpDialog } from './help';
import { RunList } from './run-list';
import { RunView } from './run-view';
import { showSummary, totalsOf } from './summary';
import { themeButton } from './theme';

const PAN = 0.2;
const ZOOM = 1.5;

function main(): void {
  const data = read<ReportData>('data');
  const view = new RunView();
  const theme = themeButton(() => view.timeline.repaint());
  const help = helpDialog();
  const list = new RunList(data.runs, (run) => show(run, data, view));
  byId('title').textContent = data.title;
  byId('totals').textContent = totalsOf(data.summary);
  showSummary(data);
  openings();
  const first = data.runs.findIndex(({ passed }) => !passed);
  if (data.runs.length === 0) openSummary(true);
  else list.move(Math.max(0, first) + 1);
  document.addEventListener('keydown', (event) => {
    press(event, { view, list, help: help.open, theme: theme.next });
  });
  addEventListener('beforeprint', () => view.print());
  requestAnimationFrame(() => requestAnimationFrame(tellDrawn));
}

/** When the first frame was there, in milliseconds after the page was asked for. */
function tellDrawn(): void {
  document.documentElement.dataset['drawnMs'] = String(performance.now());
}

function read<Data>(id: string): Data {
  return JSON.parse(byId(id).textContent ?? '') as Data;
}

function show(run: RunRow, { stories }: ReportData, view: RunView): void {
  openSummary(false);
  openSidebar(false);
  const detail = run.detail === 'none' ? undefined : read<RunDetail>(`run-${run.id}`);
  const story = Object.hasOwn(stories, run.scenario) ? stories[run.scenario] : '';
  view.show(run, story ?? '', detail);
}

function openSummary(isOpen: boolean): void {
  byId('summary').hidden = !isOpen;
  byId('run').hidden = isOpen;
  byId('summary-open').setAttribute('aria-pressed', String(isOpen));
}

/** In a narrow window the runs lie upon the rest, while they are open. */
function openSidebar(isOpen: boolean): void {
  byId('sidebar').classList.toggle('is-open', isOpen);
  byId('runs-toggle').setAttribute('aria-expanded', String(isOpen));
}

function isSummaryOpen(): boolean {
  return !byId('summary').hidden;
}

function openings(): void {
  byId('summary-open').addEventListener('click', () => openSummary(!isSummaryOpen()));
  const sidebar = byId('sidebar');
  byId('runs-toggle').addEventListener('click', () => {
    openSidebar(!sidebar.classList.contains('is-open'));
    if (sidebar.classList.contains('is-open')) byId('run-search').focus();
  });
  sidebar.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || !sidebar.classList.contains('is-open')) return;
    openSidebar(false);
    byId('runs-toggle').focus();
  });
}

interface Parts {
  readonly view: RunView;
  readonly list: RunList;
  readonly help: () => void;
  readonly theme: () => void;
}

type Acts = Readonly<Record<string, () => void>>;

function press(event: KeyboardEvent, { help, list, theme, view }: Parts): void {
  if (event.ctrlKey || event.metaKey || event.altKey || byId<HTMLDialogElement>('help').open)
    return;
  if (isWriting(event.target)) {
    if (event.key === 'Escape' && event.target instanceof HTMLElement) event.target.blur();
    return;
  }
  const { timeline } = view;
  const part = event.shiftKey ? 1 : PAN;
  const anywhere: Acts = {
    '[': () => list.move(-1),
    ']': () => list.move(1),
    t: theme,
    '?': help,
  };
  const onRun: Acts = {
    ArrowLeft: () => timeline.pan(-part),
    ArrowRight: () => timeline.pan(part),
    '+': () => timeline.zoom(ZOOM),
    '=': () => timeline.zoom(ZOOM),
    '-': () => timeline.zoom(1 / ZOOM),
    Home: () => timeline.showAll(),
    f: () => view.jumpToFailure(),
    d: () => view.jumpToDivergence(),
    j: () => view.moveEvent(1),
    k: () => view.moveEvent(-1),
    '/': () => view.filterEvents(),
  };
  const act = anywhere[event.key] ?? (isSummaryOpen() ? undefined : onRun[event.key]);
  if (act === undefined) return;
  event.preventDefault();
  act();
}

main();
