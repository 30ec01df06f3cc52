import { formatMs } from '../format-ms';
import type { Hunted } from './hunt';
import type { Outcome } from './outcome';

/** How many there were, and what became of them. */
export interface Totals {
  readonly mutants: number;
  /** By the scenarios, by the fuzzer, or by both. */
  readonly caught: number;
  /** By the fuzzer, which knows none of the scenarios. */
  readonly byFuzz: number;
  readonly survived: readonly string[];
  /** Those of which nothing is known. */
  readonly broke: readonly string[];
}

export function totalsOf(hunted: readonly Hunted[]): Totals {
  const idsOf = (some: readonly Hunted[]): string[] => some.map(({ mutant }) => mutant.id);
  const caught = hunted.filter(isCaught);
  const broke = hunted.filter((each) => !isCaught(each) && isBroken(each));
  const survived = hunted.filter((each) => !isCaught(each) && !isBroken(each));
  return {
    mutants: hunted.length,
    caught: caught.length,
    byFuzz: hunted.filter(({ fuzz }) => fuzz.how === 'caught').length,
    survived: idsOf(survived),
    broke: idsOf(broke),
  };
}

function isCaught({ fuzz, scenarios }: Hunted): boolean {
  return fuzz.how === 'caught' || scenarios.how === 'caught';
}

function isBroken({ fuzz, scenarios }: Hunted): boolean {
  return fuzz.how === 'broke' || scenarios.how === 'broke';
}

/** A mutant in a few lines of a terminal. */
export function huntedText(hunted: Hunted): string {
  const { fuzz, mutant, scenarios } = hunted;
  const mark = isCaught(hunted) && !isBroken(hunted) ? '✓' : '✗';
  return [
    `${mark} ${mutant.id}  ${mutant.title}`,
    ...(scenarios.how === 'skipped' ? [] : [`    scenarios  ${outcomeText(scenarios)}`]),
    ...(fuzz.how === 'skipped' ? [] : [`    fuzzer     ${outcomeText(fuzz)}`]),
    '',
  ].join('\n');
}

function outcomeText(outcome: Outcome): string {
  switch (outcome.how) {
    case 'caught':
      return `${outcome.kind} in ${outcome.where}, ${effort(outcome)}: ${outcome.claim}`;
    case 'survived':
      return `SURVIVED ${effort(outcome)}`;
    case 'broke':
      return `cannot be run: ${outcome.why}`;
    case 'skipped':
      return '-';
    default:
      return outcome satisfies never;
  }
}

function effort({
  runs,
  virtualMs,
}: {
  readonly runs: number;
  readonly virtualMs: number;
}): string {
  return `${runs} ${runs === 1 ? 'run' : 'runs'}, ${formatMs(virtualMs)}`;
}

export function totalsText(totals: Totals): string {
  const { broke, byFuzz, caught, mutants, survived } = totals;
  return [
    `${mutants} mutants: ${caught} caught (${percent(caught, mutants)}), ` +
      `${byFuzz} by the fuzzer alone (${percent(byFuzz, mutants)})`,
    ...(survived.length === 0 ? [] : [`SURVIVED: ${survived.join(', ')}`]),
    ...(broke.length === 0 ? [] : [`cannot be run: ${broke.join(', ')}`]),
    '',
  ].join('\n');
}

/** Rounded down: 99.9 % is not all. */
function percent(part: number, all: number): string {
  return all === 0 ? '-' : `${Math.floor((100 * part) / all)} %`;
}

/** All of them as Markdown: a table, and the totals. */
export function markdown(hunted: readonly Hunted[], runs: number): string {
  const rows = hunted.map(({ fuzz, mutant, scenarios }) =>
    row([mutant.id, escaped(mutant.title), scenarioCell(scenarios), fuzzCell(fuzz)]),
  );
  return [
    row(['', 'what is wrong', 'caught by the scenarios', `caught by the fuzzer, of ${runs} runs`]),
    row(['---', '---', '---', '---']),
    ...rows,
    '',
    totalsText(totalsOf(hunted)),
  ].join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|');
}

function scenarioCell(outcome: Outcome): string {
  if (outcome.how !== 'caught') return plainCell(outcome);
  const what = outcome.kind === 'expectation' ? `"${escaped(outcome.claim)}"` : outcome.kind;
  return `\`${outcome.where}\`: ${what}`;
}

function fuzzCell(outcome: Outcome): string {
  return outcome.how === 'caught' ? `${outcome.kind}, ${effort(outcome)}` : plainCell(outcome);
}

function plainCell(outcome: Outcome): string {
  if (outcome.how === 'broke') return 'cannot be run';
  return outcome.how === 'survived' ? '**SURVIVED**' : '-';
}

const BEGIN = '<!-- zoo: begin -->';
const END = '<!-- zoo: end -->';

/** The document with what lies between its marks replaced; undefined where it has none. */
export function withTable(document: string, table: string): string | undefined {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin) return undefined;
  return `${document.slice(0, begin + BEGIN.length)}\n\n${table}\n${document.slice(end)}`;
}

/** A document that is nothing but the table. */
export const EMPTY_DOCUMENT = `${BEGIN}\n${END}\n`;
