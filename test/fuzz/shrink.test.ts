import { expect } from 'chai';

import { shrink, type Shrunk } from '../../src/fuzz/shrink';
import { durationMs } from '../../src/sim/duration';
import { checkScenario, type ScenarioInput } from '../../src/sim/scenario';

type Fault = NonNullable<ScenarioInput['faults']>[number];

const noise: readonly Fault[] = Array.from({ length: 8 }, (_, index) => ({
  at: `${10_017 + index * 1_000} ms`,
  kind: 'wall_step',
  host: 'pi',
  by: 1_000,
}));
const restart: Fault = { at: '20123 ms', kind: 'restart', host: 'server', for: '64000 ms' };
const outage: Fault = { at: '25987 ms', kind: 'outage', for: '32000 ms' };

const STORY: ScenarioInput = {
  name: 'a-mess',
  story: 'Much happens.',
  hosts: {
    server: { program: 'server', engine: { answersAfter: '3 s' } },
    pi: { program: 'client', tls: true },
    other: { program: 'client', device: 'hall' },
  },
  latency: '77 ms',
  interleave: true,
  acts: [
    { at: '1 s', says: 'hey-jarvis' },
    { at: '2 s', presses: 'button' },
    { at: '200 s', presses: 'button' },
  ],
  faults: [...noise.slice(0, 4), restart, outage, ...noise.slice(4)],
  lasts: '300 s',
};

/** A restart of 10 s and more, an outage after it, and a press: only together do they fail. */
function breaks({ acts = [], faults = [] }: ScenarioInput): boolean {
  const restarted = faults.findIndex(
    (fault) => fault.kind === 'restart' && durationMs(fault.for ?? '0 ms') >= 10_000,
  );
  const cut = faults.findIndex(({ kind }) => kind === 'outage');
  return restarted >= 0 && cut > restarted && acts.some(({ presses }) => presses !== undefined);
}

/** As for a real run: what is no scenario does not fail. */
function isRunnable(scenario: ScenarioInput): boolean {
  try {
    checkScenario(scenario);
    return true;
  } catch {
    return false;
  }
}

describe('shrink', () => {
  const asked: ScenarioInput[] = [];

  async function shrunk(
    fails: (scenario: ScenarioInput) => boolean,
    failedAtMs = 30_000,
  ): Promise<Shrunk> {
    asked.length = 0;
    return shrink(STORY, {
      failedAtMs,
      stillFails: (scenario) => {
        asked.push(scenario);
        return Promise.resolve(isRunnable(scenario) && fails(scenario));
      },
    });
  }

  it('leaves the faults without any one of which it passes, and shows that', async () => {
    const { isMinimal, scenario } = await shrunk(breaks);
    expect(scenario.faults?.map(({ kind }) => kind)).to.deep.equal(['restart', 'outage']);
    expect(isMinimal).to.equal(true);
    for (const left of scenario.faults ?? []) {
      const faults = scenario.faults?.filter((fault) => fault !== left) ?? [];
      const text = JSON.stringify(faults);
      const without = asked.some((each) => JSON.stringify(each.faults) === text);
      expect(without, `tried without ${left.kind}`).to.equal(true);
    }
  });

  it('leaves one deed, plain hosts, no drawn order, and an end soon after it failed', async () => {
    const { scenario } = await shrunk(breaks);
    expect(scenario.acts).to.deep.equal([{ at: '2 s', presses: 'button' }]);
    expect(scenario.hosts).to.deep.equal({
      server: { program: 'server' },
      pi: { program: 'client' },
    });
    expect(scenario).to.include({ interleave: false, latency: '5 ms', lasts: '31000 ms' });
  });

  it('leaves of what a stranger says only what it takes', async () => {
    const texts = ['{}', 'null', '[]', '1', 'null', '"x"'];
    const guest = (says: readonly string[]) => ({
      program: 'peer' as const,
      does: {
        behaviour: 'dials_and_talks' as const,
        says: says.map((text) => ({ at: '1 s' as const, text })),
      },
    });
    const least = await shrink(
      { ...STORY, hosts: { ...STORY.hosts, guest: guest(texts) } },
      {
        failedAtMs: 30_000,
        stillFails: (scenario) => Promise.resolve(/null.*"x/.test(JSON.stringify(scenario.hosts))),
      },
    );
    expect(least.scenario.hosts?.['guest']).to.deep.equal(guest(['null', '"x"']));
  });

  it('leaves a client the server that it dials, and of its words what it takes', async () => {
    const strange = (texts: readonly string[]) => ({
      program: 'peer' as const,
      does: {
        behaviour: 'talks' as const,
        says: texts.map((text) => ({ at: '1 s' as const, text })),
      },
    });
    const porch = { program: 'client' as const, server: 'strange' };
    const least = await shrink(
      {
        ...STORY,
        hosts: {
          ...STORY.hosts,
          strange: strange(['{}', 'null', '1']),
          porch: { ...porch, tls: true },
        },
      },
      {
        failedAtMs: 30_000,
        stillFails: ({ hosts }) =>
          Promise.resolve(/null/.test(JSON.stringify(hosts)) && hosts?.['porch'] !== undefined),
      },
    );
    expect(least.scenario.hosts?.['porch']).to.deep.equal(porch);
    expect(least.scenario.hosts?.['strange']).to.deep.equal(strange(['null']));
  });

  it('makes times shorter, and rounds instants', async () => {
    const { scenario } = await shrunk(breaks);
    expect(scenario.faults).to.deep.equal([
      { ...restart, at: '20000 ms', for: '16000 ms' },
      { ...outage, at: '25000 ms', for: '2000 ms' },
    ]);
  });

  it('asks at most a hundred times, and counts', async () => {
    const { evaluations } = await shrunk(breaks);
    expect(evaluations).to.equal(asked.length).and.to.be.at.most(100);
  });

  it('finds that no fault is needed', async () => {
    const { isMinimal, scenario } = await shrunk(() => true);
    expect(scenario.faults).to.deep.equal([]);
    expect(scenario.acts).to.deep.equal([]);
    expect(isMinimal).to.equal(true);
  });

  it('leaves a story alone of which nothing can go', async () => {
    const whole = JSON.stringify(STORY.faults);
    const fails = ({ faults }: ScenarioInput): boolean => JSON.stringify(faults) === whole;
    const { isMinimal, scenario } = await shrunk(fails, 299_000);
    expect(scenario.faults).to.deep.equal(STORY.faults);
    expect(isMinimal).to.equal(true);
  });

  it('ends with a scenario that can be run', async () => {
    const { scenario } = await shrunk(breaks);
    expect(() => checkScenario(scenario)).not.to.throw();
  });
});
