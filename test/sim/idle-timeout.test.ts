import { expect } from 'chai';

import { dial, pairIn, World } from './two-hosts';

const AFTER_MS = 1_000;

describe('a box that forgets idle flows', () => {
  it('resets whoever sends next, halfway, and tells the other end nothing', async () => {
    const world = new World();
    const { client, server } = await pairIn(world);
    world.network.forgetIdle('pi', 'hub', AFTER_MS, 'reset');
    await world.runTo(2_000);
    expect([client.trace, server.trace]).to.deep.equal([[], []]);
    client.stream.write('x');
    await world.runTo(10_000);
    expect(client.trace).to.deep.equal(['2010 ECONNRESET', '2010 close']);
    expect(server.trace).to.deep.equal([]);
    server.stream.write('y');
    await world.runTo(20_000);
    expect(server.trace).to.deep.equal(['10010 ECONNRESET', '10010 close']);
  });

  it('resets a FIN as well, and a RST not', async () => {
    const world = new World();
    const { client, server } = await pairIn(world);
    world.network.forgetIdle('hub', 'pi', AFTER_MS, 'reset');
    await world.runTo(2_000);
    const seen = world.wire.length;
    (server.stream as typeof server.stream & { resetAndDestroy(): void }).resetAndDestroy();
    client.stream.end();
    await world.runTo(10_000);
    expect(client.trace).to.include('2010 ECONNRESET');
    expect(world.wire.slice(seen)).to.deep.equal(['2010 1 hub>pi reset']);
  });

  it('lets nothing pass any more where it is silent, and new flows are not affected', async () => {
    const world = new World();
    const { client, server } = await pairIn(world);
    world.network.forgetIdle('pi', 'hub', AFTER_MS, 'silence');
    await world.runTo(2_000);
    client.stream.write('lost');
    server.stream.write('lost');
    const next = dial(world);
    next.stream.write('new');
    await world.runTo(2_500);
    expect([client.trace, server.trace]).to.deep.equal([[], []]);
    expect(world.wire).to.include('2030 2 pi>hub 3');
  });

  it('ends both directions at the time-out where it is a proxy', async () => {
    const world = new World();
    const { client, server } = await pairIn(world);
    world.network.forgetIdle('pi', 'hub', AFTER_MS, 'close');
    await world.runTo(5_000);
    // The last packet was the handshake’s, at 20.
    expect(client.trace).to.deep.equal(['1020 end', '1020 close']);
    expect(server.trace).to.deep.equal(['1020 end']);
  });

  it('counts from the last packet of either end', async () => {
    const world = new World();
    const { client, server } = await pairIn(world);
    world.network.forgetIdle('pi', 'hub', AFTER_MS, 'close');
    await world.runTo(900);
    client.stream.write('x');
    await world.runTo(1_800);
    server.stream.write('y');
    await world.runTo(2_799);
    expect(client.trace).to.deep.equal(['1810 data y']);
    await world.runTo(10_000);
    expect(client.trace[1]).to.equal('2800 end');
    expect(server.trace).to.deep.equal(['910 data x', '2800 end']);
  });

  it('does not count what is lost before it', async () => {
    const world = new World();
    const { client } = await pairIn(world);
    world.network.forgetIdle('pi', 'hub', AFTER_MS, 'close');
    world.network.path('pi', 'hub').cut();
    await world.runTo(500);
    client.stream.write('lost');
    await world.runTo(10_000);
    expect(client.trace[0]).to.equal('1020 end');
  });

  it('forgets at once what was idle for long when it came, and later what came later', async () => {
    const world = new World();
    const { client } = await pairIn(world);
    await world.runTo(5_000);
    world.network.forgetIdle('pi', 'hub', AFTER_MS, 'close');
    const next = dial(world);
    await world.runTo(10_000);
    expect(client.trace).to.deep.equal(['5000 end', '5000 close']);
    expect(next.trace).to.deep.equal(['5020 connect', '6020 end', '6020 close']);
  });

  it('forgets nothing more once it is gone, and what it forgot stays so', async () => {
    const world = new World();
    const { client } = await pairIn(world);
    const undo = world.network.forgetIdle('pi', 'hub', AFTER_MS, 'reset');
    await world.runTo(1_500);
    const young = dial(world);
    await world.runTo(2_000);
    undo();
    undo();
    await world.runTo(10_000);
    client.stream.write('x');
    young.stream.write('y');
    await world.runTo(20_000);
    expect(client.trace).to.deep.equal(['10010 ECONNRESET', '10010 close']);
    expect(young.trace).to.deep.equal(['1520 connect']);
  });

  it('is one of several, of which the most impatient comes first', async () => {
    const world = new World();
    const { client } = await pairIn(world);
    world.network.forgetIdle('pi', 'hub', 3_000, 'reset');
    world.network.forgetIdle('pi', 'hub', 2_000, 'close');
    await world.runTo(10_000);
    expect(client.trace).to.deep.equal(['2020 end', '2020 close']);
  });

  it('stands between its two hosts alone', async () => {
    const world = new World();
    const { client } = await pairIn(world);
    world.network.forgetIdle('pi', 'elsewhere', AFTER_MS, 'close');
    await world.runTo(10_000);
    expect(client.trace).to.deep.equal([]);
  });
});
