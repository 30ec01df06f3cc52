import { expect } from 'chai';

import { ListReporter } from '../../src/report/list';
import type { Plan, ScenarioRun, Summary } from '../../src/report/scenario-run';

const passing: ScenarioRun = {
  scenario: 'one-turn',
  file: 'scenarios/one-turn.ts',
  story: 'Nothing goes wrong.',
  seed: 7,
  passed: true,
  failures: [],
  outcomes: [{ that: 'losses', holds: true, expected: 'at most 0', seen: '0' }],
  invariants: { S1: 'held' },
  measurements: [
    {
      name: 'backoff',
      unit: 'ms',
      values: [2_500, 4_000],
      count: 3,
      min: 2_500,
      max: 60_000,
      bound: 'min(2^n + U[0, 1), 60) s',
    },
    { name: 'steps between', unit: 'steps', values: [0], count: 1, min: 0, max: 0, bound: '0' },
  ],
  events: 1_589,
  steps: 800,
  hash: '60a615fbfd80e1d2c3b4a5968778695a4b3c2d1e0f',
  virtualMs: 120_015,
  crashes: [],
  recovery: [],
  wallMs: 54,
  replay: 'npm run scenarios -- scenarios/one-turn.ts --seed 7',
};

const failing: ScenarioRun = {
  ...passing,
  passed: false,
  measurements: [],
  outcomes: [{ that: 'losses', holds: false, expected: 'at most 0', seen: '1', atMs: 5_000 }],
  failures: [
    {
      kind: 'S1',
      claim: 'The n-th retry comes in time.',
      expected: '2000 to 3000 ms',
      seen: '1999 ms',
      atMs: 12_345,
      host: 'pi',
      meaning: 'The Pi hammers a server that is coming back.',
      before: [
        {
          seq: 41,
          atMs: 10_345,
          wallMs: 9,
          host: 'pi',
          boot: 1,
          step: 30,
          type: 'link.failed',
          connection: 'c1',
          label: 'dial_refused',
        },
        {
          seq: 42,
          atMs: 10_346,
          wallMs: 9,
          host: 'server',
          boot: 1,
          step: 31,
          type: 'host.killed',
        },
      ],
    },
    {
      kind: 'expectation',
      claim: 'losses',
      expected: 'at most 0',
      seen: '1',
      atMs: 5_000,
      before: [],
    },
  ],
};

const PLAN: Plan = { runs: 1, scenarios: 1, firstSeed: 7, lastSeed: 7, repeat: 1 };
const SUMMARY: Summary = {
  passed: 1,
  failed: 0,
  skipped: 0,
  virtualMs: 240_030,
  wallMs: 108,
  problems: [],
  recovery: [],
  notes: [],
};

/** What a reporter without colours writes. */
function written(tell: (reporter: ListReporter) => void): string {
  let text = '';
  tell(new ListReporter((piece) => (text += piece), false));
  return text;
}

