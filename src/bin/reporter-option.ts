import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { InvalidArgumentError } from 'commander';

import { writeOutput } from './command-line';
import { DEFAULT_PAGE } from './html-report';

/** `json=out.json`: a reporter, and the file that it writes to in place of standard output. */
export interface ReporterSpec<Name extends string = string> {
  readonly name: Name;
  readonly file?: string;
}

/** For an option that takes reporters, each of a known name. */
export function toReporters<Name extends string>(
  known: readonly Name[],
): (text: string) => readonly ReporterSpec<Name>[] {
  return (text) => {
    const specs = text.split(',').map((each) => toReporter(each, known));
    const targets = new Set(specs.map(({ file }) => file && path.resolve(file)));
    if (targets.size === specs.length) return specs;
    throw new InvalidArgumentError('Only one can write to standard output, or to the same file.');
  };
}

function toReporter<Name extends string>(text: string, known: readonly Name[]): ReporterSpec<Name> {
  const [, given, file] = /^([^=]*)(?:=(.*))?$/s.exec(text) ?? [];
  const name = known.find((each) => each === given);
  if (name === undefined) {
    throw new InvalidArgumentError(`There is no '${given}', only ${known.join(', ')}.`);
  }
  if (file === '') throw new InvalidArgumentError(`The file of '${text}' has no name.`);
  // On a terminal a page is of no use.
  if (file === undefined && name === 'html') return { name, file: DEFAULT_PAGE };
  return file === undefined ? { name } : { name, file };
}

/** A file is emptied at once, so that one that cannot be written is known before the runs. */
export function writerTo(file: string | undefined): (text: string) => void {
  if (file === undefined) return (text) => void process.stdout.write(text);
  writeOutput('--reporter', file, '');
  return (text) => writeFileSync(file, text, { flag: 'a' });
}

export function describeReporter({ file, name }: ReporterSpec): string {
  return file === undefined ? name : `${name}=${path.normalize(file)}`;
}
