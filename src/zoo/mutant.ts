/**
 * The bug zoo: faults put into client and server on purpose, to see that the checks bite.
 *
 *   mutant     this file: a fault as a patch, with what a person would notice of it
 *   sandbox    a copy of the sources with one mutant in it, compiled
 *   child      a program that runs there, and its end
 *   outcome    what came of it: caught by what, or survived
 *   hunt       one mutant, by the scenarios and by the fuzzer
 *   table      all of them, for a terminal and for docs/zoo.md
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A fault as a patch of the sources. */
export interface Mutant {
  /** `M05`: the beginning of its file's name, too. */
  readonly id: string;
  /** The fault in one sentence. */
  readonly title: string;
  /** What a person would notice of it. */
  readonly notice: string;
  /** Why more than one place changes: what stood behind the first. */
  readonly guards?: string;
  /** The file of the patch. */
  readonly file: string;
  /** The paths that the patch changes, as its diff has them. */
  readonly changes: readonly string[];
}

/** A patch that is no mutant. The message names the file. */
export class MutantError extends Error {
  readonly code = 'ZOO_MUTANT';
}

const FIELDS = ['id', 'title', 'notice', 'guards'] as const;
type Field = (typeof FIELDS)[number];

const ID = /^[A-Z]{1,2}\d{2}[a-z]?$/;

/** The mutants of a folder, in the order of their ids. Throws {@link MutantError}. */
export function readMutants(folder: string): readonly Mutant[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.patch'));
  const mutants = files.map((name) => {
    const file = path.join(folder, name);
    return parseMutant(file, readFileSync(file, 'utf8'));
  });
  const all = mutants.sort((a, b) => (a.id < b.id ? -1 : 1));
  const twice = all.find(({ id }, at) => id === all[at + 1]?.id);
  if (twice !== undefined) throw new MutantError(`${twice.file}: the id ${twice.id} is taken`);
  return all;
}

/**
 * Reads the head of a patch file:
 *
 *   id: M05
 *   title: One sentence, which may go on
 *     in a line that is indented.
 *   notice: What a person would notice.
 *   guards: Only where more than one place changes.
 */
export function parseMutant(file: string, text: string): Mutant {
  const begin = text.search(/^(diff --git |--- )/m);
  if (begin < 0) throw new MutantError(`${file}: there is no diff in it`);
  const { guards, id, notice, title } = fieldsOf(file, text.slice(0, begin));
  if (id === undefined || title === undefined || notice === undefined) {
    throw new MutantError(`${file}: its head must have an id, a title and a notice`);
  }
  if (!ID.test(id)) throw new MutantError(`${file}: the id '${id}' must be like M05`);
  if (!path.basename(file).startsWith(`${id.toLowerCase()}-`)) {
    throw new MutantError(`${file}: its name must begin with ${id.toLowerCase()}-`);
  }
  const changes = [...text.matchAll(/^\+\+\+ b\/(\S+)/gm)].map(([, changed = '']) => changed);
  if (changes.length === 0) throw new MutantError(`${file}: its diff names no file as b/...`);
  return { id, title, notice, ...(guards === undefined ? {} : { guards }), file, changes };
}

function fieldsOf(file: string, head: string): Partial<Record<Field, string>> {
  const fields: Partial<Record<Field, string>> = {};
  const paragraphs = head.replace(/\n[ \t]+/g, ' ').split('\n');
  for (const paragraph of paragraphs.filter((each) => each.trim() !== '')) {
    const [, name, value = ''] = /^([a-z]+): *(\S.*)$/.exec(paragraph) ?? [];
    const field = FIELDS.find((known) => known === name);
    if (field === undefined || field in fields) {
      throw new MutantError(`${file}: what is '${paragraph}'? Known are ${FIELDS.join(', ')}`);
    }
    fields[field] = value.trim();
  }
  return fields;
}

/** The mutants whose id, file or title one of the patterns matches; all of them without any. */
export function selectMutants(
  all: readonly Mutant[],
  patterns: readonly RegExp[],
): readonly Mutant[] {
  if (patterns.length === 0) return all;
  return all.filter(({ file, id, title }) =>
    patterns.some((pattern) => pattern.test(`${id} ${path.basename(file)} ${title}`)),
  );
}
