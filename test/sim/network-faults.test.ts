import { expect } from 'chai';

import type { FaultInput } from '../../src/sim/network-faults';
import type { RunResult } from '../../src/sim/simulation';
import { eventsOf, run, timesOf } from './runs';

/** A minute of a Pi and its server, which are connected by 1 s, with these faults. */
async function withFaults(...faults: readonly FaultInput[]): Promise<RunResult> {
  const result = await run({ faults: [...faults], lasts: '100 s' });
  expect(result.failures, 'failures').to.deep.equal([]);
  return result;
}

/** Labels of the losses on a host. */
function losses(result: RunResult, host: string): readonly string[] {
  return eventsOf(result, host, 'link.lost')
    .map(({ label }) => label)
    .filter((label) => label !== 'local_shutdown' && label !== 'peer_close');
}

function dialFailures(result: RunResult): readonly string[] {
  return eventsOf(result, 'pi', 'link.failed').map(({ label }) => label);
}

describe('a fault on the path', () => {
  it('latency makes everything later, and costs nothing', async () => {
    const result = await withFaults({ at: '20 s', kind: 'latency', oneWay: '300 ms', for: '20 s' });
    const rtts = eventsOf(result, 'pi', 'heartbeat.pong').map(({ rttMs }) => rttMs);
    expect(rtts.slice(0, 2)).to.deep.equal([610, 10]);
    expect(losses(result, 'pi')).to.deep.equal([]);
  });

  it('latency counts in its direction alone, and several add up', async () => {
    const result = await withFaults(
      { at: '20 s', kind: 'latency', oneWay: '300 ms', direction: 'upstream' },
      { at: '20 s', kind: 'latency', oneWay: '50 ms', direction: 'both', for: '20 s' },
    );
    const rtts = eventsOf(result, 'pi', 'heartbeat.pong').map(({ rttMs }) => rttMs);
    expect(rtts.slice(0, 2)).to.deep.equal([410, 310]);
  });

  it('an outage of 5 s is survived, and what was sent arrives after it', async () => {
    const result = await withFaults({ at: '29 s', kind: 'outage', for: '5 s' });
    expect(losses(result, 'pi')).to.deep.equal([]);
    const [first] = eventsOf(result, 'pi', 'heartbeat.pong');
    expect(first?.rttMs).to.be.within(3_900, 9_000);
  });

  it('a longer outage costs the connection at both ends', async () => {
    const result = await withFaults({ at: '29 s', kind: 'outage', for: '30 s' });
    expect(losses(result, 'pi')).to.deep.equal(['heartbeat_timeout']);
    expect(losses(result, 'server')).to.deep.equal(['heartbeat_timeout']);
  });

  it('an outage in one direction leaves the other open', async () => {
    const upstream = { at: '29 s', kind: 'outage', direction: 'upstream', for: '30 s' } as const;
    const up = await withFaults(upstream);
    const pingsThatArrive = eventsOf(up, 'world', 'wire.delivered').filter(
      ({ atMs, from }) => from === 'server' && atMs > 29_100 && atMs < 45_000,
    );
    expect(pingsThatArrive).to.not.deep.equal([]);
    const down = await withFaults({ ...upstream, direction: 'downstream' });
    const answers = eventsOf(down, 'world', 'wire.delivered').filter(
      ({ atMs, from }) => from === 'server' && atMs > 29_100 && atMs < 45_000,
    );
    expect(answers).to.deep.equal([]);
  });

  it('silence kills what is open, without a word, and nothing that comes later', async () => {
    const result = await withFaults({ at: '20 s', kind: 'silence' });
    expect(losses(result, 'pi')).to.deep.equal(['heartbeat_timeout']);
    expect(timesOf(result, 'pi', 'link.connected')).to.have.length(2);
    expect(timesOf(result, 'pi', 'link.lost')[0]).to.be.within(40_000, 41_000);
    expect(dialFailures(result)).to.deep.equal([]);
  });

  it('silence in one direction leaves the other open', async () => {
    const result = await withFaults({ at: '20 s', kind: 'silence', direction: 'downstream' });
    const heard = eventsOf(result, 'world', 'wire.delivered').filter(
      ({ atMs, flow }) => flow === 1 && atMs > 20_100,
    );
    expect(new Set(heard.map(({ from }) => from))).to.deep.equal(new Set(['pi']));
  });

  it('lost dials are never answered, and what is connected lives on', async () => {
    const started = await withFaults({ at: '0 ms', kind: 'lost_dials', for: '15 s' });
    expect(dialFailures(started)).to.deep.equal(['dial_timeout']);
    expect(timesOf(started, 'pi', 'link.failed')).to.deep.equal([10_000]);
    const later = await withFaults({ at: '20 s', kind: 'lost_dials', for: '15 s' });
    expect(losses(later, 'pi')).to.deep.equal([]);
  });

  it('a reset and a close end the connection at both ends at once', async () => {
    for (const [kind, label] of [
      ['reset', 'reset'],
      ['close', 'fin'],
    ] as const) {
      const result = await withFaults({ at: '20 s', kind });
      for (const host of ['pi', 'server']) {
        expect(losses(result, host), `${kind} at ${host}`).to.deep.equal([label]);
        expect(timesOf(result, host, 'link.lost')[0], `${kind} at ${host}`).to.equal(20_000);
      }
    }
  });

  it('what an end still sends to one that was told of its close resets that', async () => {
    const result = await run({
      faults: [
        { kind: 'pause', at: '20 s', for: '15 s', host: 'pi' },
        { kind: 'close', at: '21 s', direction: 'downstream' },
      ],
    });
    const [lost] = eventsOf(result, 'pi', 'link.lost');
    expect(lost).to.include({ atMs: 35_000, label: 'reset', initiator: 'network' });
  });

  it('counts between its two hosts alone', async () => {
    const spare = { program: 'client', device: 'spare' } as const;
    const hosts = { server: { program: 'server' }, pi: { program: 'client' }, spare } as const;
    const faults = [{ at: '20 s', kind: 'reset', between: ['spare', 'server'] }] as FaultInput[];
    const result = await run({ hosts, faults });
    expect(losses(result, 'pi')).to.deep.equal([]);
    expect(losses(result, 'spare')).to.deep.equal(['reset']);
  });
});

