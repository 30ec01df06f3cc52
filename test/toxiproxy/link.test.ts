/** What is between the toxics: the chain, changes while data flows, toxicity, back-pressure. */
import { expect } from 'chai';

import type { ToxicSettings } from '../../src/toxiproxy/toxic-chains';
import { Bench, NOTHING, pattern } from './toxic-bench';

const LATE = { type: 'latency', attributes: { latency: 100 } };
const SLOW = { type: 'bandwidth', attributes: { rate: 10 } };
const HELD = { type: 'bandwidth', attributes: { rate: 0 } };

describe('link', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  afterEach(async () => {
    expect(await bench.leftovers()).to.deep.equal(NOTHING);
  });

  describe('changes while connections are open', () => {
    it('has an added toxic at work on what is read from then on', async () => {
      const { client, server } = await bench.open(LATE);
      server.stream.write('one');
      await bench.runTo(150);
      bench.add({ type: 'latency', name: 'more', attributes: { latency: 1_000 } });
      await bench.runTo(300);
      server.stream.write('two');
      await bench.runTo(2_000);
      // What was on its way when it was added comes by it as well: it counts from the reading.
      expect(client.news()).to.deep.equal([
        [1_202, 3],
        [1_402, 3],
      ]);
    });

    it('leaves its neighbours at what they do', async () => {
      const { client, server } = await bench.open(LATE);
      server.stream.write('x');
      await bench.runTo(150);
      bench.add({ type: 'noop' });
      bench.remove('noop_downstream');
      await bench.runTo(2_000);
      expect(client.news()).to.deep.equal([[202, 1]]);
    });

    for (const toxic of [
      { ...LATE, attributes: { latency: 60_000 } },
      HELD,
      { type: 'slicer', attributes: { average_size: 1_000, delay: 1_000_000 } },
      { type: 'bandwidth', attributes: { rate: 1 } },
    ]) {
      const what = `${toxic.type} ${JSON.stringify(toxic.attributes)}`;
      it(`passes on at once what a removed ${what} has held`, async () => {
        const { client, server } = await bench.open(toxic);
        server.stream.write(pattern(60_000));
        await bench.runTo(150);
        bench.remove(`${toxic.type}_downstream`);
        server.stream.write('tail');
        await bench.runTo(200);
        const sent = Buffer.concat([pattern(60_000), Buffer.from('tail')]);
        expect(client.received.equals(sent)).to.equal(true);
      });

      it(`lets an updated ${what} pass on what it has held, and no more`, async () => {
        const { client, server } = await bench.open(toxic);
        server.stream.write(pattern(3_000));
        await bench.runTo(150);
        bench.update(`${toxic.type}_downstream`, {});
        await bench.runTo(200);
        expect(client.received.equals(pattern(3_000))).to.equal(true);
      });
    }

    it('holds what comes after an update by the new values', async () => {
      const { client, server } = await bench.open(LATE);
      bench.update('latency_downstream', { latency: 300 });
      server.stream.write('x');
      await bench.runTo(1_000);
      expect(client.news()).to.deep.equal([[402, 1]]);
    });

    it('flushes the queue of a removed latency in order, and leaves the chain', async () => {
      const { client, server } = await bench.open(LATE, { ...SLOW, attributes: { rate: 1_000 } });
      for (let index = 0; index < 50; index++) {
        await bench.runTo(100 + index);
        server.stream.write(String.fromCharCode(48 + index));
      }
      bench.remove('latency_downstream');
      await bench.runTo(160);
      server.stream.write('!');
      await bench.runTo(200);
      const sent = Array.from({ length: 50 }, (_, index) => String.fromCharCode(48 + index));
      expect(client.received.toString()).to.equal(`${sent.join('')}!`);
      expect(client.trace.at(-1)?.[0]).to.be.within(162, 163);
    });

    it('has a removed toxic at work on nobody, and knows no connection any more', async () => {
      const { client, server } = await bench.open(LATE);
      bench.remove('latency_downstream');
      server.stream.write('x');
      client.stream.write('y');
      await bench.runTo(200);
      expect(client.news()).to.deep.equal([[102, 1]]);
      client.stream.destroy();
      await bench.runTo(300);
      expect(bench.toxiproxy.connections()).to.equal(0);
    });

    it('adds nothing to a stream that has ended', async () => {
      const { client, server } = await bench.open({
        ...{ type: 'slow_close', stream: 'upstream' },
        attributes: { delay: 1_000 },
      });
      client.stream.end();
      server.stream.end();
      await bench.runTo(150);
      const { drawn } = bench;
      bench.add({ type: 'slow_close', attributes: { delay: 50_000 } });
      expect(bench.drawn).to.equal(drawn);
      await bench.runTo(1_200);
      expect(bench.toxiproxy.connections()).to.equal(0);
    });

    it('lets a change wait for nobody where the reader does not read', async () => {
      bench = new Bench(65_536);
      const { client, server } = await bench.open(LATE);
      client.stream.pause();
      server.stream.write(pattern(1_000_000));
      await bench.runTo(1_000);
      for (let round = 0; round < 10_000; round++) {
        bench.add({ type: 'noop' });
        bench.remove('latency_downstream');
        bench.add(LATE);
        bench.remove('noop_downstream');
        if (round % 1_000 === 0) await bench.runTo(bench.now + 1);
      }
      expect(bench.clock.pending).to.be.at.most(1);
      client.stream.resume();
      await bench.runTo(bench.now + 10_000);
      expect(client.received.equals(pattern(1_000_000))).to.equal(true);
    });

    it('has new values at work as soon as a stalled reader reads again', async () => {
      bench = new Bench(65_536);
      const limit = { type: 'limit_data', attributes: { bytes: 10_000_000 } };
      const { client, server } = await bench.open(limit);
      client.stream.pause();
      server.stream.write(pattern(1_000_000));
      await bench.runTo(1_000);
      bench.update('limit_data_downstream', { bytes: 1 });
      client.stream.resume();
      await bench.runTo(20_000);
      // Only what was stuck has gone on: four buffers, and a chunk in each place.
      expect(client.received.length).to.be.below(6 * 65_536);
      expect(client.trace.at(-1)?.[1]).to.equal('end');
    });

    it('stays small over 10,000 changes of a connection that is used', async () => {
      const { client, server } = await bench.open();
      const listeners = (): number =>
        [client, server].reduce((sum, { stream }) => {
          const names = stream.eventNames();
          return sum + names.reduce((count, name) => count + stream.listenerCount(name), 0);
        }, 0);
      const before = listeners();
      for (let round = 0; round < 10_000; round++) {
        bench.add(LATE);
        bench.update('latency_downstream', { latency: round });
        if (round % 100 === 0) {
          server.stream.write('x');
          await bench.runTo(bench.now + 2);
        }
        bench.remove('latency_downstream');
      }
      await bench.runTo(bench.now + 10);
      expect(client.received.length).to.equal(100);
      expect(bench.clock.pending).to.equal(0);
      expect(listeners()).to.equal(before);
      // In an empty chain data is as quick as ever.
      client.news();
      server.stream.write('y');
      const sentAt = bench.now;
      await bench.runTo(sentAt + 10);
      expect(client.news()).to.deep.equal([[sentAt + 2, 1]]);
    });
  });

  describe('the order of the chain', () => {
    it('is that of addition', async () => {
      const limit = { type: 'limit_data', attributes: { bytes: 10 } };
      const slicer = { type: 'slicer', attributes: { average_size: 4 } };
      const { client, server } = await bench.open(limit, slicer);
      server.stream.write(pattern(100));
      await bench.runTo(200);
      // First cut to 10 bytes, and then into 5 and 5, and those into 2 and 3.
      expect(client.news().map(([, size]) => size)).to.deep.equal([2, 3, 2, 3, 'end']);
      expect(bench.toxiproxy.listToxics('link').map(({ name }) => name)).to.deep.equal([
        'limit_data_downstream',
        'slicer_downstream',
      ]);
    });

    it('decides what is late: a latency before slow slices, or behind them', async () => {
      const slices = {
        ...{ type: 'slicer' },
        attributes: { average_size: 1, delay: 60_000 },
      };
      const { client, server } = await bench.open(LATE, slices);
      server.stream.write('ab');
      await bench.runTo(1_000);
      expect(client.news().map(([at]) => at)).to.deep.equal([202, 262]);
      bench.remove('latency_downstream');
      bench.add(LATE);
      server.stream.write('ab');
      await bench.runTo(2_000);
      // Both halves were read at once: the second has waited for most of its latency already.
      expect(client.news().map(([at]) => at)).to.deep.equal([1_102, 1_102]);
    });

    it('lists upstream toxics first', async () => {
      await bench.start(LATE, { ...LATE, stream: 'UPSTREAM' }, { type: 'noop' });
      expect(bench.toxiproxy.listToxics('link').map(({ name }) => name)).to.deep.equal([
        'latency_upstream',
        'latency_downstream',
        'noop_downstream',
      ]);
    });
  });

  describe('back-pressure', () => {
    const chains: readonly (readonly ToxicSettings[])[] = [
      [],
      [{ type: 'noop' }],
      [{ type: 'slicer', attributes: { average_size: 1_000 } }],
      [{ type: 'bandwidth', attributes: { rate: 100_000 } }],
      [{ type: 'slow_close' }, { type: 'limit_data', attributes: { bytes: 10_000_000 } }],
    ];
    for (const chain of chains) {
      it(`of a stalled reader stalls the sender through [${types(chain)}]`, async () => {
        bench = new Bench(65_536);
        const { client, server } = await bench.open(...chain);
        client.stream.pause();
        const sent = pattern(2_000_000);
        let isWritten = false;
        for (let at = 0; at < sent.length; at += 10_000) {
          server.stream.write(sent.subarray(at, at + 10_000), () => {
            isWritten = at + 10_000 === sent.length;
          });
        }
        await bench.runTo(60_000);
        expect(isWritten).to.equal(false);
        // Four buffers of the network, three of streams, and a chunk in each stage.
        const room = 4 * 65_536 + 3 * 65_536 + 3 * 32_768;
        expect(server.stream.writableLength).to.be.above(sent.length - room);
        client.stream.resume();
        await bench.runTo(120_000);
        expect(isWritten).to.equal(true);
        expect(client.received.equals(sent)).to.equal(true);
      });
    }

    it('reads 32 KiB at a time', async () => {
      const { client, server } = await bench.open({
        type: 'bandwidth',
        attributes: { rate: 1_000 },
      });
      server.stream.write(pattern(50_000));
      await bench.runTo(1_000);
      expect(client.news()).to.deep.equal([
        [135, 32_768],
        [152, 17_232],
      ]);
    });
  });

  describe('closing', () => {
    it('loses what toxics hold, and all is gone', async () => {
      const { client, server } = await bench.open(HELD, { ...LATE, stream: 'upstream' });
      server.stream.write(pattern(100_000));
      client.stream.write('x');
      await bench.runTo(150);
      expect(await bench.leftovers()).to.deep.equal(NOTHING);
      await bench.runTo(1_000);
      expect(client.received.length).to.equal(0);
      // Data waits unread in the proxy's kernel or not: the server hears of the end either way.
      expect(server.news().length).to.equal(1);
    });

    it('lets a dead client go although its server goes on sending', async () => {
      const { client, server } = await bench.open(LATE);
      server.stream.write('x');
      await bench.runTo(110);
      client.stream.resetAndDestroy();
      await bench.runTo(120);
      expect(bench.clock.pending).to.equal(0);
      expect(server.news()).to.deep.equal([[112, 'end']]);
      expect(bench.toxiproxy.connections()).to.equal(0);
    });

    it('delays nothing for a client that is gone, while its end is held', async () => {
      const { client, server } = await bench.open(
        { ...LATE, attributes: { latency: 50_000 } },
        { type: 'slow_close', stream: 'upstream', attributes: { delay: 10_000 } },
      );
      server.stream.write('x');
      await bench.runTo(110);
      expect(bench.clock.pending).to.equal(1);
      client.stream.resetAndDestroy();
      await bench.runTo(120);
      // That of the slow close.
      expect(bench.clock.pending).to.equal(1);
      await bench.runTo(10_200);
      expect(server.news()).to.deep.equal([[10_112, 'end']]);
      expect(bench.clock.pending).to.equal(0);
    });

    it('delivers what was read of an end that is gone', async () => {
      const { client, server } = await bench.open({ ...LATE, stream: 'upstream' });
      client.stream.write('last words');
      await bench.runTo(110);
      client.stream.resetAndDestroy();
      await bench.runTo(500);
      expect(server.received.toString()).to.equal('last words');
      expect(server.news()).to.deep.equal([
        [202, 10],
        [202, 'end'],
      ]);
    });
  });
});

function types(chain: readonly ToxicSettings[]): string {
  return chain.map(({ type }) => type).join(', ');
}
