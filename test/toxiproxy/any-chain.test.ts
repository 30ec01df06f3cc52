/** Whatever drops nothing loses nothing. */
import { expect } from 'chai';
import fc from 'fast-check';

import { Bench, NOTHING, pattern } from './toxic-bench';

describe('any chain of toxics that drop nothing', () => {
  const attribute = fc.integer({ min: -5, max: 300 });
  const size = fc.integer({ min: -1, max: 4_000 });
  const toxic = fc.oneof(
    fc.record({
      type: fc.constant('latency'),
      attributes: fc.record({ latency: attribute, jitter: attribute }),
    }),
    fc.record({
      type: fc.constant('bandwidth'),
      attributes: fc.record({ rate: fc.integer({ min: 1, max: 500 }) }),
    }),
    fc.record({
      type: fc.constant('slicer'),
      attributes: fc.record({
        average_size: size,
        size_variation: attribute,
        delay: attribute,
      }),
    }),
    fc.record({ type: fc.constant('slow_close'), attributes: fc.record({ delay: attribute }) }),
    fc.record({ type: fc.constant('noop'), attributes: fc.constant({}) }),
  );
  const change = fc.record({
    afterMs: fc.nat(400),
    act: fc.constantFrom('add', 'update', 'remove' as const),
    toxic,
  });

  it('delivers everything in order, whatever is changed, and leaves nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(toxic, { maxLength: 4 }),
        fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 1, max: 70_000 })), { maxLength: 8 }),
        fc.array(change, { maxLength: 5 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
        async (toxics, writes, changes, toxicity, chances) => {
          const bench = new Bench(65_536);
          bench.chance.push(...chances.take(2_000));
          const named = toxics.map((each, index) => ({ ...each, toxicity, name: `t${index}` }));
          const { client, server } = await bench.open(...named);
          const sent: Buffer[] = [];
          for (const [index, [afterMs, length]] of writes.entries()) {
            const bytes = pattern(length + index).subarray(index);
            sent.push(bytes);
            server.stream.write(bytes);
            const next = changes[index];
            if (next === undefined) await bench.runTo(bench.now + afterMs);
            else await bench.runTo(bench.now + next.afterMs);
            if (next?.act === 'add') bench.add({ ...next.toxic, toxicity, name: `n${index}` });
            const [first] = bench.toxiproxy.listToxics('link');
            if (next?.act === 'remove' && first !== undefined) bench.remove(first.name);
            if (next?.act === 'update' && first !== undefined) bench.update(first.name, {});
          }
          server.stream.end();
          await bench.runTo(bench.now + 20_000_000);
          expect(client.received.equals(Buffer.concat(sent))).to.equal(true);
          expect(client.trace.at(-1)?.[1]).to.equal('end');
          expect(bench.toxiproxy.connections()).to.equal(0);
          expect(await bench.leftovers()).to.deep.equal(NOTHING);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('can be closed at any moment', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(toxic, { maxLength: 4 }), fc.nat(1_000), async (toxics, ms) => {
        const bench = new Bench(65_536);
        await bench.start(...toxics.map((each, index) => ({ ...each, name: `t${index}` })));
        const client = bench.dial();
        client.stream.write(pattern(100_000));
        await bench.runTo(ms % 10);
        bench.dial();
        for (const { stream } of bench.accepted) stream.write(pattern(100_000));
        await bench.runTo(ms);
        expect(await bench.leftovers()).to.deep.equal(NOTHING);
      }),
      { numRuns: 60 },
    );
  });
});
