import { readFileSync } from 'node:fs';
import path from 'node:path';

import Ajv2020 from 'ajv/dist/2020';
import { expect } from 'chai';

import { JsonReporter } from '../../src/report/json';
import runOne, { unmadeRun } from '../../src/runner/run-one';
import type { ScenarioRun } from '../../src/report/scenario-run';
import { failingRun, passingRun, summary } from './runs';

const ROOT = path.join(__dirname, '..', '..');
const schema = JSON.parse(
  readFileSync(path.join(ROOT, 'docs', 'report.schema.json'), 'utf8'),
) as object;
const ajv = new Ajv2020({ strict: true, allErrors: true });
const matchesSchema = ajv.compile(schema);

function written(runs: readonly ScenarioRun[]): string {
  let text = '';
  new JsonReporter((piece) => (text += piece)).end(summary, runs);
  return text;
}

function errorsOf(document: unknown): unknown {
  matchesSchema(document);
  return matchesSchema.errors ?? [];
}

describe('JsonReporter', () => {
  it('writes one document, which ends with a line', () => {
    const text = written([passingRun, failingRun]);
    expect(JSON.parse(text)).to.deep.equal({
      version: 1,
      summary,
      runs: [passingRun, failingRun],
    });
    expect(text).to.match(/\}\n$/);
  });

  it('keeps to its schema: real runs, and one that could not be made', async () => {
    const planned = { file: path.join(ROOT, 'scenarios', 'drop-in-active.ts'), seed: 1 };
    const real = await runOne({ ...planned, name: 'drop-in-active' });
    const unmade = unmadeRun({ ...planned, name: 'gone' }, new Error('gone'));
    expect(errorsOf(JSON.parse(written([real, unmade, failingRun])))).to.deep.equal([]);
    expect(errorsOf(JSON.parse(written([])))).to.deep.equal([]);
  });

  it('has a schema that knows each field', () => {
    const { hash: _hash, ...lacking } = passingRun;
    const wrong: readonly unknown[] = [
      { version: 2, summary, runs: [] },
      { version: 1, summary, runs: [lacking] },
      { version: 1, summary, runs: [{ ...passingRun, other: 1 }] },
      { version: 1, summary: { ...summary, failed: -1 }, runs: [] },
    ];
    for (const document of wrong) expect(errorsOf(document)).to.not.deep.equal([]);
  });
});
