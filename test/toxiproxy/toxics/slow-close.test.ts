import { expect } from 'chai';

import { Bench, NOTHING } from '../toxic-bench';

describe('slow_close', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  // Whatever a test did, nothing is left of it.
  afterEach(async () => {
    expect(await bench.leftovers()).to.deep.equal(NOTHING);
  });

  const slow = { type: 'slow_close', attributes: { delay: 1_000 } };

  it('delays the FIN to the client, whoever closed, and no data', async () => {
    const { client, server } = await bench.open(slow);
    server.stream.end('last');
    await bench.runTo(2_000);
    expect(client.news()).to.deep.equal([
      [102, 4],
      [1_102, 'end'],
    ]);
  });

  it('lets the server know at once that the client closed', async () => {
    const { client, server } = await bench.open(slow);
    client.stream.end();
    await bench.runTo(2_000);
    expect(server.news()).to.deep.equal([[102, 'end']]);
    expect(client.news()).to.deep.equal([[1_102, 'end']]);
  });

  it('lets answers through meanwhile, upstream', async () => {
    const { client, server } = await bench.open({ ...slow, stream: 'upstream' });
    client.stream.end();
    await bench.runTo(500);
    server.stream.write('answer');
    await bench.runTo(2_000);
    expect(client.news()).to.deep.equal([
      [502, 6],
      [1_102, 'end'],
    ]);
    expect(server.news()).to.deep.equal([[1_102, 'end']]);
  });

  it('lets the client write on after the server has ended', async () => {
    const { client, server } = await bench.open(slow);
    server.stream.end();
    await bench.runTo(500);
    client.stream.write('more');
    await bench.runTo(2_000);
    expect(server.news()[0]).to.deep.equal([502, 4]);
  });

  it('starts its delay again at an update, and ends it at its removal', async () => {
    const { client, server } = await bench.open(slow);
    server.stream.end();
    await bench.runTo(600);
    bench.update('slow_close_downstream', { delay: 2_000 });
    await bench.runTo(2_400);
    expect(client.news()).to.deep.equal([]);
    bench.remove('slow_close_downstream');
    await bench.runTo(2_500);
    expect(client.news()).to.deep.equal([[2_401, 'end']]);
  });
});
