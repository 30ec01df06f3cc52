import { expect } from 'chai';

import { Bench, NOTHING } from './toxic-bench';

const LATE = { type: 'latency', attributes: { latency: 100 } };

describe('toxicity', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  afterEach(async () => {
    expect(await bench.leftovers()).to.deep.equal(NOTHING);
  });

  it('is rolled once for each connection and toxic, below its value', async () => {
    await bench.start({ ...LATE, toxicity: 0.5 });
    const delays: number[] = [];
    for (const chance of [0.49, 0.5, 0.51, 0]) {
      bench.chance.push(chance);
      const { client, server } = await bench.pair();
      const from = bench.now;
      server.stream.write('x');
      await bench.runTo(from + 110);
      server.stream.write('y');
      await bench.runTo(from + 400);
      delays.push(...client.news().map(([at]) => at - from));
    }
    expect(delays).to.deep.equal([102, 212, 2, 112, 2, 112, 102, 212]);
    expect(bench.drawn).to.equal(4);
  });

  it('compares as 32-bit floats', async () => {
    bench.chance.push(0.1);
    // Both are the same float32, and what is rolled has to be less.
    const { client, server } = await bench.open({ ...LATE, toxicity: 0.100_000_002 });
    server.stream.write('x');
    await bench.runTo(500);
    expect(client.news()).to.deep.equal([[102, 1]]);
  });

  it('of 1 spares nobody, of 0 and less everybody', async () => {
    bench.chance.push(1 - 2 ** -32, 0, 0);
    const { client, server } = await bench.open(
      { ...LATE, toxicity: 1 },
      { ...LATE, name: 'b', toxicity: 0 },
      { ...LATE, name: 'c', toxicity: -1 },
    );
    server.stream.write('x');
    await bench.runTo(1_000);
    expect(client.news()).to.deep.equal([[202, 1]]);
  });

  it('is rolled for the upstream chain first, each in the order of its toxics', async () => {
    bench.chance.push(0.9, 0.1, 0.9, 0.1);
    const { client, server } = await bench.open(
      ...[1, 2].map((n) => ({ ...LATE, name: `d${n}`, toxicity: 0.5 })),
      ...[1, 2].map((n) => ({
        ...{ type: 'latency', stream: 'upstream', name: `u${n}`, toxicity: 0.5 },
        attributes: { latency: n * 1_000 },
      })),
    );
    client.stream.write('x');
    await bench.runTo(5_000);
    expect(server.news()).to.deep.equal([[2_102, 1]]);
  });

  it('is rolled anew at an update, and not for a change of another toxic', async () => {
    bench.chance.push(0.9, 0.9);
    const { client, server } = await bench.open({ ...LATE, toxicity: 0.5 }, { type: 'noop' });
    bench.update('noop_downstream', {});
    server.stream.write('x');
    await bench.runTo(300);
    bench.chance.push(0.1);
    bench.update('latency_downstream', {}, 0.5);
    server.stream.write('y');
    await bench.runTo(600);
    expect(client.news().map(([at]) => at)).to.deep.equal([102, 402]);
  });
});
