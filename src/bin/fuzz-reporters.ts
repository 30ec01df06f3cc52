import { Option } from 'commander';

import { FuzzPage } from './fuzz-page';
import { toReporters, writerTo, type ReporterSpec } from './reporter-option';

const REPORTERS = ['list', 'html'] as const;
type ReporterName = (typeof REPORTERS)[number];

export type FuzzReporterSpecs = readonly ReporterSpec<ReporterName>[];

/** Who is told of a campaign: a reader of lines, of a page, or both. */
export interface Told {
  readonly write: (text: string) => void;
  readonly page: FuzzPage | undefined;
}

export function fuzzReporterOption(): Option {
  const what = 'list or html; both, and into a file: list,html=report.html';
  const toSpecs = toReporters(REPORTERS);
  return new Option('--reporter <names>', what).argParser(toSpecs).default(toSpecs('list'), 'list');
}

export function makeFuzzReporters(specs: FuzzReporterSpecs): Told {
  const of = (name: ReporterName): ReporterSpec | undefined =>
    specs.find((spec) => spec.name === name);
  const [list, page] = [of('list'), of('html')];
  return {
    write: list === undefined ? () => undefined : writerTo(list.file),
    page: page === undefined ? undefined : new FuzzPage(page.file),
  };
}
