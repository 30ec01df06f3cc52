/** Runs as reporters are given them. */
import type { Failure } from '../../src/sim/simulation';
import type { ScenarioRun, Summary } from '../../src/report/scenario-run';

export const passingRun: ScenarioRun = {
  scenario: 'one-turn',
  file: 'scenarios/one-turn.ts',
  story: 'Nothing goes wrong.',
  seed: 7,
  passed: true,
  failures: [],
  outcomes: [],
  invariants: { S1: 'held' },
  measurements: [],
  events: 12,
  steps: 8,
  hash: '60a615fb',
  virtualMs: 120_015,
  crashes: [],
  recovery: [],
  wallMs: 54,
  replay: 'npm run scenarios -- scenarios/one-turn.ts --seed 7',
};

export const failure: Failure = {
  kind: 'S1',
  claim: 'The n-th retry comes in time.',
  expected: '2000 to 3000 ms',
  seen: '1999 ms',
  atMs: 12_345,
  before: [],
};

export const failingRun: ScenarioRun = { ...passingRun, passed: false, failures: [failure] };

export const summary: Summary = {
  passed: 1,
  failed: 1,
  skipped: 0,
  virtualMs: 240_030,
  wallMs: 108,
  problems: [],
  recovery: [],
  notes: [],
};