describe('a fault on the path that changes or delays bytes', () => {
  it('slow_path makes what is sent wait for its turn, in its direction', async () => {
    const slow = { at: '20 s', kind: 'slow_path', bytesPerSecond: 6, for: '20 s' } as const;
    for (const direction of ['upstream', 'downstream'] as const) {
      const result = await withFaults({ ...slow, direction });
      const rtts = eventsOf(result, 'pi', 'heartbeat.pong').map(({ rttMs }) => rttMs);
      // A frame of the Pi’s has 6 bytes. One of the server’s has 2, and its own ping is in front.
      expect(rtts.slice(0, 2), direction).to.deep.equal(
        direction === 'upstream' ? [1_010, 10] : [667, 10],
      );
    }
  });

  it('corruption ends a connection whose frames it spoils, and the Pi comes back', async () => {
    const result = await withFaults({ at: '20 s', kind: 'corruption', every: 1, for: '20 s' });
    for (const host of ['pi', 'server']) {
      expect(timesOf(result, host, 'link.lost')[0], host).to.be.within(30_000, 31_000);
    }
    expect(losses(result, 'pi').concat(losses(result, 'server'))).to.include('protocol_error');
    expect(timesOf(result, 'pi', 'link.connected')).to.have.length(2);
  });
});

describe('a fault of a box on the path', () => {
  it('idle_timeout costs a connection that is more patient, as it says', async () => {
    for (const [how, label] of [
      ['silence', 'heartbeat_timeout'],
      ['reset', 'reset'],
      ['close', 'fin'],
    ] as const) {
      const result = await withFaults({
        at: '0 ms',
        kind: 'idle_timeout',
        after: '20 s',
        how,
        for: '25 s',
      });
      expect(losses(result, 'pi'), how).to.deep.equal([label]);
      expect(losses(result, 'server'), how).to.deep.equal([label]);
      expect(timesOf(result, 'pi', 'link.connected'), how).to.have.length(2);
    }
  });

  it('idle_timeout costs nothing where it is longer than a heartbeat', async () => {
    for (const how of ['silence', 'reset', 'close'] as const) {
      const result = await withFaults({ at: '10 s', kind: 'idle_timeout', after: '31 s', how });
      expect(losses(result, 'pi'), how).to.deep.equal([]);
    }
  });

  it('upgrade_answered fails each dial with its status until it is over', async () => {
    for (const status of [200, 302, 401, 503] as const) {
      const result = await withFaults({
        at: '0 ms',
        kind: 'upgrade_answered',
        status,
        for: '8 s',
      });
      const failures = eventsOf(result, 'pi', 'link.failed');
      expect(new Set(failures.map(({ httpStatus }) => httpStatus))).to.deep.equal(
        new Set([status]),
      );
      expect(dialFailures(result)[0]).to.equal(status === 401 ? 'auth' : 'http_status');
      expect(timesOf(result, 'pi', 'link.connected'), `${status}`).to.have.length(1);
      expect(timesOf(result, 'server', 'link.accepted'), `${status}`).to.have.length(1);
    }
  });
});

