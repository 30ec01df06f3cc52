import { expect } from 'chai';

import { embeddedJson } from '../../src/report/html/embedded-json';
import { RunStore, type RunLimits } from '../../src/report/html/run-store';
import { failingRun, passingRun } from './runs';
import { sampleTrace } from './traces';

const traced = { ...passingRun, trace: sampleTrace() };
const failed = { ...failingRun, trace: sampleTrace() };

/** As much as some runs need, whichever they are. */
function sizeOf(...runs: readonly (typeof traced)[]): number {
  const store = new RunStore();
  for (const run of runs) store.add(run);
  return [...store.details()].reduce((sum, [, detail]) => sum + detail.length, 0);
}

/** What is kept of the runs, in order: `trace`, `findings` or `none`. */
function keptOf(
  runs: readonly (typeof traced)[],
  limits: Partial<RunLimits>,
): { readonly details: readonly string[]; readonly ids: readonly number[]; unlisted: number } {
  const store = new RunStore(limits);
  for (const run of runs) store.add(run);
  const rows = store.rows();
  return {
    details: rows.map(({ detail }) => detail),
    ids: rows.map(({ id }) => id),
    unlisted: store.unlistedRuns,
  };
}

describe('RunStore', () => {
  it('keeps every trace that fits', () => {
    expect(keptOf([traced, failed], {}).details).to.deep.equal(['trace', 'trace']);
  });

  it('keeps the first traces of runs that passed', () => {
    const detailChars = sizeOf(traced, traced);
    const { details } = keptOf([traced, traced, traced], { detailChars });
    expect(details).to.deep.equal(['trace', 'trace', 'none']);
  });

  it('gives up the last traces of passed runs for one that failed', () => {
    const detailChars = sizeOf(failed, traced) + 10;
    const { details } = keptOf([traced, traced, failed], { detailChars });
    expect(details).to.deep.equal(['trace', 'none', 'trace']);
  });

  it('keeps at least the findings of a run that failed', () => {
    const { details } = keptOf([failed, failed], { detailChars: sizeOf(failed) + 1_000 });
    expect(details).to.deep.equal(['trace', 'findings']);
  });

  it('keeps no more than its limit, whatever comes', () => {
    const detailChars = sizeOf(failed) * 2;
    const store = new RunStore({ detailChars });
    for (const run of [traced, failed, traced, failed, failed, failed, traced]) store.add(run);
    const kept = [...store.details()].reduce((sum, [, detail]) => sum + detail.length, 0);
    expect(kept).to.be.within(1, detailChars);
  });

  it('lists failed runs in place of the last ones that passed', () => {
    const { ids, unlisted } = keptOf([traced, traced, failed, traced], { listedRuns: 2 });
    expect(ids).to.deep.equal([0, 2]);
    expect(unlisted).to.equal(2);
  });
});

describe('embeddedJson', () => {
  it('has nothing that ends a script, and reads the same', () => {
    const value = { text: '</script><!--<script>&\u2028\u2029', list: ['<', 1, null] };
    const json = embeddedJson(value);
    expect(json).not.to.match(/[<>&\u2028\u2029]/);
    expect(JSON.parse(json)).to.deep.equal(value);
  });
});
