import { expect } from 'chai';

import { joined } from '../../src/fuzz/joined';
import { POSSIBLE_PAIRS } from '../../src/fuzz/pairs';
import type { FuzzFailure, FuzzReport } from '../../src/fuzz/report';
import { CATALOGUE } from '../../src/fuzz/sometimes';
import { failureText, problems, summary } from '../../src/fuzz/verdict';
import { RecoveryTally } from '../../src/sim/recovery-tally';

const everywhere = (names: readonly string[]): Record<string, number> =>
  Object.fromEntries(names.map((name) => [name, 1]));

function report(fields: Partial<FuzzReport> = {}): FuzzReport {
  return {
    version: 1,
    seed: 1,
    shards: 'all',
    lives: 1_500,
    runs: 2_000,
    steps: 10,
    virtualMs: 3_600_000,
    wallMs: 10_000,
    reached: everywhere(CATALOGUE),
    pairs: everywhere(POSSIBLE_PAIRS),
    recovery: [],
    failures: [],
    rerun: 75,
    differences: [],
    deadAlarms: [],
    interrupted: false,
    ...fields,
  };
}

const FAILURE: FuzzFailure = {
  life: 7,
  scenario: { name: 'fuzz-7-plain', story: 'x', lasts: '1 min' },
  failure: { kind: 'L3', claim: 'Listens.', expected: 'a', seen: 'b', atMs: 5_000, before: [] },
  crashes: [],
  lastEvents: [],
  shrunk: {
    scenario: { name: 'fuzz-7-plain', story: 'x', lasts: '1 min', faults: [] },
    evaluations: 12,
    isMinimal: true,
    wallMs: 300,
    faultsBefore: 9,
  },
};

describe('the verdict on a campaign', () => {
  it('is none where nothing failed and all was reached', () => {
    expect(problems(report())).to.deep.equal([]);
  });

  it('names what failed, what differed, and an alarm that is dead', () => {
    const found = problems(
      report({
        failures: [FAILURE],
        differences: ['Life 3 is not deterministic.'],
        deadAlarms: ['S1'],
      }),
    );
    expect(found).to.deep.equal([
      'life 7 breaks L3',
      'the canary did not set off S1: trust no verdict',
      'Life 3 is not deterministic.',
    ]);
  });

  it('names each state and pair that 2,000 runs never met, and asks fewer runs for nothing', () => {
    const [state = '', ...states] = CATALOGUE;
    const [pair = '', ...pairs] = POSSIBLE_PAIRS;
    const gaps = { reached: everywhere(states), pairs: everywhere(pairs) };
    expect(problems(report(gaps))).to.deep.equal([`never reached: ${state}`, `never met: ${pair}`]);
    expect(problems(report({ ...gaps, runs: 1_999 }))).to.deep.equal([]);
    expect(problems(report({ ...gaps, interrupted: true }))).to.deep.equal([]);
    expect(summary(report(gaps)))
      .to.contain(`not yet: ${state}`)
      .and.to.contain('(99 %)');
  });

  it('tells of a failure what a person needs, and the commands', () => {
    const text = failureText(FAILURE, 'out/fuzz-7-plain.json');
    expect(text).to.contain('from 9 faults to 0, without any one of which it passes, in 12 runs');
    expect(text).to.contain('npm run scenarios -- out/fuzz-7-plain.json');
    expect(text).to.contain('npm run keep -- out/fuzz-7-plain.json');
    const shrunk = { ...FAILURE.shrunk, evaluations: 0, isMinimal: false };
    const drawn = failureText({ ...FAILURE, shrunk }, 'out/fuzz-7-plain.json');
    expect(drawn).to.contain('  as it was drawn, with 9 faults:\n').and.not.to.contain('shrunk');
  });
});

describe('joined', () => {
  it('adds up what shards have counted, and keeps all that they found', () => {
    const one = report({ shards: '1/2', reached: { a: 1, b: 2 }, failures: [FAILURE], wallMs: 5 });
    const other = report({ shards: '2/2', reached: { b: 3 }, deadAlarms: ['S1'], wallMs: 9 });
    const all = joined([one, other]);
    expect(all).to.include({ shards: '1/2, 2/2', runs: 4_000, rerun: 150, wallMs: 9 });
    expect(all.reached).to.deep.equal({ a: 1, b: 5 });
    expect(all.failures).to.deep.equal([FAILURE]);
    expect(all.deadAlarms).to.deep.equal(['S1']);
  });

  it('joins their recoveries', () => {
    const tally = new RecoveryTally();
    tally.add('uplink_lost', 'reset', 100);
    const recovery = tally.read();
    const [row, ...others] = joined([report({ recovery }), report({ recovery })]).recovery;
    expect(row).to.include({ quantity: 'uplink_lost', fault: 'reset', count: 2 });
    expect(others).to.deep.equal([]);
  });

  it('is interrupted where one of them was', () => {
    expect(joined([report(), report({ interrupted: true })]).interrupted).to.equal(true);
  });
});
