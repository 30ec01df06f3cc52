import { expect } from 'chai';

import type { Authenticator } from '../../src/ports';
import { CONNECT_MS, ROUND_TRIP_MS, upgradeRequest } from './server-bench';
import { ServiceBench } from './service-bench';

const MAX_PENDING = 4;
/** Which token opens which device. */
const TOKENS: Readonly<Record<string, string>> = { kitchen: 'mellon', hall: 'open-sesame' };
const asks: Authenticator = { verify: (device, token) => TOKENS[device] === token };

describe('an upgrade', () => {
  it('welcomes a device that speaks tars.v2 by its name', async () => {
    const bench = await ServiceBench.started();
    const { received, socket } = await bench.connect('kitchen');
    const connection = bench.told.connections[0]?.id;
    expect(socket.protocol).to.equal('tars.v2');
    expect(received).to.deep.equal([{ type: 'welcome', device: 'kitchen', connection }]);
    await bench.over();
  });

  it('says nothing to a base peer, whose device is `default`', async () => {
    const bench = await ServiceBench.started();
    const { received, socket } = await bench.connect(undefined, 'base');
    expect(socket.protocol).to.equal('');
    expect(received).to.deep.equal([]);
    expect(bench.of('link.accepted')[0]).to.include({ device: 'default', protocol: 'base' });
    await bench.over();
  });

  it('speaks base with a peer that offers only what it does not know', async () => {
    const bench = await ServiceBench.started();
    const visitor = bench.raw();
    visitor.write(upgradeRequest({ 'Sec-WebSocket-Protocol': 'chat, tars.v9' }));
    await bench.run(CONNECT_MS);
    expect(visitor.text)
      .to.match(/^HTTP\/1\.1 101 /)
      .and.not.match(/-protocol/i);
    expect(bench.of('link.accepted')[0]).to.include({ protocol: 'base' });
    await bench.over();
  });

  it('agrees to no compression', async () => {
    const bench = await ServiceBench.started();
    const visitor = bench.raw();
    visitor.write(upgradeRequest({ 'Sec-WebSocket-Extensions': 'permessage-deflate' }));
    await bench.run(CONNECT_MS);
    expect(visitor.text)
      .to.match(/^HTTP\/1\.1 101 /)
      .and.not.match(/deflate/i);
    await bench.over();
  });

  for (const [what, request, status] of [
    ['a plain request', 'GET / HTTP/1.1\r\nHost: hub\r\n\r\n', 426],
    ['a request that waits for a go-ahead', expecting('100-continue'), 426],
    ['a request with another expectation', expecting('wonders'), 426],
    ['what is no HTTP', 'hello\r\n\r\n', 400],
    ['another version of the protocol', upgradeRequest({ 'Sec-WebSocket-Version': '9' }), 400],
    ['a key that is none', upgradeRequest({ 'Sec-WebSocket-Key': 'short' }), 400],
    ['a name with a line break in it', upgradeRequest({ 'TARS-Device': 'a\tb' }), 400],
    ['a name that is too long', upgradeRequest({ 'TARS-Device': 'a'.repeat(65) }), 400],
    ['an empty name', upgradeRequest({ 'TARS-Device': '' }), 400],
    ['headers without an end', `GET / HTTP/1.1\r\nA: ${'a'.repeat(40_000)}`, 400],
  ] as const) {
    it(`answers ${what} with ${status} and closes`, async () => {
      const bench = await ServiceBench.started();
      const visitor = bench.raw();
      visitor.write(request);
      await bench.run(CONNECT_MS + ROUND_TRIP_MS);
      expect(visitor.text).to.match(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(visitor.isClosed).to.equal(true);
      expect(bench.refused).to.deep.equal(['bad_upgrade']);
      expect(bench.told.all).to.deep.equal([]);
      await bench.over();
    });
  }

  it('has 10 s', async () => {
    const bench = await ServiceBench.started();
    const visitor = bench.raw();
    visitor.write('GET / HTTP/1.1\r\n');
    await bench.run(10_000 + ROUND_TRIP_MS - 1);
    expect(visitor.isClosed).to.equal(false);
    await bench.run(2 * ROUND_TRIP_MS);
    expect(visitor.isClosed).to.equal(true);
    expect(bench.refused).to.deep.equal(['upgrade_timeout']);
    await bench.over();
  });

  it('succeeds under a hundred handshakes that are never finished', async () => {
    const bench = await ServiceBench.started();
    const stalled = Array.from({ length: 100 }, () => bench.raw());
    for (const visitor of stalled) visitor.write('GET / HTTP/1.1\r\nHost: hub\r\n');
    await bench.run(100);
    expect(bench.holdings()).to.deep.equal({ timers: MAX_PENDING, sockets: MAX_PENDING });
    const visitor = await bench.connect('kitchen');
    expect(visitor.types).to.deep.equal(['welcome']);
    expect(bench.refused.every((reason) => reason === 'too_many_from_address')).to.equal(true);
    // The newcomer had a place among those that wait, so one more of them had to go.
    expect(bench.refused).to.have.length(100 - MAX_PENDING + 1);
    await bench.run(10_000);
    expect(stalled.every(({ isClosed }) => isClosed)).to.equal(true);
    expect(visitor.isOpen).to.equal(true);
    await bench.over();
  });

  it('succeeds while others drip their headers byte by byte', async () => {
    const bench = await ServiceBench.started();
    const drips = Array.from({ length: MAX_PENDING }, () => bench.raw());
    for (const byte of upgradeRequest().slice(0, 30)) {
      for (const drip of drips) if (!drip.isClosed) drip.write(byte);
      await bench.run(200);
    }
    const visitor = await bench.connect('kitchen');
    // A byte now and then does not put off the deadline.
    await bench.run(10_000 - 30 * 200 + ROUND_TRIP_MS);
    expect(drips.every(({ isClosed }) => isClosed)).to.equal(true);
    expect(visitor.isOpen).to.equal(true);
    await bench.over();
  });

  it('succeeds while many others leave it no place', async () => {
    const bench = await ServiceBench.started();
    const flooders = Array.from({ length: 8 }, (_, index) => bench.world.boot(`mallory-${index}`));
    const honest = bench.raw();
    honest.write(upgradeRequest().slice(0, 30));
    for (let wave = 0; wave < 20; wave += 1) {
      for (const sockets of flooders) bench.raw(sockets).write('GET /');
      await bench.run(1);
    }
    await bench.run(CONNECT_MS);
    expect(bench.holdings().sockets).to.equal(16);
    honest.write(upgradeRequest().slice(30));
    await bench.run(CONNECT_MS);
    expect(honest.text).to.match(/^HTTP\/1\.1 101 /);
    expect(new Set(bench.refused)).to.deep.equal(new Set(['too_many_upgrades']));
    await bench.over();
  });

  it('that comes from a page in a browser is refused with 403', async () => {
    const bench = await ServiceBench.started();
    const visitor = bench.raw();
    visitor.write(upgradeRequest({ Origin: 'http://hub.example' }));
    await bench.run(CONNECT_MS + ROUND_TRIP_MS);
    expect(visitor.text).to.match(/^HTTP\/1\.1 403 /);
    expect(visitor.isClosed).to.equal(true);
    expect(bench.refused).to.deep.equal(['browser']);
    await bench.over();
  });

  for (const [what, headers] of [
    ['no token', {}],
    ['a wrong token', { Authorization: 'Bearer wrong' }],
    ['the token of another device', { Authorization: 'Bearer open-sesame' }],
    ['another scheme', { Authorization: 'Basic mellon' }],
    ['a token with more behind it', { Authorization: 'Bearer mellon mellon' }],
    ['a token that is too long', { Authorization: `Bearer ${'m'.repeat(513)}` }],
    ['a token without a scheme', { Authorization: 'mellon' }],
  ] as const) {
    it(`with ${what} is refused with 401, before there is a WebSocket`, async () => {
      const bench = await ServiceBench.started({}, undefined, asks);
      const hall = bench.raw();
      hall.write(upgradeRequest({ 'TARS-Device': 'hall', Authorization: 'Bearer open-sesame' }));
      const visitor = bench.raw();
      visitor.write(upgradeRequest({ 'TARS-Device': 'kitchen', ...headers }));
      await bench.run(CONNECT_MS + ROUND_TRIP_MS);
      expect(visitor.text).to.match(/^HTTP\/1\.1 401 [^]*\r\nWWW-Authenticate: Bearer\r\n/);
      expect(visitor.isClosed).to.equal(true);
      expect(bench.of('link.refused')).to.deep.equal([
        { type: 'link.refused', reason: 'unauthorized', device: 'kitchen' },
      ]);
      expect(bench.told.all).to.deep.equal(['connected hall']);
      await bench.over();
    });
  }

  it('with the right token succeeds, for a base peer too', async () => {
    const bench = await ServiceBench.started({}, undefined, asks);
    const visitor = bench.raw();
    visitor.write(upgradeRequest({ 'TARS-Device': 'kitchen', Authorization: 'bearer  mellon' }));
    await bench.run(CONNECT_MS);
    expect(visitor.text).to.match(/^HTTP\/1\.1 101 /);
    expect(bench.told.all).to.deep.equal(['connected kitchen']);
    await bench.over();
  });

  it('is not for ever: without its token the connection ends at the next ping', async () => {
    const tokens = { ...TOKENS };
    const bench = await ServiceBench.started({}, undefined, {
      verify: (device, token) => tokens[device] !== undefined && tokens[device] === token,
    });
    const kitchen = bench.raw();
    kitchen.write(upgradeRequest({ 'TARS-Device': 'kitchen', Authorization: 'Bearer mellon' }));
    await bench.run(25_000);
    expect(bench.lost).to.deep.equal([]);
    delete tokens['kitchen'];
    await bench.run(5_000 + CONNECT_MS + ROUND_TRIP_MS);
    expect(bench.of('link.lost')[0]).to.include({ label: 'policy', code: 1008 });
    expect(kitchen.closeCode).to.equal(1008);
    await bench.run(2_000);
    expect(bench.holdings()).to.deep.equal({ timers: 0, sockets: 0 });
    await bench.over();
  });

  it('that is refused says nothing of the token in any event', async () => {
    const bench = await ServiceBench.started({}, undefined, asks);
    bench.raw().write(upgradeRequest({ Authorization: 'Bearer swordfish' }));
    await bench.run(CONNECT_MS);
    expect(JSON.stringify(bench.events)).to.contain('unauthorized').and.not.contain('swordfish');
    await bench.over();
  });

  it('that the peer breaks off is let go at once', async () => {
    const bench = await ServiceBench.started();
    for (const end of ['end', 'destroy'] as const) {
      const visitor = bench.raw();
      visitor.write('GET / HT');
      await bench.run(CONNECT_MS);
      visitor.stream[end]();
    }
    await bench.run(1_000);
    expect(bench.holdings()).to.deep.equal({ timers: 0, sockets: 0 });
    expect(bench.told.all).to.deep.equal([]);
    await bench.over();
  });
});

function expecting(what: string): string {
  return `POST / HTTP/1.1\r\nHost: hub\r\nContent-Length: 1\r\nExpect: ${what}\r\n\r\n`;
}
