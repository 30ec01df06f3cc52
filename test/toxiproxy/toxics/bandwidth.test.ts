import { expect } from 'chai';

import { Bench, NOTHING, pattern } from '../toxic-bench';

describe('bandwidth', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  // Whatever a test did, nothing is left of it.
  afterEach(async () => {
    expect(await bench.leftovers()).to.deep.equal(NOTHING);
  });

  const slow = { type: 'bandwidth', attributes: { rate: 10 } };

  it('passes rate x 100 bytes each 100 ms, the first after 100 ms', async () => {
    const { client, server } = await bench.open(slow);
    server.stream.write(pattern(2_500));
    await bench.runTo(1_000);
    expect(client.news()).to.deep.equal([
      [202, 1_000],
      [302, 1_000],
      [352, 500],
    ]);
    expect(client.received.equals(pattern(2_500))).to.equal(true);
  });

  it('passes less than that whole, after its share of the time', async () => {
    const { client, server } = await bench.open(slow);
    server.stream.write(pattern(500));
    await bench.runTo(1_000);
    server.stream.write(pattern(1_000));
    await bench.runTo(2_000);
    expect(client.news()).to.deep.equal([
      [152, 500],
      [1_102, 1_000],
    ]);
  });

  it('keeps the rate where a chunk takes no whole millisecond', async () => {
    const { client, server } = await bench.open(slow);
    // 5 bytes are half a millisecond, which no timer waits.
    for (let sent = 0; sent < 200; sent++) {
      await bench.runTo(100 + sent);
      server.stream.write('12345');
    }
    await bench.runTo(2_000);
    expect(client.received.length).to.equal(1_000);
    expect(client.trace.at(-1)?.[0]).to.be.within(300, 303);
  });

  for (const rate of [0, -1]) {
    it(`holds everything, the end too, at a rate of ${rate}, until it is changed`, async () => {
      const { client, server } = await bench.open({ ...slow, attributes: { rate } });
      server.stream.end('held');
      await bench.runTo(100_000);
      expect(client.news()).to.deep.equal([]);
      bench.update('bandwidth_downstream', { rate: 1 });
      await bench.runTo(100_100);
      expect(client.news()).to.deep.equal([
        [100_001, 4],
        [100_001, 'end'],
      ]);
    });
  }

  it('makes a sender wait', async () => {
    const { client, server } = await bench.open(slow);
    let written = 0;
    const pump = (): unknown =>
      server.stream.write(pattern(10_000), () => {
        written += 10_000;
        pump();
      });
    pump();
    await bench.runTo(10_100);
    // 100 KB have passed; the rest is in buffers: two of 256 KiB, each over by what it took last,
    // one of 64 KiB, and a chunk.
    expect(client.received.length).to.be.within(99_000, 100_000);
    expect(written).to.be.below(100_000 + 2 * 262_144 + 65_536 + 32_768 + 3 * 10_000);
  });

  it('takes the greater of both before a latency, and the sum behind it', async () => {
    const late = { type: 'latency', attributes: { latency: 100 } };
    const { client, server } = await bench.open(slow, late);
    server.stream.write(pattern(500));
    await bench.runTo(400);
    expect(client.news()).to.deep.equal([[202, 500]]);
    bench.remove('bandwidth_downstream');
    bench.add(slow);
    server.stream.write(pattern(500));
    await bench.runTo(800);
    expect(client.news()).to.deep.equal([[552, 500]]);
  });
});
