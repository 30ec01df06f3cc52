import { expect } from 'chai';

import { FAULT_KINDS } from '../../src/fuzz/drawn-faults';
import { isFight } from '../../src/fuzz/drawn-hosts';
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

  it('draws absences of a night and of a weekend, and lives that outlast them', () => {
    const HALF_AN_HOUR_MS = 1_800_000;
    const HALF_A_DAY_MS = 24 * HALF_AN_HOUR_MS;
    const longest = SEEDS.map((seed) => {
      const { faults, lastsMs } = drawLife(seed);
      const lengths = faults.map(({ fault, placing }) => {
        if (!('for' in fault) || fault.for === undefined || placing.how !== 'at') return 0;
        const forMs = durationMs(fault.for);
        return placing.atMs + forMs <= lastsMs ? forMs : 0;
      });
      return Math.max(0, ...lengths);
    });
    const absent = longest.filter((forMs) => forMs >= HALF_AN_HOUR_MS);
    // One life in sixteen; they take as long as all the others together.
    expect(absent.length).to.be.within(SEEDS.length / 40, SEEDS.length / 10);
    const gone = longest.filter((forMs) => forMs >= HALF_A_DAY_MS);
    expect(gone.length).to.be.within(SEEDS.length / 80, SEEDS.length / 20);
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
      if (!isFight(hosts)) continue;
      expect(acts.at(-1), `seed ${seed}`).to.include({ on: 'other', stops: 'program' });
    }
  });

  it('draws servers that are none of ours, with a Pi that dials them', () => {
    const behaviours = new Set<string>();
    for (const seed of SEEDS) {
      const { strange, other } = drawLife(seed).hosts;
      if (strange?.program !== 'peer') continue;
      behaviours.add(strange.does.behaviour);
      expect(other, `seed ${seed}`).to.include({ program: 'client', server: 'strange' });
    }
    expect([...behaviours]).to.have.members([
      ...['talks', 'accepts_and_closes', 'breaks_off_answers', 'answers_upgrade'],
      ...['never_welcomes', 'never_answers'],
    ]);
  });

  it('draws servers that ask for a token, and gives one to whoever lives there', () => {
    const asking = SEEDS.map((seed) => drawLife(seed).hosts).filter(
      ({ server }) => server?.program === 'server' && server.tokens !== undefined,
    );
    expect(asking.length).to.be.within(SEEDS.length / 8, SEEDS.length / 2);
    for (const { pi } of asking) expect(pi).to.have.property('token');
  });

  it('draws guests who know the protocol and are in a hurry', () => {
    const talks = SEEDS.map((seed) => JSON.stringify(drawLife(seed).hosts['guest'] ?? {}));
    const hasty = talks.filter(
      (talk) =>
        talk.match(/hotword_detected[^}]*g[12]/g)?.length === 2 && talk.includes('playback'),
    );
    expect(hasty.length).to.be.greaterThan(SEEDS.length / 40);
  });

  it('lets somebody switch a Pi off for good, now and then', () => {
    const ends = SEEDS.filter((seed) => drawLife(seed).acts.some(({ stops }) => stops));
    expect(ends.length).to.be.within(SEEDS.length / 8, SEEDS.length / 2);
  });
});
