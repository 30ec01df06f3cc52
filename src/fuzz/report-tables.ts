import type { ReportTable } from '../report/html/report-data';
import { POSSIBLE_PAIRS } from './pairs';
import type { FuzzReport } from './report';
import { CATALOGUE } from './sometimes';

type Counts = Pick<FuzzReport, 'pairs' | 'reached'>;

/** Where a campaign has been, as tables. */
export function reportTables(report: Counts): readonly ReportTable[] {
  return [statesTable(report), pairsTable(report)];
}

function statesTable({ reached }: Counts): ReportTable {
  const rows = CATALOGUE.map((state) => [state, reached[state] ?? 0] as const);
  const met = rows.filter(([, lives]) => lives > 0).length;
  return {
    title: `States reached: ${met} of ${CATALOGUE.length}`,
    note: 'How many lives reached each state that is worth reaching.',
    columns: ['state', 'lives'],
    rows: [...rows].sort(([, some], [, others]) => some - others),
  };
}

/** A row for each that is before the stroke of a pair, a column for each behind it. */
function pairsTable({ pairs }: Counts): ReportTable {
  const halves = POSSIBLE_PAIRS.map((pair) => pair.split(' / ') as [string, string]);
  const columns = [...new Set(halves.map(([, state]) => state))];
  const names = [...new Set(halves.map(([one]) => one))];
  const possible = new Set(POSSIBLE_PAIRS);
  const cell = (pair: string): number | null => (possible.has(pair) ? (pairs[pair] ?? 0) : null);
  const met = POSSIBLE_PAIRS.filter((pair) => pairs[pair] !== undefined).length;
  return {
    title: `Pairs met: ${met} of ${POSSIBLE_PAIRS.length}`,
    note: 'In how many lives a fault began, or a link was, in each state.',
    columns: ['', ...columns],
    rows: names.map((name) => [name, ...columns.map((state) => cell(`${name} / ${state}`))]),
  };
}
