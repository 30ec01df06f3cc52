import { expect } from 'chai';

import { throughToxiproxy } from '../../src/realtime/through-toxiproxy';
import { checkScenario, type Scenario, type ScenarioInput } from '../../src/sim/scenario';

function through(story: Partial<ScenarioInput>): ReturnType<typeof throughToxiproxy> {
  const plain = { name: 'a-test', story: 'What a test tells.', lasts: '1 min' } as const;
  return throughToxiproxy(checkScenario({ ...plain, ...story }));
}

function faultsOf(story: Partial<ScenarioInput>): Scenario['faults'] {
  const result = through(story);
  return 'reason' in result ? [] : result.faults;
}

describe('a scenario through a Toxiproxy', () => {
  it('has a Toxiproxy of its own before the server of each client, and no other distance', () => {
    const hosts = {
      server: { program: 'server' },
      pi: { program: 'client' },
      hall: { program: 'client' },
    } as const;
    const result = through({ hosts });
    if ('reason' in result) throw new Error(result.reason);
    const names = ['server', 'toxiproxy-pi', 'pi', 'toxiproxy-hall', 'hall'];
    expect(Object.keys(result.hosts)).to.deep.equal(names);
    expect(result.hosts['hall']).to.include({ server: 'server', via: 'toxiproxy-hall' });
    expect(result.hosts['toxiproxy-pi']).to.include({ program: 'toxiproxy', upstream: 'server' });
    expect(result.latency).to.equal(0);
  });

  it('has toxics in place of what they can stand for', () => {
    const at = '5 s';
    const [both, back] = faultsOf({
      faults: [{ at, for: '2 s', kind: 'latency', direction: 'upstream', oneWay: '40 ms' }],
    });
    expect(both).to.deep.equal({
      ...{ kind: 'toxic', at: 5_000, for: 2_000, between: ['pi', 'server'], toxicity: 1 },
      ...{ stream: 'upstream', type: 'latency', attributes: { latency: 40, jitter: 0 } },
    });
    expect(back).to.equal(undefined);
    const outage = faultsOf({ faults: [{ at, for: '2 s', kind: 'outage' }] });
    expect(outage).to.have.length(2);
    for (const each of outage) expect(each).to.deep.include({ attributes: { rate: 0 } });
    const slow = faultsOf({
      faults: [{ at, kind: 'slow_path', direction: 'downstream', bytesPerSecond: 24_000 }],
    });
    expect(slow[0]).to.deep.include({ type: 'bandwidth', attributes: { rate: 24 } });
    expect(slow[0]).not.to.have.property('for');
    expect(faultsOf({ faults: [{ at, kind: 'close' }] })[0]).to.include({ kind: 'proxy_down' });
    const refused = faultsOf({ faults: [{ at, for: '3 s', kind: 'refused' }] });
    expect(refused).to.deep.equal([
      { kind: 'proxy_down', at: 5_000, for: 3_000, between: ['pi', 'server'] },
    ]);
  });

  it('says why it cannot be, for every fault that nothing stands for', () => {
    const kinds = [
      { kind: 'silence' },
      { kind: 'reset' },
      { kind: 'lost_dials' },
      { kind: 'dns' },
      { kind: 'unreachable' },
      { kind: 'power_loss', host: 'pi' },
      { kind: 'pause', host: 'pi' },
      { kind: 'suspend', host: 'pi' },
      { kind: 'corruption', every: 1_000 },
      { kind: 'tls', code: 'CERT_HAS_EXPIRED' },
    ] as const;
    for (const fault of kinds) {
      const result = through({ faults: [{ at: '5 s', ...fault } as never] });
      expect('reason' in result && result.reason, fault.kind).to.match(
        new RegExp(`^${fault.kind}: \\w+`),
      );
    }
    const hosts = { server: { program: 'server' }, pi: { program: 'client', tls: true } } as const;
    expect(through({ hosts })).to.have.property('reason');
  });
});
