import { expect } from 'chai';

import { FAULT_KINDS } from '../../src/fuzz/drawn-faults';
import { drawLife } from '../../src/fuzz/life';
import { scenarioOf } from '../../src/fuzz/trial';
import { checkScenario } from '../../src/sim/scenario';

const SEEDS = Array.from({ length: 400 }, (_, index) => 1_000 + index);

describe('drawLife', () => {
  it('draws the same life for the same seed, and another for another', () => {
    expect(drawLife(7)).to.deep.equal(drawLife(7));
    expect(drawLife(7)).not.to.deep.equal(drawLife(8));
  });

  it('draws nothing that is no scenario', () => {
    for (const seed of SEEDS) {
      const life = drawLife(seed);
      const scenario = scenarioOf(life, seed, 'plain', () => life.lastsMs - 1);
      expect(() => checkScenario(scenario), `seed ${seed}`).not.to.throw();
    }
  });

  it('draws every kind of fault, and leaves out each in many lives', () => {
    const lives = SEEDS.map(
      (seed) => new Set(drawLife(seed).faults.map(({ fault }) => fault.kind)),
    );
    for (const kind of FAULT_KINDS) {
      const having = lives.filter((kinds) => kinds.has(kind)).length;
      // Left out of half of all by the mask, and of others by chance.
      expect(having, kind).to.be.within(SEEDS.length / 40, SEEDS.length * 0.55);
    }
  });

  it('draws wild weights: in many lives most faults are of one kind', () => {
    const lopsided = SEEDS.filter((seed) => {
      const kinds = drawLife(seed).faults.map(({ fault }) => fault.kind);
      const most = Math.max(...kinds.map((kind) => kinds.filter((each) => each === kind).length));
      return kinds.length >= 4 && most > kinds.length / 2;
    });
    expect(lopsided.length).to.be.greaterThan(SEEDS.length / 20);
  });

  it('lets a house come to rest: two of one name do not fight to the end', () => {
    for (const seed of SEEDS) {
      const { acts, hosts } = drawLife(seed);
      const other = hosts['other'];
      if (other?.program !== 'client' || other.device !== undefined) continue;
      expect(acts.at(-1), `seed ${seed}`).to.include({ on: 'other', stops: 'program' });
    }
  });
});
