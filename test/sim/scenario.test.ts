import { expect } from 'chai';

import { checkScenario, scenario, ScenarioError, type ScenarioInput } from '../../src/sim/scenario';
import { simulate } from '../../src/sim/simulation';

const plain: ScenarioInput = { name: 'a-story', story: 'Nothing happens.', lasts: '1 min' };

/** What is wrong with the story when these fields are put into it. */
function wrong(fields: object): string {
  try {
    checkScenario({ ...plain, ...fields });
  } catch (error) {
    expect(error).to.be.instanceOf(ScenarioError).with.property('code', 'SCENARIO_INVALID');
    return (error as Error).message;
  }
  throw new Error('nothing was wrong');
}

describe('a scenario', () => {
  it('has a server and a Pi by default, and every duration in milliseconds', () => {
    const { faults, hosts, lasts, latency } = checkScenario({
      ...plain,
      faults: [{ at: '1 s', kind: 'outage', for: '2 min' }],
    });
    expect({ lasts, latency }).to.deep.equal({ lasts: 60_000, latency: 5 });
    expect(Object.keys(hosts)).to.deep.equal(['server', 'pi']);
    expect(faults).to.deep.equal([
      { at: 1_000, for: 120_000, kind: 'outage', between: ['pi', 'server'], direction: 'both' },
    ]);
  });

  it('is the same in TypeScript and in JSON', () => {
    const typed = scenario({ ...plain, acts: [{ at: '1 s', presses: 'button' }] });
    expect(checkScenario(JSON.parse(JSON.stringify(typed)))).to.deep.equal(checkScenario(typed));
  });

  it('is itself again when its checked form is not needed: checking changes nothing in it', () => {
    const input = { ...plain, faults: [{ at: '1 s', kind: 'reset' }] };
    const before = JSON.stringify(input);
    checkScenario(input);
    expect(JSON.stringify(input)).to.equal(before);
  });

  describe('that is wrong names the place and what is allowed:', () => {
    it('its own name', () => {
      expect(wrong({ name: 'A Story' })).to.contain('words of a-z and 0-9 joined by dashes');
      expect(wrong({ name: 'A Story' }))
        .to.contain("Scenario 'A Story' is wrong")
        .and.contain('at name');
    });

    it('a host that is not there, wherever it is named', () => {
      const places: readonly [object, string][] = [
        [{ acts: [{ at: '1 s', on: 'attic', presses: 'button' }] }, 'acts[0].on'],
        [{ faults: [{ at: '1 s', kind: 'kill', host: 'attic' }] }, 'faults[0].host'],
        [
          { faults: [{ at: '1 s', kind: 'reset', between: ['attic', 'server'] }] },
          'faults[0].between',
        ],
        [{ hosts: { pi: { program: 'client', server: 'attic' } } }, 'hosts.pi.server'],
        [
          { expect: [{ that: 'x', check: 'count', of: { host: 'attic' }, atMost: 0 }] },
          'expect[0].of.host',
        ],
        [
          {
            expect: [
              {
                that: 'x',
                check: 'within',
                from: { host: 'pi' },
                to: { host: 'attic' },
                atMost: '1 s',
              },
            ],
          },
          'expect[0].to.host',
        ],
      ];
      for (const [fields, place] of places) {
        expect(wrong(fields), place).to.contain("no host 'attic' here, only: ").and.contain(place);
      }
    });

    it('a duration', () => {
      const text = wrong({ acts: [{ at: '5s', presses: 'button' }] });
      expect(text).to.contain('a number, a space and a unit').and.to.contain('acts[0].at');
    });

    it('two deeds in one act, or none', () => {
      for (const deeds of [{ presses: 'button', stops: 'program' }, {}]) {
        const text = wrong({ acts: [{ at: '1 s', ...deeds }] });
        expect(text).to.contain('must have exactly one of says, presses').and.to.contain('acts[0]');
      }
    });

    it('an unknown kind of fault', () => {
      const text = wrong({ faults: [{ at: '1 s', kind: 'gremlins' }] });
      expect(text).to.contain('faults[0].kind');
    });

    it('an unknown field, at the top and within', () => {
      expect(wrong({ weather: 'fine' })).to.contain('"weather"');
      const text = wrong({ faults: [{ at: '1 s', kind: 'reset', for: '1 s' }] });
      expect(text).to.contain('"for"').and.to.contain('faults[0]');
    });

    it('what comes after its end', () => {
      const late = '61 s';
      expect(wrong({ acts: [{ at: late, presses: 'button' }] })).to.contain('acts[0].at');
      expect(wrong({ faults: [{ at: late, kind: 'reset' }] })).to.contain('at 60000 ms');
      const hosts = { server: { program: 'server' }, pi: { program: 'client', startsAt: late } };
      expect(wrong({ hosts })).to.contain('hosts.pi.startsAt');
    });

    it('several things at once, each of them', () => {
      const text = wrong({ lasts: 'long', faults: [{ at: 'soon', kind: 'reset' }] });
      expect(text).to.contain('at lasts').and.to.contain('faults[0].at');
    });

    it('something that is no story at all', () => {
      for (const value of [undefined, null, 5, 'story', []]) {
        expect(() => checkScenario(value), String(value)).to.throw(
          ScenarioError,
          'Scenario is wrong',
        );
      }
    });

    it('a sound that does not exist, before the run', async () => {
      const acts = [{ at: '1 s' as const, says: 'open-sesame' }];
      const error = await simulate({ ...plain, acts }, { seed: 1 }).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).to.be.instanceOf(ScenarioError);
      expect((error as Error).message).to.contain("no sound 'open-sesame', only: ");
      expect((error as Error).message).to.contain('hey-jarvis');
    });
  });
});
