/** What each toxic does to a connection, to the millisecond and to the byte. */
import { expect } from 'chai';

import { Bench, NOTHING, pattern } from './toxic-bench';

describe('toxics', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  // Whatever a test did, nothing is left of it.
  afterEach(async () => {
    expect(await bench.leftovers()).to.deep.equal(NOTHING);
  });

  describe('none', () => {
    it('passes bytes both ways, each a millisecond on either way', async () => {
      const { client, server } = await bench.open();
      client.stream.write('ask');
      await bench.runTo(150);
      server.stream.write('answer');
      await bench.runTo(200);
      expect(server.news()).to.deep.equal([[102, 3]]);
      expect(client.news()).to.deep.equal([[152, 6]]);
    });

    it('closes both ends by FIN when the client ends, and loses the answer', async () => {
      const { client, server } = await bench.open();
      server.stream.on('end', () => server.stream.write('too late'));
      client.stream.end('bye');
      await bench.runTo(200);
      expect(server.news().slice(0, 2)).to.deep.equal([
        [102, 3],
        [102, 'end'],
      ]);
      expect(client.news()).to.deep.equal([[102, 'end']]);
    });

    it('passes on a RST as FIN, behind the data before it', async () => {
      const { client, server } = await bench.open();
      server.stream.write('last');
      await bench.runTo(101);
      server.stream.resetAndDestroy();
      await bench.runTo(200);
      expect(client.news()).to.deep.equal([
        [102, 4],
        [103, 'end'],
      ]);
    });

    it('closes a client whose server cannot be reached', async () => {
      await bench.start();
      await bench.serverPort?.close();
      const client = bench.dial();
      await bench.runTo(100);
      // Accepted at 3 ms, and refused at 5 ms.
      expect(client.news()).to.deep.equal([[6, 'end']]);
    });
  });

  describe('noop', () => {
    it('does nothing', async () => {
      const { client, server } = await bench.open({ type: 'noop' }, { type: 'noop', name: 'b' });
      server.stream.write('x');
      await bench.runTo(200);
      expect(client.news()).to.deep.equal([[102, 1]]);
    });
  });

  describe('latency', () => {
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

  describe('bandwidth', () => {
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

  describe('slow_close', () => {
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

  describe('timeout', () => {
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

  describe('reset_peer', () => {
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

  describe('slicer', () => {
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

  describe('limit_data', () => {
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
});
