const NAME_WIDTH = 30;
const COLUMN_WIDTH = 13;

/** A row of a table: what it is about, and its figures. */
export function print(name: string, ...columns: readonly string[]): void {
  const cells = columns.map((column) => column.padStart(COLUMN_WIDTH));
  process.stdout.write(`${name.padEnd(NAME_WIDTH)}${cells.join('')}\n`);
}

/** How far a case is, for whoever waits: gone with the next row, and absent from a file. */
export function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K  ${text}\r`);
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

export function times(value: number): string {
  return `${value.toFixed(2)} x`;
}

export function mib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
