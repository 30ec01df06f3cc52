import type { FuzzReport } from '../fuzz/report';
import { problems, summary } from '../fuzz/verdict';
import { recoveryTable } from '../report/recovery';
import { tableLines } from '../report/table-text';
import { FAILED, writeOutput } from './command-line';

/** Writes a report, where a file is asked for, and tells it. Returns the exit code. */
export function tellOutcome(
  report: FuzzReport,
  file: string | undefined,
  tell: (text: string) => void,
): number {
  if (file !== undefined) writeOutput('--json', file, `${JSON.stringify(report)}\n`);
  for (const line of tableLines(recoveryTable(report.recovery))) tell(`${line}\n`);
  tell(summary(report));
  const found = problems(report);
  for (const problem of found) tell(`✗ ${problem}\n`);
  return found.length === 0 ? 0 : FAILED;
}
