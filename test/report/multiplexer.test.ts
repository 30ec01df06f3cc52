import { expect } from 'chai';

import { Multiplexer } from '../../src/report/multiplexer';
import type { Plan, Reporter } from '../../src/report/scenario-run';
import { passingRun, summary } from './runs';

const PLAN: Plan = { runs: 1, scenarios: 1, firstSeed: 7, lastSeed: 7, repeat: 1 };

/** A reporter that writes down what it was told. */
function recorder(told: string[], name: string): Reporter {
  return {
    begin: () => void told.push(`${name} begin`),
    finished: () => void told.push(`${name} finished`),
    end: () => void told.push(`${name} end`),
  };
}

/** Tells a multiplexer of a whole campaign; returns which reporters broke, and how. */
function tellAll(reporters: Readonly<Record<string, Reporter>>): readonly string[] {
  const broken: string[] = [];
  const all = new Multiplexer(new Map(Object.entries(reporters)), (name, error) => {
    broken.push(`${name}: ${String(error)}`);
  });
  all.begin(PLAN);
  all.finished(passingRun);
  all.finished(passingRun);
  all.end(summary, [passingRun]);
  return broken;
}

describe('Multiplexer', () => {
  it('tells each reporter everything, in the order in which they were named', () => {
    const told: string[] = [];
    const broken = tellAll({ a: recorder(told, 'a'), b: recorder(told, 'b'), silent: {} });
    expect(told).to.deep.equal(
      ['begin', 'finished', 'finished', 'end'].flatMap((what) => [`a ${what}`, `b ${what}`]),
    );
    expect(broken).to.deep.equal([]);
  });

  it('leaves out a reporter that throws, says so once, and goes on with the others', () => {
    const told: string[] = [];
    const throws = (): never => {
      throw new Error('no space left');
    };
    const broken = tellAll({
      bad: { finished: throws, end: throws },
      good: recorder(told, 'good'),
    });
    expect(broken).to.deep.equal(['bad: Error: no space left']);
    expect(told).to.have.length(4);
  });
});
