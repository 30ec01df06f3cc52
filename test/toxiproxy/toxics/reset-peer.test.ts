import { expect } from 'chai';

import { Bench, NOTHING } from '../toxic-bench';

describe('reset_peer', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  // Whatever a test did, nothing is left of it.
  afterEach(async () => {
    expect(await bench.leftovers()).to.deep.equal(NOTHING);
  });

  const reset = { type: 'reset_peer', attributes: { timeout: 500 } };

  it('resets both ends after the first data, which it drops', async () => {
    const { client, server } = await bench.open(reset);
    server.stream.write('x');
    await bench.runTo(1_000);
    expect(client.news()).to.deep.equal([[602, 'ECONNRESET']]);
    expect(server.news()).to.deep.equal([[602, 'ECONNRESET']]);
  });

  it('resets at once with 0, and at the end of the stream as well', async () => {
    const { client, server } = await bench.open({ type: 'reset_peer' });
    server.stream.end();
    await bench.runTo(200);
    expect(client.news()).to.deep.equal([[102, 'ECONNRESET']]);
  });

  it('leaves a connection alone that is idle in its stream', async () => {
    const { client, server } = await bench.open(reset);
    client.stream.write('ask');
    await bench.runTo(10_000);
    expect(client.news()).to.deep.equal([]);
    expect(server.news()).to.deep.equal([[102, 3]]);
  });

  it('resets a connection that is open already', async () => {
    const { client, server } = await bench.open();
    bench.add({ ...reset, stream: 'upstream' });
    client.stream.write('x');
    await bench.runTo(1_000);
    expect(client.news()).to.deep.equal([[602, 'ECONNRESET']]);
    expect(server.news()).to.deep.equal([[602, 'ECONNRESET']]);
  });

  it('can be changed and removed while it waits', async () => {
    const { client, server } = await bench.open(reset);
    server.stream.write('x');
    await bench.runTo(300);
    bench.update('reset_peer_downstream', { timeout: 1_000 });
    await bench.runTo(1_200);
    expect(client.news()).to.deep.equal([]);
    await bench.runTo(1_301);
    expect(client.news()).to.deep.equal([[1_301, 'ECONNRESET']]);
    const second = await bench.pair();
    second.server.stream.write('x');
    await bench.runTo(bench.now + 100);
    bench.remove('reset_peer_downstream');
    second.server.stream.write('more');
    await bench.runTo(5_000);
    expect(second.client.received.toString()).to.equal('more');
    second.server.stream.end();
    await bench.runTo(5_100);
    expect(second.client.news().at(-1)).to.deep.equal([5_002, 'end']);
  });
});
