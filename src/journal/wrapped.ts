/** As wide as any terminal. */
const COLUMNS = 80;

/**
 * Text broken between words, so that no line is wider than a terminal; colours take no room.
 *
 * @param indent - how far the lines after the first are moved to the right.
 */
export function wrapped(text: string, indent: number): string {
  const lead = /^ */.exec(text)?.[0] ?? '';
  const lines: string[] = [];
  let line = lead;
  for (const word of text.trim().split(' ')) {
    const isEmpty = line.trim() === '';
    if (!isEmpty && widthOf(line) + 1 + widthOf(word) > COLUMNS) {
      lines.push(line);
      line = `${' '.repeat(indent)}${word}`;
    } else {
      line += isEmpty ? word : ` ${word}`;
    }
  }
  return [...lines, line].join('\n');
}

function widthOf(text: string): number {
  return text.replace(COLOURS, '').length;
}

/** The sequences by which a terminal is told colours. */
const COLOURS = /\u001b\[\d+m/g;
