import { rmSync } from 'node:fs';

import { expect } from 'chai';

import type { ScenarioRun } from '../../src/report/scenario-run';
import { Campaign, type CampaignOptions } from '../../src/runner/campaign';
import type { PlannedRun } from '../../src/runner/plan';
import { FAILING, PASSING, written } from './files';

// Workers need compiled code: test/bin/scenarios.test.ts has them.
function campaign(plan: readonly PlannedRun[], options: Partial<CampaignOptions> = {}): Campaign {
  return new Campaign(plan, {
    workers: 1,
    maxFailures: Number.MAX_SAFE_INTEGER,
    onFinished: () => {},
    onProgress: () => {},
    ...options,
  });
}

function planOf(...names: readonly ('passing' | 'failing')[]): PlannedRun[] {
  const files = {
    passing: written('passing.json', PASSING),
    failing: written('failing.json', FAILING),
  };
  return names.map((name, index) => ({ name, file: files[name], seed: index + 1 }));
}

function verdicts(runs: readonly ScenarioRun[]): string[] {
  return runs.map(({ passed, seed }) => `${seed} ${passed ? 'passed' : 'failed'}`);
}

describe('Campaign', function () {
  this.timeout(20_000);

  it('makes each run in the order of the plan, and tells of each once', async () => {
    const told: ScenarioRun[] = [];
    const onFinished = (run: ScenarioRun): void => void told.push(run);
    const runs = await campaign(planOf('passing', 'failing', 'passing'), { onFinished }).run();
    expect(verdicts(runs)).to.deep.equal(['1 passed', '2 failed', '3 passed']);
    expect(told).to.deep.equal(runs);
  });

  it('hands on the trace of a run that has one, and keeps none', async () => {
    const told: ScenarioRun[] = [];
    const onFinished = (run: ScenarioRun): void => void told.push(run);
    const [plain, traced] = planOf('passing', 'failing') as [PlannedRun, PlannedRun];
    const plan = [plain, { ...traced, traced: true }];
    const runs = await campaign(plan, { onFinished }).run();
    expect(told.map(({ events, trace }) => trace?.events.count === events)).to.deep.equal([
      false,
      true,
    ]);
    expect(runs.filter((run) => 'trace' in run)).to.deep.equal([]);
  });

  it('is the same run with a trace and without', async () => {
    const [planned] = planOf('failing') as [PlannedRun];
    const [plain] = await campaign([planned]).run();
    const [traced] = await campaign([{ ...planned, traced: true }]).run();
    expect(traced?.hash).to.equal(plain?.hash);
  });

  it('makes nothing of an empty plan', async () => {
    expect(await campaign([]).run()).to.deep.equal([]);
  });

  it('starts no further run after so many failures', async () => {
    const plan = planOf('failing', 'passing', 'failing', 'passing');
    const runs = await campaign(plan, { maxFailures: 2 }).run();
    expect(verdicts(runs)).to.deep.equal(['1 failed', '2 passed', '3 failed']);
  });

  it('finishes the run that is under way when it is told to stop', async () => {
    const making: Campaign = campaign(planOf('passing', 'passing', 'passing'), {
      onFinished: ({ seed }) => {
        if (seed === 2) making.stop();
      },
    });
    expect(verdicts(await making.run())).to.deep.equal(['1 passed', '2 passed']);
  });

  it('counts a run whose file has gone as failed, says why, and goes on', async () => {
    const gone = { name: 'gone', file: written('gone.json', PASSING), seed: 7 };
    rmSync(gone.file);
    const [run, next] = await campaign([gone, ...planOf('passing')]).run();
    expect(run).to.include({ scenario: 'gone', seed: 7, passed: false, hash: '' });
    expect(run?.failures[0]?.seen).to.match(/gone\.json cannot be read: ENOENT/);
    expect(run?.replay).to.match(/gone\.json --seed 7$/);
    expect(next?.passed).to.equal(true);
  });

  it('gives a command that can be pasted, however the file is called', async () => {
    const file = written("it's $HOME.json", PASSING);
    const [run] = await campaign([{ name: 'passing', file, seed: 1 }]).run();
    expect(run?.replay).to.contain("/it'\\''s $HOME.json' --seed 1");
  });
});
