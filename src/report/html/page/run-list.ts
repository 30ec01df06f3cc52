import type { RunRow } from '../report-data';
import { span } from './clock';
import { button, byId, make, replaceFocused } from './dom';
import { VirtualList } from './virtual-list';

const ROW_HEIGHT = 44;

type Verdict = 'all' | 'failed' | 'passed';

/** The runs, filtered by text and verdict. */
export class RunList {
  private readonly list: VirtualList;
  private readonly runs: readonly RunRow[];
  private readonly input = byId<HTMLInputElement>('run-search');
  private verdict: Verdict = 'all';
  private found: readonly RunRow[] = [];
  private chosen: RunRow | undefined;

  constructor(runs: readonly RunRow[], onChoose: (run: RunRow) => void) {
    this.runs = runs;
    this.list = new VirtualList(byId('runs'), {
      rowHeight: ROW_HEIGHT,
      fill: (row, place) => fill(row, this.found[place]),
      onChoose: (place) => {
        this.chosen = this.found[place];
        if (this.chosen !== undefined) onChoose(this.chosen);
      },
    });
    if (runs.length === 0) byId('runs').dataset['empty'] = 'No run is listed.';
    this.input.addEventListener('input', () => this.filter());
    this.showVerdicts();
    this.filter();
  }

  /** Chooses the run that is so many places further. */
  move(by: number): void {
    this.list.move(by);
  }

  private showVerdicts(): void {
    const failed = this.runs.filter(({ passed }) => !passed).length;
    const counts: readonly (readonly [Verdict, number])[] = [
      ['all', this.runs.length],
      ['failed', failed],
      ['passed', this.runs.length - failed],
    ];
    const buttons = counts.map(([verdict, count]) =>
      button(`${verdict} ${count.toLocaleString('en')}`, () => this.choose(verdict), {
        id: `verdict-${verdict}`,
        'aria-pressed': String(verdict === this.verdict),
      }),
    );
    replaceFocused(byId('verdicts'), buttons, `verdict-${this.verdict}`);
  }

  private choose(verdict: Verdict): void {
    this.verdict = verdict;
    this.showVerdicts();
    this.filter();
  }

  private filter(): void {
    const words = this.input.value.toLowerCase().split(/\s+/).filter(Boolean);
    this.found = this.runs.filter((run) => {
      const isOfVerdict = this.verdict === 'all' || run.passed === (this.verdict === 'passed');
      const text = `${run.scenario} seed=${run.seed} ${run.kinds.join(' ')}`.toLowerCase();
      return isOfVerdict && words.every((word) => text.includes(word));
    });
    this.list.show(this.found.length, this.chosen ? this.found.indexOf(this.chosen) : -1);
  }
}

function fill(row: HTMLElement, run: RunRow | undefined): void {
  if (run === undefined) return;
  const { detail, kinds, passed, scenario, seed, virtualMs } = run;
  row.classList.add(passed ? 'passed' : 'failed');
  const told = passed ? 'passed' : `failed: ${kinds.join(', ')}`;
  row.setAttribute('aria-label', `${scenario}, seed ${seed}, ${told}`);
  const facts = [`seed ${seed}`, span(virtualMs), ...(detail === 'trace' ? [] : ['no time line'])];
  const verdict = passed ? [] : [make('b', { class: 'verdict' }, kinds.join(' ')), ' · '];
  row.append(
    make('span', { class: 'mark', 'aria-hidden': 'true' }, passed ? '✓' : '✗'),
    make('span', { class: 'name' }, scenario),
    make('small', {}, ...verdict, facts.join(' · ')),
  );
}
