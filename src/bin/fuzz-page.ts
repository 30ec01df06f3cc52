import type { FuzzReport } from '../fuzz/report';
import { reportTables } from '../fuzz/report-tables';
import type { UnfiledRun } from '../fuzz/shown-failure';
import { problems, summary } from '../fuzz/verdict';
import type { HtmlReporter } from '../report/html';
import { htmlReporter } from './html-report';

/** A campaign as a page: what failed with its time lines, and where the campaign has been. */
export class FuzzPage {
  private readonly page: HtmlReporter;

  constructor(file: string | undefined) {
    this.page = htmlReporter('fuzz', file);
  }

  /** @param file - where the scenario was written. */
  failed(run: UnfiledRun, file: string): void {
    this.page.finished({ ...run, file, replay: `npm run scenarios -- ${file}` });
  }

  end(report: FuzzReport): void {
    const { failures, lives, recovery, virtualMs, wallMs } = report;
    const failed = failures.length;
    for (const table of reportTables(report)) this.page.addTable(table);
    this.page.end({
      ...{ passed: lives - failed, failed, skipped: 0, virtualMs, wallMs, recovery },
      problems: problems(report),
      notes: [...summary(report).trimEnd().split('\n'), 'Only runs that failed are listed.'],
    });
  }
}
