/** "Did you mean ...?", for what is nearly one of the words that are known. */

/** More letters than these are another word, and not a slip. */
const MAX_SLIPS = 3;
/** The share of a word's letters that may be wrong. */
const MAX_WRONG = 0.4;

/** The first part of a word is near to it, however much is missing: `token` to `token-file`. */
const LEAST_BEGINNING = 3;

/**
 * What may have been meant, as a sentence with a blank before it; empty where nothing is near.
 *
 * @param ignored - what all of them begin with, and so makes none of them alike.
 */
export function suggestion(word: string, known: Iterable<string>, ignored?: RegExp): string {
  const plain = (text: string): string => plainly(ignored ? text.replace(ignored, '') : text);
  const near = [...known]
    .map((each) => ({ each, slips: slipsIn(plain(word), plain(each)) }))
    .filter(({ slips }) => slips !== undefined)
    .sort((a, b) => (a.slips as number) - (b.slips as number));
  return near[0] === undefined ? '' : ` Did you mean '${near[0].each}'?`;
}

/** `Token_File` and `token-file` are one word, written in two ways. */
function plainly(text: string): string {
  return text.slice(0, 80).toLowerCase().replaceAll('_', '-');
}

/** How far a word is from the one that may be meant; undefined where it is another word. */
function slipsIn(word: string, meant: string): number | undefined {
  const slips = slipsBetween(word, meant);
  if (slips <= Math.min(MAX_SLIPS, meant.length * MAX_WRONG)) return slips;
  return word.length >= LEAST_BEGINNING && meant.startsWith(`${word}-`) ? slips : undefined;
}

/** Levenshtein's distance: letters to put in, take out or change. */
function slipsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let line = 1; line <= a.length; line++) {
    const next = [line];
    for (let column = 1; column <= b.length; column++) {
      const changed = (row[column - 1] as number) + (a[line - 1] === b[column - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[column] as number) + 1, (next[column - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
