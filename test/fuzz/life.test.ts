import { expect } from 'chai';

import { FAULT_KINDS } from '../../src/fuzz/drawn-faults';
import { drawLife } from '../../src/fuzz/life';
import { scenarioOf } from '../../src/fuzz/trial';
import { durationMs } from '../../src/sim/duration';
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

  it('draws absences that are longer than half an hour, and lives that outlast them', () => {
    const HALF_AN_HOUR_MS = 1_800_000;
    const absent = SEEDS.filter((seed) => {
      const { faults, lastsMs } = drawLife(seed);
      return faults.some(({ fault, placing }) => {
        if (!('for' in fault) || fault.for === undefined || placing.how !== 'at') return false;
        const forMs = durationMs(fault.for);
        return forMs >= HALF_AN_HOUR_MS && placing.atMs + forMs <= lastsMs;
      });
    });
    // One life in sixteen; they take as long as all the others together.
    expect(absent.length).to.be.within(SEEDS.length / 40, SEEDS.length / 10);
  });

  it('draws strangers, and code around a client that makes mistakes', () => {
    const hosts = SEEDS.flatMap((seed) => Object.values(drawLife(seed).hosts));
    const texts = hosts.flatMap((host) =>
      host.program === 'peer' && host.does.behaviour === 'dials_and_talks'
        ? host.does.says.flatMap(({ text }) => text ?? [])
        : [],
    );
    for (const odd of [/^null$/, /^\[/, /^"/, /^\{.*"type":"hotword_detected"/, /__proto__/]) {
      expect(texts.filter((text) => odd.test(text)).length, String(odd)).to.be.greaterThan(2);
    }
    for (const listeners of ['throw', 'reject']) {
      const having = hosts.filter((host) => 'listeners' in host && host.listeners === listeners);
      expect(having.length, listeners).to.be.greaterThan(SEEDS.length / 20);
    }
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
