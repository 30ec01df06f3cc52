/** The collection of proxies, driven directly and in virtual time. */
import { expect } from 'chai';

import type { Listener } from '../../src/ports';
import { PopulateError, Toxiproxy } from '../../src/toxiproxy/toxiproxy';
import { ToxiproxyError } from '../../src/toxiproxy/toxiproxy-error';
import { Bench, NOTHING } from './toxic-bench';

const LATE = { type: 'latency', attributes: { latency: 100 } };

describe('Toxiproxy', () => {
  let bench: Bench;
  let toxiproxy: Toxiproxy;

  beforeEach(() => {
    bench = new Bench();
    toxiproxy = bench.toxiproxy;
  });

  afterEach(async () => {
    expect(await bench.leftovers()).to.deep.equal(NOTHING);
  });

  async function listening(port: number): Promise<boolean> {
    const stream = bench.world.client.connect({ host: 'proxy', port, tls: false });
    let isConnected = false;
    stream.on('error', () => undefined);
    stream.on('connect', () => (isConnected = true));
    await bench.runTo(bench.now + 10);
    stream.destroy();
    await bench.runTo(bench.now + 10);
    return isConnected;
  }

  describe('create', () => {
    it('listens, or does not where it is disabled', async () => {
      const made = await toxiproxy.create({ name: 'a', listen: 'proxy:7', upstream: 'hub:2' });
      expect(made).to.deep.equal({
        ...{ name: 'a', listen: 'proxy:7', upstream: 'hub:2', enabled: true },
        toxics: [],
      });
      const idle = { name: 'b', listen: 'proxy:0', upstream: 'hub:2', enabled: false };
      expect(await toxiproxy.create(idle)).to.deep.equal({ ...idle, toxics: [] });
      expect(await listening(7)).to.equal(true);
      expect(toxiproxy.list().map(({ name }) => name)).to.deep.equal(['a', 'b']);
    });

    it('says which port it got, and needs no address', async () => {
      const { listen } = await toxiproxy.create({ name: 'a', upstream: 'hub:2' });
      expect(listen).to.match(/^\[::\]:\d{5}$/);
      const named = { name: 'b', listen: 'localhost:0', upstream: 'hub:2' };
      expect((await toxiproxy.create(named)).listen).to.match(/^127\.0\.0\.1:\d{5}$/);
    });

    const bad: readonly (readonly [string, string])[] = [
      ['bogus', 'listen tcp: address bogus: missing port in address'],
      ['a:b:c', 'listen tcp: address a:b:c: too many colons in address'],
      ['[::1', "listen tcp: address [::1: missing ']' in address"],
      ['proxy:99999', 'listen tcp: address 99999: invalid port'],
      ['proxy:nope', 'listen tcp: lookup tcp/nope: unknown port'],
      ['proxy:9', 'listen tcp proxy:9: bind: address already in use'],
    ];
    for (const [listen, message] of bad) {
      it(`keeps nothing of a proxy on '${listen}'`, async () => {
        await toxiproxy.create({ name: 'taken', listen: 'proxy:9', upstream: 'hub:2' });
        const error = await failure(toxiproxy.create({ name: 'a', listen, upstream: 'hub:2' }));
        expect(error).to.deep.equal([500, message]);
        expect(toxiproxy.list().length).to.equal(1);
      });
    }

    it('checks name, upstream and double names, in this order', async () => {
      await toxiproxy.create({ name: 'a', listen: 'proxy:1', upstream: 'hub:2' });
      const create = (name: string, upstream: string) =>
        failure(toxiproxy.create({ name, listen: 'bogus', upstream }));
      expect(await create('', '')).to.deep.equal([400, 'missing required field: name']);
      expect(await create('a', '')).to.deep.equal([400, 'missing required field: upstream']);
      expect(await create('a', 'b')).to.deep.equal([409, 'proxy already exists']);
    });

    it('makes one of two proxies of one name at one time', async () => {
      const made = await Promise.allSettled(
        [1, 2].map((port) =>
          toxiproxy.create({ name: 'a', listen: `proxy:${port}`, upstream: 'hub:2' }),
        ),
      );
      expect(made.map(({ status }) => status)).to.deep.equal(['fulfilled', 'rejected']);
      expect(await listening(2)).to.equal(false);
    });

    it('closes a client where the upstream is no address', async () => {
      await toxiproxy.create({ name: 'a', listen: 'proxy:1', upstream: 'nonsense' });
      const client = bench.dial();
      await bench.runTo(100);
      expect(client.news()).to.deep.equal([[4, 'end']]);
    });

    it('makes one connection at a time', async () => {
      await bench.start();
      await toxiproxy.update('link', { upstream: 'nowhere:1' });
      const clients = [bench.dial(), bench.dial()];
      await bench.runTo(100);
      expect(clients.map((client) => client.news().length)).to.deep.equal([1, 1]);
      bench.world.boot('dark');
      const dark = bench.world.network.path('proxy', 'dark');
      dark.cut();
      await toxiproxy.update('link', { upstream: 'dark:1' });
      const first = bench.dial();
      await bench.runTo(1_000);
      expect(first.news()).to.deep.equal([]);
      bench.dial();
      await bench.runTo(2_000);
      expect(toxiproxy.connections()).to.equal(2);
      expect(bench.world.network.dialsInFlight(bench.nic)).to.equal(1);
    });
  });

  describe('update', () => {
    it('leaves connections alone where nothing differs', async () => {
      const { client, server } = await bench.open(LATE);
      const same = { listen: 'proxy:1', upstream: 'hub:2', enabled: true };
      expect((await toxiproxy.update('link', same)).toxics.length).to.equal(1);
      await toxiproxy.update('link', {});
      server.stream.write('x');
      await bench.runTo(500);
      expect(client.news()).to.deep.equal([[202, 1]]);
    });

    it('knows an alias of where it listens', async () => {
      const { listen } = await toxiproxy.create({
        name: 'a',
        listen: 'localhost:5',
        upstream: 'x',
      });
      expect(listen).to.equal('127.0.0.1:5');
      await toxiproxy.update('a', { listen: 'localhost:5' });
      expect(toxiproxy.get('a').listen).to.equal('127.0.0.1:5');
    });

    it('closes connections where the upstream or the port differs, and keeps toxics', async () => {
      const { client, server } = await bench.open(LATE);
      await toxiproxy.update('link', { listen: 'proxy:5' });
      await bench.runTo(200);
      expect([client.news(), server.news()]).to.deep.equal([[[101, 'end']], [[101, 'end']]]);
      expect(await listening(1)).to.equal(false);
      expect(await listening(5)).to.equal(true);
      expect(toxiproxy.get('link')).to.deep.include({ listen: 'proxy:5', enabled: true });
      expect(toxiproxy.listToxics('link').length).to.equal(1);
    });

    it('takes another port for port 0 each time', async () => {
      const { listen } = await toxiproxy.create({
        name: 'a',
        listen: 'proxy:0',
        upstream: 'hub:2',
      });
      const other = await toxiproxy.update('a', { listen: 'proxy:0' });
      expect(other.listen)
        .to.match(/^proxy:\d+$/)
        .and.not.equal(listen);
    });

    it('disables and enables, with its toxics, on its last port', async () => {
      const { client } = await bench.open(LATE);
      expect((await toxiproxy.update('link', { enabled: false })).enabled).to.equal(false);
      await bench.runTo(200);
      expect(client.news()).to.deep.equal([[101, 'end']]);
      expect(await listening(1)).to.equal(false);
      await toxiproxy.update('link', { enabled: true });
      const again = await bench.pair();
      again.server.stream.write('x');
      const from = bench.now;
      await bench.runTo(from + 500);
      expect(again.client.news()).to.deep.equal([[from + 102, 1]]);
    });

    it('fails without a change at no address, and disabled at one that is taken', async () => {
      await bench.start();
      await toxiproxy.create({ name: 'other', listen: 'proxy:9', upstream: 'hub:2' });
      expect(await failure(toxiproxy.update('link', { listen: 'bogus' }))).to.deep.equal([
        500,
        'address bogus: missing port in address',
      ]);
      expect(toxiproxy.get('link')).to.deep.include({ listen: 'proxy:1', enabled: true });
      const taken = await failure(toxiproxy.update('link', { listen: 'proxy:9' }));
      expect(taken).to.deep.equal([500, 'listen tcp proxy:9: bind: address already in use']);
      expect(toxiproxy.get('link')).to.deep.include({ listen: 'proxy:9', enabled: false });
    });
  });

  it('frees name and port of a deleted proxy, and closes its connections', async () => {
    const { client } = await bench.open();
    await toxiproxy.delete('link');
    expect(await failure(toxiproxy.delete('link'))).to.deep.equal([404, 'proxy not found']);
    await toxiproxy.create({ name: 'link', listen: 'proxy:1', upstream: 'hub:2' });
    await bench.runTo(200);
    expect(client.news()).to.deep.equal([[101, 'end']]);
  });

  describe('populate', () => {
    it('makes, leaves alone and replaces, in the order of the request', async () => {
      await bench.start(LATE);
      await toxiproxy.create({ name: 'moved', listen: 'proxy:3', upstream: 'hub:2' });
      toxiproxy.addToxic('moved', LATE);
      const made = await toxiproxy.populate([
        { name: 'new', listen: 'proxy:4', upstream: 'hub:2' },
        { name: 'link', listen: 'proxy:1', upstream: 'hub:2', enabled: false },
        { name: 'moved', listen: 'proxy:3', upstream: 'hub:3' },
      ]);
      const seen = made.map(({ name, enabled, toxics }) => [name, enabled, toxics.length]);
      expect(seen).to.deep.equal([
        ['new', true, 0],
        ['link', true, 1],
        ['moved', true, 0],
      ]);
      expect(await toxiproxy.populate([])).to.deep.equal([]);
    });

    it('checks all entries before it makes any', async () => {
      const entries = [
        { name: 'a', listen: 'proxy:1', upstream: 'hub:2' },
        { name: 'b', upstream: '' },
      ];
      expect(await failure(toxiproxy.populate(entries))).to.deep.equal([
        400,
        'missing required field: upstream at proxy 2',
      ]);
      expect(toxiproxy.list()).to.deep.equal([]);
    });

    it('ends at the first that cannot be made, and says which were', async () => {
      await toxiproxy.create({ name: 'b', listen: 'proxy:2', upstream: 'hub:2' });
      const error = await toxiproxy
        .populate(
          ['proxy:1', 'proxy:1', 'proxy:3'].map((listen, index) => ({
            name: 'abc'.charAt(index),
            listen,
            upstream: 'hub:2',
          })),
        )
        .catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(PopulateError);
      expect((error as PopulateError).proxies.map(({ name }) => name)).to.deep.equal(['a']);
      const left = toxiproxy.list().map(({ name, enabled }) => [name, enabled]);
      expect(left).to.deep.equal([
        ['a', true],
        ['b', false],
      ]);
    });
  });

  describe('reset', () => {
    it('enables all, removes toxics, and leaves connections open', async () => {
      const { client, server } = await bench.open(LATE, { ...LATE, stream: 'upstream' });
      await toxiproxy.create({ name: 'off', listen: 'proxy:6', upstream: 'hub:2', enabled: false });
      await toxiproxy.reset();
      server.stream.write('x');
      await bench.runTo(200);
      expect(client.news()).to.deep.equal([[102, 1]]);
      const left = toxiproxy.list().map(({ enabled, toxics }) => [enabled, toxics.length]);
      expect(left).to.deep.equal([
        [true, 0],
        [true, 0],
      ]);
    });

    it('closes those under a timeout', async () => {
      const { client } = await bench.open({ type: 'timeout' });
      await toxiproxy.reset();
      await bench.runTo(200);
      expect(client.news()).to.deep.equal([[101, 'end']]);
    });

    it('fails at a proxy whose port is taken', async () => {
      await toxiproxy.create({ name: 'a', listen: 'proxy:6', upstream: 'hub:2', enabled: false });
      await toxiproxy.create({ name: 'b', listen: 'proxy:6', upstream: 'hub:2' });
      expect((await failure(toxiproxy.reset()))[0]).to.equal(500);
    });
  });

  describe('toxics', () => {
    beforeEach(() => bench.start());

    it('have defaults', () => {
      expect(toxiproxy.addToxic('link', { type: 'slicer' })).to.deep.equal({
        ...{ type: 'slicer', name: 'slicer_downstream', stream: 'downstream', toxicity: 1 },
        attributes: { average_size: 0, size_variation: 0, delay: 0 },
      });
    });

    const wrong: readonly (readonly [object, number, string])[] = [
      [
        { stream: '', type: 'nope' },
        400,
        'stream was invalid, can be either upstream or downstream',
      ],
      [{ type: 'nope' }, 400, 'invalid toxic type'],
      [{ type: 'constructor' }, 400, 'invalid toxic type'],
      [{ type: 'down' }, 400, 'invalid toxic type'],
      [{ type: 'noop', name: 'a', attributes: { x: 1 } }, 409, 'toxic already exists'],
      [
        { type: 'latency', attributes: { latency: 1.5 } },
        400,
        'bad request body: json: cannot unmarshal number 1.5 into Go struct field ' +
          'LatencyToxic.attributes.latency of type int64',
      ],
      [
        { type: 'slow_close', attributes: { delay: '1' } },
        400,
        'bad request body: json: cannot unmarshal string into Go struct field ' +
          'SlowCloseToxic.attributes.delay of type int64',
      ],
      [
        { type: 'noop', attributes: [] },
        400,
        'bad request body: json: cannot unmarshal array into Go value of type toxics.NoopToxic',
      ],
      [
        { type: 'noop', toxicity: 1e39 },
        400,
        'bad request body: json: cannot unmarshal number 1e+39 into Go struct field ' +
          'Toxic.toxicity of type float32',
      ],
    ];
    for (const [toxic, status, message] of wrong) {
      it(`are refused: ${JSON.stringify(toxic)}`, () => {
        toxiproxy.addToxic('link', { type: 'noop', name: 'a' });
        const add = (): unknown => toxiproxy.addToxic('link', toxic as { type: string });
        expect(add).to.throw(ToxiproxyError, message).with.property('status', status);
        expect(toxiproxy.listToxics('link').length).to.equal(1);
      });
    }

    it('have names that are unique over both streams', () => {
      toxiproxy.addToxic('link', { ...LATE, name: 'a' });
      const twin = { ...LATE, name: 'a', stream: 'upstream' };
      expect(() => toxiproxy.addToxic('link', twin)).to.throw('toxic already exists');
    });

    it('merge attributes field by field, all or none', () => {
      toxiproxy.addToxic('link', {
        type: 'latency',
        attributes: { LATENCY: 5, jitter: null, x: 1 },
      });
      const name = 'latency_downstream';
      expect(toxiproxy.updateToxic('link', name, { attributes: { jitter: 2 } })).to.deep.include({
        attributes: { latency: 5, jitter: 2 },
        toxicity: 1,
      });
      const half = { toxicity: 0.5, attributes: { latency: 9, jitter: 0.5 } };
      expect(() => toxiproxy.updateToxic('link', name, half)).to.throw(ToxiproxyError, /0\.5/);
      expect(toxiproxy.getToxic('link', name)).to.deep.include({
        attributes: { latency: 5, jitter: 2 },
        toxicity: 1,
      });
      expect(toxiproxy.updateToxic('link', name, { toxicity: 0.5 }).toxicity).to.equal(0.5);
    });

    it('are unknown', () => {
      const calls = [
        () => toxiproxy.getToxic('link', 'x'),
        () => toxiproxy.updateToxic('link', 'x', {}),
        () => toxiproxy.removeToxic('link', 'x'),
      ];
      for (const call of calls) {
        expect(call).to.throw('toxic not found').with.property('status', 404);
      }
      expect(() => toxiproxy.listToxics('x')).to.throw('proxy not found');
    });
  });

  it('listens on all of IPv4 where a machine has no IPv6', async () => {
    const asked: string[] = [];
    const listen = ({ host, port }: { host: string; port: number }): Promise<Listener> => {
      asked.push(host);
      const code = 'EAFNOSUPPORT';
      if (host === '::') return Promise.reject(Object.assign(new Error(code), { code }));
      return Promise.resolve({ host, port, close: () => Promise.resolve() });
    };
    const sockets = { listen, connect: bench.nic.connect.bind(bench.nic) };
    const other = new Toxiproxy({ clock: bench.clock, random: { next: () => 0 }, sockets });
    const { listen: bound } = await other.create({ name: 'a', listen: ':80', upstream: 'x' });
    expect([bound, asked]).to.deep.equal(['0.0.0.0:80', ['::', '0.0.0.0']]);
    await other.close();
    await other.close();
  });
});

async function failure(promise: Promise<unknown>): Promise<[number, string]> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (thrown: unknown) => thrown,
  );
  expect(error).to.be.instanceOf(ToxiproxyError);
  const { status, message } = error as ToxiproxyError;
  return [status, message];
}
