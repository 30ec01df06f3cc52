import { expect } from 'chai';

import { Bench, NOTHING, pattern } from '../toxic-bench';

describe('slicer', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  // Whatever a test did, nothing is left of it.
  afterEach(async () => {
    expect(await bench.leftovers()).to.deep.equal(NOTHING);
  });

  const sliced = (attributes: Readonly<Record<string, number>>) => ({
    type: 'slicer',
    attributes,
  });

  it('halves until all is small enough, and waits after each slice', async () => {
    const { client, server } = await bench.open(sliced({ average_size: 10, delay: 10_000 }));
    server.stream.write(pattern(100));
    await bench.runTo(100 + 2 + 16 * 10);
    const sizes = [6, 6, 6, 7, 6, 6, 6, 7, 6, 6, 6, 7, 6, 6, 6, 7];
    expect(client.news()).to.deep.equal(sizes.map((size, index) => [102 + index * 10, size]));
    expect(client.received.equals(pattern(100))).to.equal(true);
  });

  it('waits after the last slice as well', async () => {
    const { client, server } = await bench.open(sliced({ average_size: 10, delay: 50_000 }));
    server.stream.write('one');
    await bench.runTo(110);
    server.stream.write('two');
    await bench.runTo(300);
    expect(client.news().map(([at]) => at)).to.deep.equal([102, 152]);
  });

  it('moves the cuts by the variation', async () => {
    const { client, server } = await bench.open(
      sliced({ average_size: 10, size_variation: 3, delay: 1_000 }),
    );
    // 20 is cut at 10 - 3; then 13 is small enough.
    bench.chance.push(0);
    server.stream.write(pattern(20));
    await bench.runTo(200);
    bench.chance.push(0.999);
    server.stream.write(pattern(20));
    await bench.runTo(300);
    expect(client.news().map(([, size]) => size)).to.deep.equal([7, 13, 12, 8]);
  });

  it('keeps a delay of less than a millisecond on average', async () => {
    const { client, server } = await bench.open(sliced({ average_size: 1, delay: 10 }));
    server.stream.write(pattern(1_000));
    await bench.runTo(400);
    expect(client.received.equals(pattern(1_000))).to.equal(true);
    // 1000 slices of 10 us each.
    expect(client.trace.at(-1)?.[0]).to.be.within(111, 112);
  });

  const absurd = [
    {},
    { average_size: -5 },
    { average_size: -5, size_variation: -5 },
    { average_size: 1, size_variation: 40, delay: -1 },
    { average_size: 3, size_variation: -3 },
  ];
  for (const attributes of absurd) {
    it(`passes everything with ${JSON.stringify(attributes)}`, async () => {
      const { client, server } = await bench.open(sliced(attributes));
      bench.chance.push(...Array.from({ length: 400 }, (_, index) => (index % 2) * 0.99));
      server.stream.write(pattern(5_000));
      await bench.runTo(200);
      expect(client.received.equals(pattern(5_000))).to.equal(true);
    });
  }

  it('cuts nothing with an average of 0', async () => {
    const { client, server } = await bench.open(sliced({ delay: 1_000 }));
    server.stream.write(pattern(5_000));
    await bench.runTo(200);
    expect(client.news()).to.deep.equal([[102, 5_000]]);
  });
});