describe('a fault of TLS', () => {
  const hosts = (expiresAt?: '20 s') =>
    ({
      server: {
        program: 'server',
        ...(expiresAt === undefined ? {} : { certificateExpiresAt: expiresAt }),
      },
      pi: { program: 'client', tls: true },
      plain: { program: 'client', device: 'plain' },
    }) as const;

  it('fails TLS dials alone, with its label', async () => {
    for (const [code, label] of [
      ['CERT_HAS_EXPIRED', 'tls_expired'],
      ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
      ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'tls'],
    ] as const) {
      const faults: FaultInput[] = [
        { at: '0 ms', kind: 'tls', code, for: '5 s' },
        { at: '0 ms', kind: 'tls', code, for: '5 s', between: ['plain', 'server'] },
      ];
      const result = await run({ hosts: hosts(), faults });
      expect(result.failures).to.deep.equal([]);
      expect(new Set(dialFailures(result)), code).to.deep.equal(new Set([label]));
      expect(timesOf(result, 'pi', 'link.connected'), code).to.have.length(1);
      expect(eventsOf(result, 'plain', 'link.failed'), code).to.deep.equal([]);
    }
  });

  it('needs no fault where the clock is wrong by years, either way', async () => {
    const YEAR_MS = 31_557_600_000;
    for (const [by, label] of [
      [-2 * YEAR_MS, 'tls_not_yet_valid'],
      [5 * YEAR_MS, 'tls_expired'],
    ] as const) {
      const result = await run({
        hosts: hosts(),
        faults: [
          { at: '0 ms', kind: 'wall_step', host: 'pi', by },
          { at: '10 s', kind: 'wall_step', host: 'pi', by: -by },
          { at: '15 s', kind: 'reset' },
        ],
      });
      expect(result.failures).to.deep.equal([]);
      expect(new Set(dialFailures(result))).to.deep.equal(new Set([label]));
      expect(timesOf(result, 'pi', 'link.connected')[0]).to.be.greaterThan(10_000);
    }
  });

  it('needs none either where the certificate expires, and is met by the next dial', async () => {
    const faults: FaultInput[] = [
      { at: '25 s', kind: 'reset' },
      { at: '25 s', kind: 'reset', between: ['plain', 'server'] },
    ];
    const result = await run({ hosts: hosts('20 s'), faults });
    expect(timesOf(result, 'pi', 'link.connected')[0]).to.be.lessThan(100);
    expect(new Set(dialFailures(result))).to.deep.equal(new Set(['tls_expired']));
    expect(timesOf(result, 'plain', 'link.connected')).to.have.length(2);
  });
});

describe('a fault at a dial', () => {
  it('refused, unreachable and dns fail it at once, each with its label', async () => {
    const labels = {
      refused: 'dial_refused',
      unreachable: 'dial_unreachable',
      dns: 'dns',
    } as const;
    for (const kind of ['refused', 'unreachable', 'dns'] as const) {
      const result = await withFaults({ at: '0 ms', kind, for: '5 s' });
      expect(new Set(dialFailures(result)), kind).to.deep.equal(new Set([labels[kind]]));
      expect(timesOf(result, 'pi', 'link.failed')[0], kind).to.be.lessThan(100);
      expect(timesOf(result, 'pi', 'link.connected'), kind).to.have.length(1);
    }
  });

  it('refused and dns leave alone what is connected', async () => {
    for (const kind of ['refused', 'dns'] as const) {
      const result = await withFaults({ at: '20 s', kind, for: '5 s' });
      expect(losses(result, 'pi'), kind).to.deep.equal([]);
    }
  });

  it('is over when the last of several is', async () => {
    const result = await withFaults(
      { at: '0 ms', kind: 'refused', for: '30 s' },
      { at: '0 ms', kind: 'refused', for: '10 s' },
    );
    expect(timesOf(result, 'pi', 'link.connected')[0]).to.be.greaterThan(30_000);
  });
});

