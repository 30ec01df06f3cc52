import { expect } from 'chai';

import { ScenarioError } from '../../src/sim/scenario';
import { toxicBody, toxicSchema } from '../../src/sim/toxics';
import { eventsOf, run, timesOf } from './runs';

const LATENCY = { kind: 'toxic', type: 'latency', stream: 'upstream' } as const;

describe('toxics in a scenario', () => {
  it('put a Toxiproxy between a client and its server, and nowhere else', async () => {
    const result = await run({
      hosts: {
        server: { program: 'server' },
        pi: { program: 'client' },
        hall: { program: 'client', device: 'hall' },
      },
      faults: [{ at: '5 s', for: '1 s', ...LATENCY, attributes: { latency: 100 } }],
    });
    const ways = result.lastEvents.flatMap((event) =>
      event.type === 'wire.opened' ? [`${event.from}>${event.to}`] : [],
    );
    expect(ways).to.have.members(['pi>toxiproxy-pi', 'toxiproxy-pi>server', 'hall>server']);
    expect(result.failures).to.deep.equal([]);
  });

  it('delay what flows in their stream while they last, by what they say', async () => {
    const faults = [{ at: '20 s', for: '20 s', ...LATENCY, attributes: { latency: 300 } }] as const;
    const plain = await run({ lasts: '100 s', faults: [] });
    const result = await run({ lasts: '100 s', faults: [...faults] });
    const rtts = (each: typeof result): readonly number[] =>
      eventsOf(each, 'pi', 'heartbeat.pong').map(({ rttMs }) => rttMs);
    expect(rtts(plain)).to.deep.equal([10, 10, 10]);
    expect(rtts(result)).to.deep.equal([310, 10, 10]);
  });

  it('are added up where several have the same stream', async () => {
    const each = { at: '20 s', ...LATENCY, attributes: { latency: 200 } } as const;
    const result = await run({ lasts: '40 s', faults: [each, each] });
    expect(eventsOf(result, 'pi', 'heartbeat.pong')[0]?.rttMs).to.equal(410);
  });

  it('hold from the first instant on, where they begin at 0', async () => {
    const result = await run({ faults: [{ at: '0 ms', for: '5 s', kind: 'proxy_down' }] });
    const [first] = eventsOf(result, 'pi', 'link.failed');
    expect(first).to.include({ label: 'dial_refused' });
    expect(timesOf(result, 'pi', 'link.connected')).to.have.length(1);
    expect(result.failures).to.deep.equal([]);
  });

  it('take a proxy down as often as they want, and it is up when none does', async () => {
    const down = { kind: 'proxy_down' } as const;
    const result = await run({
      faults: [
        { at: '5 s', for: '10 s', ...down },
        { at: '8 s', for: '20 s', ...down },
      ],
    });
    expect(eventsOf(result, 'pi', 'link.lost').map(({ label }) => label)).to.include('fin');
    const [, again] = timesOf(result, 'pi', 'link.connected');
    expect(again).to.be.above(28_000);
  });

  it('must name a client and its server', async () => {
    const error = await run({
      faults: [{ at: '1 s', kind: 'proxy_down', between: ['server', 'pi'] }],
    }).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(ScenarioError);
    expect(String(error)).to.match(/must name a client.*\n.*faults\[0\]\.between/);
  });

  it('are scaled in what is a time, and only there', () => {
    const body = (type: string, attributes: object): unknown =>
      toxicBody(toxicSchema.parse({ at: '1 s', kind: 'toxic', type, attributes }), 'a-toxic', 0.1)
        .attributes;
    expect(body('latency', { latency: 300, jitter: 4 })).to.deep.equal({ latency: 30, jitter: 1 });
    expect(body('latency', { latency: 300 })).to.deep.equal({ latency: 30, jitter: 0 });
    expect(body('bandwidth', { rate: 32 })).to.deep.equal({ rate: 320 });
    expect(body('limit_data', { bytes: 700 })).to.deep.equal({ bytes: 700 });
    expect(body('slicer', { average_size: 64, delay: 500 })).to.deep.equal({
      ...{ average_size: 64, size_variation: 0, delay: 50 },
    });
    expect(body('timeout', {})).to.deep.equal({ timeout: 0 });
  });
});

describe('a scenario that is told faster', () => {
  it('is the same story, where no kernel and no Toxiproxy counts for itself', async () => {
    const acts = [{ at: '1 s', says: 'hey-jarvis-what-time-is-it' }] as const;
    const full = await run({ acts: [...acts] });
    const tenth = await run({ acts: [...acts] }, { scale: 0.1 });
    const told = (result: typeof full): unknown =>
      eventsOf(result, 'pi', 'state.changed').map(({ atMs, to }) => [Math.round(atMs / 100), to]);
    expect(told(tenth)).to.deep.equal(told(full));
  });

  it('has the pieces of a bandwidth as seldom as a real Toxiproxy has', async () => {
    const slow = { ...LATENCY, type: 'bandwidth', attributes: { rate: 4 } } as const;
    const story = {
      acts: [{ at: '5 s', presses: 'button' }],
      faults: [{ at: '4 s', ...slow }],
      lasts: '20 s',
    } as const;
    const gaps = (times: readonly number[]): number =>
      Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? time)));
    const steps = async (scale: number): Promise<number> => {
      const result = await run(story as never, { scale });
      const sent = result.lastEvents.filter(
        (event) =>
          event.type === 'wire.delivered' && event.from === 'toxiproxy-pi' && event.to === 'server',
      );
      return gaps(sent.map(({ atMs }) => atMs).filter((atMs) => atMs > 6_000 && atMs < 19_000));
    };
    expect(await steps(1)).to.be.at.most(100);
    // Every 100 ms of its own, which are 500 ms of a story that is told five times as fast.
    expect(await steps(0.2)).to.be.within(400, 500);
  });
});
