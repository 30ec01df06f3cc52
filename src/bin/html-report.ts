import { appendFileSync } from 'node:fs';

import { HtmlReporter } from '../report/html';
import { note, writeOutput } from './command-line';
import { pageAssets } from './page-assets';

/** Where a page goes that nobody named a file for: on a terminal it is of no use. */
export const DEFAULT_PAGE = 'report.html';

/**
 * The reporter that writes a page into a file, and says so. The file is emptied at once, so that
 * one that cannot be written is known before the runs. Runs have time lines as far as they have a
 * `trace`.
 *
 * @param title - what was run: `scenarios`, `fuzz`.
 */
export function htmlReporter(title: string, file: string = DEFAULT_PAGE): HtmlReporter {
  writeOutput('--reporter', file, '');
  return new HtmlReporter({
    title,
    assets: pageAssets(),
    write: (text) => appendFileSync(file, text),
    onWritten: (what) => note(`${file}: ${what}`),
  });
}
