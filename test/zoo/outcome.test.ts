import { expect } from 'chai';

import type { Failure } from '../../src/sim/simulation';
import type { ChildExit } from '../../src/zoo/child';
import { outcomeOfFuzz, outcomeOfScenarios } from '../../src/zoo/outcome';

const exit = (code: number | null, rest: Partial<ChildExit> = {}): ChildExit => ({
  code,
  timedOut: false,
  stderr: '',
  ...rest,
});
const failure = (kind: string): Failure => ({
  kind,
  claim: 'It holds.',
  expected: '1',
  seen: '2',
  atMs: 5,
  before: [],
});
const run = (scenario: string, ...kinds: readonly string[]) => ({
  scenario,
  passed: kinds.length === 0,
  failures: kinds.map(failure),
  virtualMs: 1_000,
});

describe('outcomeOfScenarios', () => {
  it('is caught by the first scenario that fails, and counts all that ran', () => {
    const report = { runs: [run('calm'), run('storm', 'S1', 'L3')] };
    expect(outcomeOfScenarios(exit(1), report)).to.deep.equal({
      how: 'caught',
      kind: 'S1',
      claim: 'It holds.',
      where: 'storm',
      runs: 2,
      virtualMs: 2_000,
    });
  });

  it('takes bounds for catches, and not what kept the run from being made', () => {
    for (const kind of ['S14', 'L8', 'H1', 'expectation', 'liveness', 'stuck']) {
      const { how } = outcomeOfScenarios(exit(1), { runs: [run('storm', kind)] });
      expect(how, kind).to.equal('caught');
    }
    const broke = outcomeOfScenarios(exit(1), { runs: [run('storm', 'runner')] });
    expect(broke).to.deep.equal({ how: 'broke', why: 'storm: 2' });
  });

  it('survives only where all passed and the program says so', () => {
    const report = { runs: [run('calm')] };
    const survived = { how: 'survived', runs: 1, virtualMs: 1_000 };
    expect(outcomeOfScenarios(exit(0), report)).to.deep.equal(survived);
    expect(outcomeOfScenarios(exit(1), report).how).to.equal('broke');
  });

  it('is broken where the program died, and says what it said last', () => {
    const stderr = 'x.js:3\n  3 of 76 runs ...\nSyntaxError: Unexpected token\n    at x\n';
    expect(outcomeOfScenarios(exit(7, { stderr }), undefined)).to.deep.equal({
      how: 'broke',
      why: 'exit code 7: SyntaxError: Unexpected token',
    });
    const ended = outcomeOfScenarios(exit(null), { runs: [run('storm', 'S1')] });
    expect(ended).to.deep.equal({ how: 'broke', why: 'exit code none: nothing was said' });
    const endless = outcomeOfScenarios(exit(null, { timedOut: true }), undefined);
    expect(endless).to.deep.equal({ how: 'broke', why: 'it came to no end' });
  });
});

describe('outcomeOfFuzz', () => {
  const report = { runs: 7, virtualMs: 9_000, differences: [], failures: [] };

  it('is caught by the first life that fails', () => {
    const failures = [{ life: 42, failure: failure('L2') }];
    expect(outcomeOfFuzz(exit(1), { ...report, failures })).to.deep.equal({
      how: 'caught',
      kind: 'L2',
      claim: 'It holds.',
      where: 'life 42',
      runs: 7,
      virtualMs: 9_000,
    });
  });

  it('survives where nothing failed, and is broken where nothing can be trusted', () => {
    const survived = { how: 'survived', runs: 7, virtualMs: 9_000 };
    expect(outcomeOfFuzz(exit(0), report)).to.deep.equal(survived);
    const different = outcomeOfFuzz(exit(1), { ...report, differences: ['Life 3 differs.'] });
    expect(different).to.deep.equal({ how: 'broke', why: 'Life 3 differs.' });
    expect(outcomeOfFuzz(exit(1), report).how).to.equal('broke');
    expect(outcomeOfFuzz(exit(0), undefined).how).to.equal('broke');
  });
});
