import { expect } from 'chai';

import { Bench, NOTHING, pattern } from '../toxic-bench';

describe('timeout', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  // Whatever a test did, nothing is left of it.
  afterEach(async () => {
    expect(await bench.leftovers()).to.deep.equal(NOTHING);
  });

  const dead = { type: 'timeout', attributes: { timeout: 1_000 } };

  it('closes both ends after a time without data, from the connection on', async () => {
    const { client, server } = await bench.open(dead);
    await bench.runTo(2_000);
    // Both connections were up at 5 ms.
    expect(client.news()).to.deep.equal([[1_006, 'end']]);
    expect(server.news()).to.deep.equal([[1_006, 'end']]);
  });

  it('drops the data of its stream, and starts anew at each', async () => {
    const { client, server } = await bench.open(dead);
    for (const at of [500, 1_000]) {
      await bench.runTo(at);
      server.stream.write('lost');
      client.stream.write('ask');
    }
    await bench.runTo(3_000);
    expect(client.news()).to.deep.equal([[2_002, 'end']]);
    expect(server.news()).to.deep.equal([
      [502, 3],
      [1_002, 3],
      [2_002, 'end'],
    ]);
  });

  it('never closes by itself with 0, and then makes no sender wait', async () => {
    const { client, server } = await bench.open({ ...dead, attributes: { timeout: 0 } });
    let isWritten = false;
    server.stream.write(pattern(1_000_000), () => (isWritten = true));
    await bench.runTo(1_000_000);
    expect(isWritten).to.equal(true);
    expect(client.news()).to.deep.equal([]);
    server.stream.end();
    await bench.runTo(1_000_100);
    expect(client.news()).to.deep.equal([[1_000_002, 'end']]);
  });

  it('closes the connection when it is removed, and not when it is changed', async () => {
    const { client, server } = await bench.open(dead);
    bench.update('timeout_downstream', { timeout: 0 });
    await bench.runTo(5_000);
    expect(client.news()).to.deep.equal([]);
    bench.remove('timeout_downstream');
    await bench.runTo(5_100);
    expect(client.news()).to.deep.equal([[5_001, 'end']]);
    expect(server.news()).to.deep.equal([[5_001, 'end']]);
  });

  it('lets a connection live on that toxicity had spared', async () => {
    const { client, server } = await bench.open({ ...dead, toxicity: 0 });
    bench.remove('timeout_downstream');
    server.stream.write('alive');
    await bench.runTo(5_000);
    expect(client.news()).to.deep.equal([[102, 5]]);
  });
});
