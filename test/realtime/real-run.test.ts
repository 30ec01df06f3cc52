import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect } from 'chai';
import { Piscina } from 'piscina';

import { loosened } from '../../src/realtime/loosened';
import { freePort, LoopbackNetwork } from '../../src/realtime/loopback-network';
import { RealClock } from '../../src/realtime/real-clock';
import type { RealResult } from '../../src/realtime/real-run';
import type { RealJob } from '../../src/realtime/real-worker';
import type { RunResult } from '../../src/sim/run';
import type { ScenarioInput } from '../../src/sim/scenario';
import { written } from '../runner/files';

const SCALE = 0.2;

/**
 * Runs in a thread of its own: what the HTTP client of Toxiproxy leaves behind would reach into the
 * virtual runs of other tests.
 */
const pool = new Piscina<RealJob, RealResult>({
  filename: require.resolve('../../src/realtime/real-worker'),
  execArgv: ['-r', require.resolve('ts-node/register/transpile-only')],
  minThreads: 0,
  maxThreads: 1,
  // The first run of a thread compiles all that it needs.
  idleTimeout: 60_000,
});

async function play(story: Partial<ScenarioInput>, toxiproxyUrl?: string): Promise<RunResult> {
  const plain = { name: 'a-test', story: 'What a test tells.', lasts: '10 s' } as const;
  const file = written('real-run.json', { ...plain, ...story });
  const url = toxiproxyUrl === undefined ? {} : { toxiproxyUrl };
  const options = { seed: 1, scale: SCALE, keepEvents: 10_000 };
  return (await pool.run({ file, ...options, ...url })).result;
}

function typesOf({ lastEvents }: RunResult, host: string, wanted: RegExp): readonly string[] {
  return lastEvents
    .filter((event) => event.host === host && wanted.test(event.type))
    .map((event) => ('label' in event ? `${event.type} ${event.label}` : event.type));
}

describe('a run in real time', function () {
  this.timeout(60_000);

  after(() => pool.destroy());

  it('holds a question and its answer over real sockets, and leaves nothing behind', async () => {
    const result = await play({
      acts: [{ at: '1 s', says: 'hey-jarvis-what-time-is-it' }],
      expect: [
        {
          that: 'answers',
          check: 'count',
          of: { type: 'playback.ended', host: 'pi', how: 'finished' },
          atLeast: 1,
          atMost: 1,
        },
      ],
    });
    expect(result.failures).to.deep.equal([]);
    expect(result.invariants['S6']).to.equal('held');
    const left = result.lastEvents.filter(({ type }) => type === 'host.stopped');
    expect(left).to.have.length(3);
    for (const each of left) expect(each).to.include({ timers: 0, sockets: 0, dials: 0 });
  });

  it('has a toxic hold what is sent until it is removed', async () => {
    const result = await play({
      acts: [{ at: '1 s', presses: 'button' }],
      faults: [
        {
          ...{ at: '500 ms', for: '3 s', kind: 'toxic', type: 'bandwidth' },
          ...{ stream: 'upstream', attributes: { rate: 0 } },
        } as never,
      ],
    });
    const asked = result.lastEvents.find(({ type }) => type === 'session.requested');
    const started = result.lastEvents.find(
      ({ host, type }) => host === 'pi' && type === 'session.started',
    );
    expect((started?.atMs ?? NaN) - (asked?.atMs ?? NaN)).to.be.within(2_000, 4_500);
  });

  it('has a proxy that is down refuse dials, and the server restart', async () => {
    const result = await play({
      faults: [
        { at: '0 ms', for: '1 s', kind: 'proxy_down' },
        { at: '6 s', for: '500 ms', kind: 'restart', host: 'server' },
      ],
    });
    expect(typesOf(result, 'pi', /^link\.(failed|connected|lost)$/).slice(0, 3)).to.deep.equal([
      'link.failed dial_refused',
      'link.connected',
      'link.lost peer_restart',
    ]);
  });

  it('ends with what the Toxiproxy said, where it refuses', async () => {
    const server = createServer((_, response) => response.writeHead(500).end('{}'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const error = await play({}, url).then(
      () => undefined,
      (reason: unknown) => String(reason),
    );
    server.close();
    server.closeAllConnections();
    expect(error).to.match(/Toxiproxy at http:\/\/127\.0\.0\.1:\d+ could not make the proxy /);
  });
});

describe('the time of a story in real time', () => {
  it('goes as fast as it is told, and calls back in order and never early', async () => {
    const clock = new RealClock(0.01);
    const fired: number[] = [];
    await new Promise<void>((resolve) => {
      const stop = clock.schedule(5_000, () => fired.push(-1));
      clock.schedule(2_000, () => fired.push(clock.now()));
      clock.schedule(1_000, () => fired.push(clock.now()));
      clock.schedule(6_000, resolve);
      clock.cancel(stop);
    });
    expect(fired).to.have.length(2);
    expect(fired[0]).to.be.at.least(1_000);
    expect(fired[1]).to.be.at.least(2_000);
    clock.schedule(1_000, () => fired.push(-2));
    clock.close();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(fired).to.have.length(2);
  });
});

describe('the hosts of a story on loopback', () => {
  it('refuse who dials one that does not listen, and are silent once they are killed', async () => {
    const network = new LoopbackNetwork();
    network.place('server', await freePort());
    const [server, pi] = [network.nic('server'), network.nic('pi')];
    const dial = (host: string): Promise<string> =>
      new Promise((resolve) => {
        const stream = pi.connect({ host, port: 8_765, tls: false });
        stream.on('connect', () => resolve('connected'));
        stream.on('error', ({ code }: NodeJS.ErrnoException) => resolve(String(code)));
      });
    expect(await dial('server')).to.equal('ECONNREFUSED');
    expect(await dial('nobody')).to.equal('ECONNREFUSED');
    let told = 0;
    await server.listen({ host: '0.0.0.0', port: 8_765 }, ({ stream }) => {
      stream.on('close', () => (told += 1));
      stream.on('error', () => (told += 1));
    });
    expect(await dial('server')).to.equal('connected');
    network.kill(server);
    expect(await dial('server')).to.equal('ECONNREFUSED');
    network.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(told).to.equal(0);
  });
});

describe('a demand with room for noise', () => {
  const plain = { that: 'x', after: 0 } as const;

  it('has it in every length of time, and nowhere else', () => {
    const within = {
      ...{ ...plain, check: 'within', atMost: 1_000, atLeast: 30, times: 1, sameStep: true },
      ...{ from: {}, to: {}, same: [], once: false, inOrder: false },
    } as never;
    expect(loosened(within, 50)).to.include({ atMost: 1_050, atLeast: 0, sameStep: false });
    const values = { ...plain, check: 'values', of: {}, times: 1, ranges: [[10, 20]] };
    expect(loosened({ ...values, field: 'rttMs' } as never, 5)).to.deep.include({
      ranges: [[5, 25]],
    });
    expect(loosened({ ...values, field: 'bytes' } as never, 5)).to.deep.include({
      ranges: [[10, 20]],
    });
    const count = { ...plain, check: 'count', of: {}, atMost: 1 } as never;
    expect(loosened(count, 50)).to.equal(count);
  });
});