describe('ListReporter', () => {
  it('says what it is about to run', () => {
    expect(written((reporter) => reporter.begin(PLAN))).to.equal('Running 1 scenario, seed 7\n');
    const many = { runs: 550, scenarios: 11, firstSeed: 7, lastSeed: 56, repeat: 50 };
    expect(written((reporter) => reporter.begin(many))).to.equal(
      'Running 11 scenarios on seeds 7 to 56\n',
    );
  });

  it('tells of a run that passed: facts, verdicts, and measured numbers with their bounds', () => {
    expect(written((reporter) => reporter.finished(passing))).to.equal(
      [
        '',
        '✓ one-turn  2 min 0.015 s in 0.05 s · 1,589 events · 60a615fbfd80',
        '  Nothing goes wrong.',
        '    ✓ losses: 0 (at most 0)',
        '    · backoff: 2.5 s, 4 s ... 3 in all, 2.5 s to 1 min (min(2^n + U[0, 1), 60) s)',
        '    · steps between: 0 (0)',
        '',
      ].join('\n'),
    );
  });

  it('tells of a run that failed: expected and seen, the events before, the replay', () => {
    expect(written((reporter) => reporter.finished(failing))).to.equal(
      [
        '',
        '✗ one-turn  2 min 0.015 s in 0.05 s · 1,589 events · 60a615fbfd80',
        '  Nothing goes wrong.',
        '    ✗ losses: 1 (at most 0)',
        '',
        '    S1 at 12.345 s on pi: The n-th retry comes in time.',
        '      expected: 2000 to 3000 ms',
        '      seen:     1999 ms',
        '      meaning:  The Pi hammers a server that is coming back.',
        '      the last events before it:',
        '            10.345 s  pi       link.failed connection=c1 label=dial_refused',
        '            10.346 s  server   host.killed',
        '',
        '    expectation at 5.000 s: losses',
        '      expected: at most 0',
        '      seen:     1',
        '    Replay: npm run scenarios -- scenarios/one-turn.ts --seed 7',
        '',
      ].join('\n'),
    );
  });

  it('shows where a program crashed', () => {
    const crashes = [{ host: 'pi', atMs: 5, stack: new Error('planted').stack ?? '' }];
    const text = written((reporter) => reporter.finished({ ...failing, crashes }));
    expect(text).to.match(/^ {6}pi crashed: Error: planted\n {6} {4}at .*list\.test\.ts:/m);
    const odd = [{ host: 'pi', atMs: 5, stack: 'a text' }];
    const other = written((reporter) => reporter.finished({ ...failing, crashes: odd }));
    expect(other).to.contain('      pi crashed: a text\n');
  });

  it('adds up in the end, and repeats how to replay what failed', () => {
    const runs = [passing, failing];
    expect(written((reporter) => reporter.end({ ...SUMMARY, failed: 1 }, runs))).to.equal(
      [
        '',
        '1 passed, 1 failed: 4 min 0.03 s of virtual time in 0.11 s',
        '  ✗ one-turn  npm run scenarios -- scenarios/one-turn.ts --seed 7',
        '',
      ].join('\n'),
    );
  });

  it('tells how soon all was well again, before the sum', () => {
    const how = { count: 3, p50Ms: 20, p99Ms: 30, maxMs: 30, buckets: [] };
    const recovery = [{ quantity: 'dead_until_noticed', fault: 'reset', ...how }] as const;
    expect(written((reporter) => reporter.end({ ...SUMMARY, recovery }, [passing]))).to.equal(
      [
        '',
        'Recovery by kind of fault',
        '  what                     fault      count    p50    p99  longest  bound',
        '  dead until noticed       reset          3  20 ms  30 ms    30 ms  L2: 40 s',
        '  microphone wrongly open  any fault      0      -      -        -  S7: never',
        '',
        '1 passed, 0 failed: 4 min 0.03 s of virtual time in 0.11 s',
        '',
      ].join('\n'),
    );
  });

  it('shows in the colour of failures that a microphone was wrongly open', () => {
    const how = { count: 1, p50Ms: 20, p99Ms: 20, maxMs: 20, buckets: [] };
    const recovery = [{ quantity: 'microphone_open', fault: 'reset', ...how }] as const;
    let text = '';
    new ListReporter((piece) => (text += piece), true).end({ ...SUMMARY, recovery }, []);
    expect(text).to.match(/\u001B\[31m✗ microphone wrongly open .* S7: never\u001B\[39m/);
  });

  it('says what was not run, what is wrong beside the runs, and what else there is to know', () => {
    const summary = { ...SUMMARY, skipped: 3, problems: ['a problem'], notes: ['a note'] };
    const text = written((reporter) => reporter.end(summary, [passing]));
    expect(text).to.contain('1 passed, 0 failed, 3 not run: ');
    expect(text).to.match(/✗ a problem\na note\n$/);
  });

  it('tells of many seeds in one line a scenario, and of each failure in full', () => {
    const text = written((reporter) => {
      reporter.begin({ ...PLAN, runs: 3, repeat: 3 });
      reporter.finished(passing);
      reporter.finished(failing);
      reporter.finished(passing);
      reporter.end(SUMMARY, []);
    });
    expect(text).to.contain('✗ one-turn  2 of 3 seeds passed · 6 min 0.045 s in 0.16 s\n');
    expect(text.match(/S1 at/g)).to.have.length(1);
  });

  it('uses colours where it is told to, and no others', () => {
    let text = '';
    new ListReporter((piece) => (text += piece), true).finished(failing);
    expect(text).to.contain('\u001b[31m');
    expect(written((reporter) => reporter.finished(failing))).to.not.contain('\u001b');
  });
});
