import { expect } from 'chai';

import { Bench, NOTHING, pattern } from '../toxic-bench';

describe('latency', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  // Whatever a test did, nothing is left of it.
  afterEach(async () => {
    expect(await bench.leftovers()).to.deep.equal(NOTHING);
  });

  const late = { type: 'latency', attributes: { latency: 100 } };

  it('delays its own stream alone', async () => {
    const { client, server } = await bench.open(late);
    server.stream.write('down');
    client.stream.write('up');
    await bench.runTo(400);
    expect(client.news()).to.deep.equal([[202, 4]]);
    expect(server.news()).to.deep.equal([[102, 2]]);
  });

  it('works upstream', async () => {
    const { client, server } = await bench.open({ ...late, stream: 'upstream' });
    client.stream.write('up');
    await bench.runTo(400);
    expect(server.news()).to.deep.equal([[202, 2]]);
  });

  it('counts from when data was read, so that data is late only once', async () => {
    const { client, server } = await bench.open(late);
    for (const at of [100, 140, 180]) {
      await bench.runTo(at);
      server.stream.write('x');
    }
    await bench.runTo(500);
    expect(client.news().map(([at]) => at)).to.deep.equal([202, 242, 282]);
  });

  it('delays a megabyte at once as a byte', async () => {
    const { client, server } = await bench.open(late);
    const sent = pattern(1_000_000);
    server.stream.write(sent);
    await bench.runTo(500);
    expect(client.received.equals(sent)).to.equal(true);
    expect(client.trace.at(-1)?.[0]).to.be.at.most(220);
  });

  it('adds up with another latency', async () => {
    const { client, server } = await bench.open(late, {
      ...{ type: 'latency', name: 'more' },
      attributes: { latency: 50 },
    });
    server.stream.write('x');
    await bench.runTo(500);
    expect(client.news()).to.deep.equal([[252, 1]]);
  });

  it('draws whole milliseconds from latency - jitter to latency + jitter - 1', async () => {
    const jitter = { type: 'latency', attributes: { latency: 100, jitter: 20 } };
    const { client, server } = await bench.open(jitter);
    for (const [chance, at] of [
      [0, 200],
      [0.999_999, 400],
      [0.5, 600],
      [0.51, 800],
    ] as const) {
      await bench.runTo(at);
      bench.chance.push(chance);
      server.stream.write('x');
    }
    await bench.runTo(1_000);
    expect(client.news().map(([at]) => at)).to.deep.equal([282, 521, 702, 902]);
  });

  it('never lets data overtake other data', async () => {
    const jitter = { type: 'latency', attributes: { latency: 100, jitter: 100 } };
    const { client, server } = await bench.open(jitter);
    bench.chance.push(0.999_999, 0);
    server.stream.write('slow');
    await bench.runTo(110);
    server.stream.write('quick');
    await bench.runTo(1_000);
    expect(client.received.toString()).to.equal('slowquick');
    expect(client.news().map(([at]) => at)).to.deep.equal([301, 301]);
  });

  it('takes less than nothing for nothing', async () => {
    const attributes = { latency: -50, jitter: -3 };
    const { client, server } = await bench.open({ type: 'latency', attributes });
    server.stream.write('x');
    await bench.runTo(200);
    expect(client.news()).to.deep.equal([[102, 1]]);
  });

  it('delays no connecting and no bare end', async () => {
    const { client, server } = await bench.open(late);
    server.stream.end();
    await bench.runTo(200);
    expect(client.news()).to.deep.equal([[102, 'end']]);
  });

  it('delays an end by the data in front of it', async () => {
    const { client, server } = await bench.open(late);
    server.stream.end('x');
    await bench.runTo(300);
    expect(client.news()).to.deep.equal([
      [202, 1],
      [202, 'end'],
    ]);
  });

  it('waits longer than a timer can', async () => {
    const { client, server } = await bench.open({ ...late, attributes: { latency: 2 ** 32 } });
    server.stream.write('x');
    await bench.runTo(2 ** 33);
    expect(client.news()).to.deep.equal([[102 + 2 ** 32, 1]]);
  });
});
