/**
 * The page: one HTML file with a time line of each run.
 *
 *   html               the reporter                    document     the file, piece by piece
 *   report-data        what the page is made from      skeleton     its elements, before any data
 *   run-store          what of a campaign fits in      trace        a run's events and sounds
 *   event-table        events as columns               peaks        sounds as outlines
 *   compared           a second recording beside it    page/        what runs in the browser
 */
import type { PageAssets } from './html/document';
import { pageOf } from './html/document';
import type { ReportTable } from './html/report-data';
import { RunStore, type RunLimits } from './html/run-store';
import { recoveryTable } from './recovery';
import type { Reporter, ScenarioRun, Summary } from './scenario-run';

export interface HtmlReporterOptions {
  /** What was run: `scenarios`, `fuzz`. */
  readonly title: string;
  readonly assets: PageAssets;
  /** Called with one piece of the file after the other. */
  readonly write: (text: string) => void;
  /** Told what was written, in a few words. */
  readonly onWritten?: (what: string) => void;
  readonly limits?: Partial<RunLimits>;
}

const CHARS_A_MEGABYTE = 1_000_000;

/** Writes a page at the end. Of a large campaign it keeps what fits: see {@link RunStore}. */
export class HtmlReporter implements Reporter {
  private readonly options: HtmlReporterOptions;
  private readonly store: RunStore;
  private readonly stories = new Map<string, string>();
  private readonly tables: ReportTable[] = [];

  constructor(options: HtmlReporterOptions) {
    this.options = options;
    this.store = new RunStore(options.limits);
  }

  finished(run: ScenarioRun): void {
    this.stories.set(run.scenario, run.story);
    this.store.add(run);
  }

  /** Adds a table about all runs, after those that were added before. */
  addTable(table: ReportTable): void {
    this.tables.push(table);
  }

  end(summary: Summary): void {
    const { store } = this;
    const recovery = recoveryTable(summary.recovery);
    const tables = [...(recovery.rows.length === 0 ? [] : [recovery]), ...this.tables];
    const runs = store.rows();
    const listed = new Set(runs.map(({ scenario }) => scenario));
    const stories = [...this.stories].filter(([name]) => listed.has(name));
    const notes = [...summary.notes, ...this.limitNotes()];
    const data = {
      title: this.options.title,
      summary: { ...summary, notes },
      stories: Object.fromEntries(stories),
      runs,
      tables,
    };
    let chars = 0;
    for (const piece of pageOf(data, store.details(), this.options.assets)) {
      chars += piece.length;
      this.options.write(piece);
    }
    const traced = runs.filter(({ detail }) => detail === 'trace').length;
    const size = `${(chars / CHARS_A_MEGABYTE).toFixed(1)} MB`;
    this.options.onWritten?.(`${counted(runs.length)}, ${traced} with a time line, ${size}`);
  }

  private limitNotes(): readonly string[] {
    const { unlistedRuns } = this.store;
    if (unlistedRuns === 0) return [];
    const verb = unlistedRuns === 1 ? 'is' : 'are';
    return [`${counted(unlistedRuns)} that passed ${verb} not listed.`];
  }
}

function counted(runs: number): string {
  return runs === 1 ? '1 run' : `${runs} runs`;
}
