import { expect } from 'chai';

import { Bench, NOTHING, pattern } from '../toxic-bench';

describe('limit_data', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  // Whatever a test did, nothing is left of it.
  afterEach(async () => {
    expect(await bench.leftovers()).to.deep.equal(NOTHING);
  });

  const limit = (bytes: number) => ({ type: 'limit_data', attributes: { bytes } });

  it('passes so many bytes, and closes both ends at the last', async () => {
    const { client, server } = await bench.open(limit(10));
    server.stream.write(pattern(6));
    await bench.runTo(200);
    server.stream.write(pattern(6));
    await bench.runTo(300);
    expect(client.news()).to.deep.equal([
      [102, 6],
      [202, 4],
      [202, 'end'],
    ]);
    expect(server.news()).to.deep.equal([[202, 'end']]);
  });

  it('closes at the byte that reaches the limit, not at the next', async () => {
    const { client, server } = await bench.open(limit(3));
    server.stream.write('abc');
    await bench.runTo(200);
    expect(client.news()).to.deep.equal([
      [102, 3],
      [102, 'end'],
    ]);
  });

  for (const bytes of [0, -1]) {
    it(`closes at the first data with ${bytes}, and leaves an idle one open`, async () => {
      const { client, server } = await bench.open(limit(bytes));
      await bench.runTo(1_000);
      expect(client.news()).to.deep.equal([]);
      server.stream.write('x');
      await bench.runTo(1_100);
      expect(client.news()).to.deep.equal([[1_002, 'end']]);
    });
  }

  it('counts on over updates, and from its addition', async () => {
    const { client, server } = await bench.open();
    server.stream.write('before');
    await bench.runTo(200);
    bench.add(limit(10));
    server.stream.write('12345');
    await bench.runTo(300);
    bench.update('limit_data_downstream', { bytes: 8 });
    server.stream.write('12345');
    await bench.runTo(400);
    expect(client.news().slice(1)).to.deep.equal([
      [202, 5],
      [302, 3],
      [302, 'end'],
    ]);
  });

  it('closes at the next data where the limit was lowered below the count', async () => {
    const { client, server } = await bench.open(limit(10));
    server.stream.write('12345');
    await bench.runTo(200);
    bench.update('limit_data_downstream', { bytes: 2 });
    await bench.runTo(300);
    server.stream.write('x');
    await bench.runTo(400);
    expect(client.news()).to.deep.equal([
      [102, 5],
      [302, 'end'],
    ]);
  });
});
