import type { Table } from './recovery';

/** From this column on there are numbers, but for the last. */
const FIRST_NUMBER = 2;

/**
 * A table in lines of plain text, aligned; none, where it has no rows. What a row has in common
 * with the one above it is not said again, and a row of what must never be is marked.
 */
export function tableLines({ columns, failing, rows, title }: Table): readonly string[] {
  if (rows.length === 0) return [];
  const widths = columns.map((column, place) =>
    Math.max(column.length, ...rows.map((row) => row[place]?.length ?? 0)),
  );
  const aligned = (cells: readonly string[]): string =>
    cells.map((cell, place) => pad(cell, widths[place] ?? 0, place, columns.length)).join('  ');
  const body = rows.map((row, place) => {
    const [first = '', ...rest] = row;
    const isSame = rows[place - 1]?.[0] === first;
    return `${failing.includes(place) ? '✗' : ' '} ${aligned([isSame ? '' : first, ...rest])}`;
  });
  return [title, `  ${aligned(columns)}`, ...body].map((line) => line.trimEnd());
}

function pad(cell: string, width: number, place: number, count: number): string {
  const isNumber = place >= FIRST_NUMBER && place < count - 1;
  return isNumber ? cell.padStart(width) : cell.padEnd(width);
}
