import { expect } from 'chai';

import { Bottleneck } from '../../src/sim/bottleneck';
import { VirtualClock } from '../../src/sim/virtual-clock';
import { dial, pairIn, World } from './two-hosts';

const OWNER = {};

/** A bottleneck, and what left it when. */
class Bench {
  readonly clock = new VirtualClock();
  readonly bottleneck = new Bottleneck(this.clock);
  readonly left: string[] = [];

  enter(name: string, bytes: number, owner: object = OWNER): void {
    const leave = (): void => void this.left.push(`${this.clock.now()} ${name}`);
    this.bottleneck.enter({ owner, bytes, leave });
  }

  runTo(untilMs: number): void {
    for (let entry = this.clock.next(untilMs); entry; entry = this.clock.next(untilMs)) entry.run();
  }
}

describe('Bottleneck', () => {
  it('lets one byte pass after the other, and loses no fraction of a millisecond', () => {
    const bench = new Bench();
    bench.bottleneck.narrow(3_000);
    for (const name of ['a', 'b', 'c']) bench.enter(name, 1);
    bench.enter('d', 3_000);
    bench.runTo(5_000);
    expect(bench.left).to.deep.equal(['1 a', '1 b', '1 c', '1001 d']);
  });

  it('goes by the lowest of several limits, for what begins to pass', () => {
    const bench = new Bench();
    bench.bottleneck.narrow(1_000);
    bench.bottleneck.narrow(100);
    bench.enter('slow', 100);
    bench.enter('faster', 100);
    bench.runTo(500);
    bench.bottleneck.widen(100);
    bench.runTo(5_000);
    expect(bench.left).to.deep.equal(['1000 slow', '1100 faster']);
  });

  it('is over when what waits has left, at once and in order', () => {
    const bench = new Bench();
    bench.bottleneck.narrow(100);
    for (const name of ['a', 'b', 'c']) bench.enter(name, 100);
    bench.runTo(500);
    bench.bottleneck.widen(100);
    expect(bench.bottleneck.isNarrow).to.equal(true);
    bench.runTo(5_000);
    expect(bench.left).to.deep.equal(['1000 a', '1000 b', '1000 c']);
    expect(bench.bottleneck.isNarrow).to.equal(false);
  });

  it('drops what waits of one owner, and no one else’s', () => {
    const bench = new Bench();
    const other = {};
    bench.bottleneck.narrow(1_000);
    bench.enter('passing', 100);
    bench.enter('mine', 100);
    bench.enter('theirs', 100, other);
    bench.bottleneck.drop(OWNER);
    bench.runTo(5_000);
    expect(bench.left).to.deep.equal(['100 passing', '200 theirs']);
  });
});

describe('a narrow path', () => {
  it('delivers a segment when its last byte has passed and travelled', async () => {
    const world = new World();
    const { client } = await pairIn(world);
    world.network.path('pi', 'hub').limit(1_000);
    client.stream.write(Buffer.alloc(2_000));
    const seen = world.wire.length;
    await world.runTo(5_000);
    expect(world.wire.slice(seen)).to.deep.equal(['1558 1 pi>hub 1448', '2110 1 pi>hub 552']);
  });

  it('is narrow in its direction alone, and wide again when all limits are undone', async () => {
    const world = new World();
    const { client, server } = await pairIn(world);
    const path = world.network.path('pi', 'hub');
    const [first, second] = [path.limit(10), path.limit(20)];
    server.stream.write('back');
    first();
    first();
    client.stream.write('0123456789');
    await world.runTo(1_000);
    second();
    client.stream.write('x');
    await world.runTo(2_000);
    expect(client.trace).to.deep.equal(['110 data back']);
    expect(server.trace).to.deep.equal(['610 data 0123456789', '1010 data x']);
  });

  it('is shared by all connections, first come, first served', async () => {
    const world = new World();
    const one = await pairIn(world);
    const other = dial(world);
    await world.runTo(200);
    world.network.path('pi', 'hub').limit(1_000);
    const seen = world.wire.length;
    one.client.stream.write(Buffer.alloc(500));
    other.stream.write(Buffer.alloc(100));
    one.client.stream.write(Buffer.alloc(100));
    await world.runTo(5_000);
    expect(world.wire.slice(seen)).to.deep.equal([
      '710 1 pi>hub 500',
      '810 2 pi>hub 100',
      '910 1 pi>hub 100',
    ]);
  });

  it('holds no more than the send buffer, and then stalls the writer', async () => {
    const world = new World({ sendBufferBytes: 10_000 });
    const { client } = await pairIn(world);
    world.network.path('pi', 'hub').limit(10_000);
    let written = 0;
    for (let count = 0; count < 30; count++) {
      client.stream.write(Buffer.alloc(1_000), () => (written += 1));
    }
    await world.runTo(1_000);
    expect(written).to.be.lessThan(30);
    await world.runTo(10_000);
    expect(written).to.equal(30);
  });

  it('loses in an outage what leaves it, which TCP sends again in order', async () => {
    const world = new World();
    const { client, server } = await pairIn(world);
    const path = world.network.path('pi', 'hub');
    path.limit(1_000);
    for (const name of ['a', 'b', 'c']) client.stream.write(name.repeat(100));
    const undo = path.cut();
    await world.runTo(350);
    undo();
    await world.runTo(5_000);
    const heard = server.trace.map((line) => line.split(' data ')[1] ?? '').join('');
    expect(heard).to.equal(['a', 'b', 'c'].map((name) => name.repeat(100)).join(''));
    // Lost when the first left, at 200, and so sent again at 400.
    expect(server.trace[0]).to.match(/^510 /);
  });

  it('carries nothing of a connection whose machine lost power', async () => {
    const world = new World();
    const { client, server } = await pairIn(world);
    world.network.path('pi', 'hub').limit(100);
    for (let count = 0; count < 5; count++) client.stream.write(Buffer.alloc(100));
    await world.runTo(150);
    world.network.powerOff(world.client);
    await world.runTo(60_000);
    expect(server.trace.length).to.be.at.most(1);
  });
});