describe('a fault at a host', () => {
  it('power loss is silent: the server only notices by its heartbeat', async () => {
    const result = await withFaults({ at: '20 s', kind: 'power_loss', host: 'pi' });
    expect(timesOf(result, 'pi', 'host.lost_power')).to.deep.equal([20_000]);
    expect(losses(result, 'server')).to.deep.equal(['heartbeat_timeout']);
  });

  it('a kill is told by the kernel, and the program starts again afterwards', async () => {
    const result = await withFaults({ at: '20 s', kind: 'kill', host: 'pi', for: '3 s' });
    expect(timesOf(result, 'server', 'link.lost')[0]).to.be.within(20_000, 20_010);
    expect(timesOf(result, 'pi', 'host.started')).to.deep.equal([0, 23_000]);
    expect(eventsOf(result, 'pi', 'host.started').map(({ boot }) => boot)).to.deep.equal([1, 2]);
  });

  it('a restart is asked for, and begins again afterwards', async () => {
    const result = await withFaults({ at: '20 s', kind: 'restart', host: 'server', for: '3 s' });
    expect(timesOf(result, 'server', 'host.stopping')[0]).to.equal(20_000);
    expect(losses(result, 'pi')).to.deep.equal(['peer_restart']);
    expect(timesOf(result, 'server', 'host.started')).to.deep.equal([0, 23_000]);
  });

  it('a pause holds the process, and costs nothing that it can make up for', async () => {
    const result = await withFaults({ at: '25 s', kind: 'pause', host: 'pi', for: '8 s' });
    expect(timesOf(result, 'pi', 'heartbeat.sent')[0]).to.equal(33_000);
    expect(eventsOf(result, 'pi', 'host.resumed')[0]?.pausedMs).to.equal(8_000);
    expect(losses(result, 'pi')).to.deep.equal([]);
  });

  it('a step of the wall clock changes the stamps and nothing else', async () => {
    const stepped = await withFaults({ at: '20 s', kind: 'wall_step', host: 'pi', by: -5_000_000 });
    const plain = await withFaults();
    const wallOf = (result: RunResult): number =>
      eventsOf(result, 'pi', 'heartbeat.sent')[0]?.wallMs ?? 0;
    expect(wallOf(stepped)).to.equal(wallOf(plain) - 5_000_000);
    for (const type of ['heartbeat.sent', 'link.connected'] as const) {
      expect(timesOf(stepped, 'pi', type)).to.deep.equal(timesOf(plain, 'pi', type));
    }
  });

  it('keeps a host off until the last of several is over', async () => {
    const result = await withFaults(
      { at: '20 s', kind: 'kill', host: 'pi', for: '20 s' },
      { at: '22 s', kind: 'power_loss', host: 'pi', for: '3 s' },
    );
    expect(timesOf(result, 'pi', 'host.started')).to.deep.equal([0, 40_000]);
  });

  it('holds a process until the last of several pauses is over', async () => {
    const result = await withFaults(
      { at: '20 s', kind: 'pause', host: 'pi', for: '5 s' },
      { at: '22 s', kind: 'pause', host: 'pi', for: '6 s' },
    );
    expect(timesOf(result, 'pi', 'host.paused')).to.deep.equal([20_000]);
    expect(eventsOf(result, 'pi', 'host.resumed').map(({ pausedMs }) => pausedMs)).to.deep.equal([
      8_000,
    ]);
  });

  it('starts nothing that was never to run', async () => {
    const spare = { program: 'client', device: 'spare', startsAt: 'never' } as const;
    const hosts = { server: { program: 'server' }, spare } as const;
    const faults = [{ at: '1 s', kind: 'kill', host: 'spare', for: '1 s' }] as FaultInput[];
    expect(timesOf(await run({ hosts, faults }), 'spare', 'host.started')).to.deep.equal([]);
  });

  it('lets nobody start in the middle of it', async () => {
    const late = { program: 'client', startsAt: '5 s' } as const;
    const hosts = { server: { program: 'server' }, pi: late } as const;
    const faults = [{ at: '1 s', kind: 'power_loss', host: 'pi', for: '20 s' }] as FaultInput[];
    expect(timesOf(await run({ hosts, faults }), 'pi', 'host.started')).to.deep.equal([21_000]);
  });
});

describe('every fault', () => {
  it('is healed at its time or at the end, once, and says so', async () => {
    const result = await withFaults(
      { at: '10 s', kind: 'outage', for: '3 s' },
      { at: '50 s', kind: 'dns', for: '10 min' },
      { at: '60 s', kind: 'reset' },
    );
    const told = (type: 'fault.began' | 'fault.ended'): unknown =>
      eventsOf(result, 'world', type).map(({ atMs, fault }) => [atMs, fault]);
    expect(told('fault.began')).to.deep.equal([
      [10_000, 'outage'],
      [50_000, 'dns'],
      [60_000, 'reset'],
    ]);
    expect(told('fault.ended')).to.deep.equal([
      [13_000, 'outage'],
      [60_000, 'reset'],
      [100_000, 'dns'],
    ]);
  });
});
