import { expect } from 'chai';

import { Corruption } from '../../src/sim/corruption';
import { SeededRandom } from '../../src/sim/random';
import { pairIn, World } from './two-hosts';

/** Where bytes differ. */
function changes(before: Buffer, after: Buffer): number[] {
  return [...before.keys()].filter((at) => before[at] !== after[at]);
}

describe('Corruption', () => {
  it('changes every so-manieth byte, wherever the pieces end', () => {
    const random = new SeededRandom(1, 'test');
    const corruption = new Corruption({ everyBytes: 4, spread: 'fixed', random });
    const pieces = [3, 1, 0, 6, 9].map((length) => corruption.pass(Buffer.alloc(length)));
    expect(changes(Buffer.alloc(19), Buffer.concat(pieces))).to.deep.equal([3, 7, 11, 15]);
  });

  it('changes one in so many on the average where it is drawn, and never to what it was', () => {
    const random = new SeededRandom(1, 'test');
    const corruption = new Corruption({ everyBytes: 50, spread: 'drawn', random });
    const before = Buffer.alloc(100_000, 7);
    const at = changes(before, corruption.pass(before));
    expect(at.length).to.be.within(1_900, 2_100);
    const gaps = at.slice(1).map((place, index) => place - (at[index] ?? 0));
    expect(Math.min(...gaps)).to.be.at.least(1);
    expect(Math.max(...gaps)).to.be.at.most(99);
    expect(new Set(gaps).size).to.be.greaterThan(50);
  });

  it('leaves what it was given alone, and copies nothing that it does not change', () => {
    const random = new SeededRandom(1, 'test');
    const corruption = new Corruption({ everyBytes: 10, spread: 'fixed', random });
    const [intact, before] = [Buffer.alloc(9), Buffer.alloc(9)];
    expect(corruption.pass(intact)).to.equal(intact);
    expect(corruption.pass(before)).to.not.deep.equal(before);
    expect(before.equals(Buffer.alloc(9))).to.equal(true);
  });
});

describe('a path that changes bytes', () => {
  const random = (): SeededRandom => new SeededRandom(1, 'test');

  it('does so in its direction alone, until it is undone', async () => {
    const world = new World();
    const { client, server } = await pairIn(world);
    const undo = world.network.path('pi', 'hub').corrupt(1, 'fixed', random());
    client.stream.write('aaaa');
    server.stream.write('bbbb');
    await world.runTo(200);
    undo();
    undo();
    client.stream.write('cccc');
    await world.runTo(300);
    expect(server.trace[0]).to.match(/^110 data /);
    expect(server.trace[0]?.slice('110 data '.length)).to.not.include('a');
    expect(server.trace[1]).to.equal('210 data cccc');
    expect(client.trace).to.deep.equal(['110 data bbbb']);
  });

  it('changes what arrives once, though it was sent again', async () => {
    const world = new World();
    const { client, server } = await pairIn(world);
    const path = world.network.path('pi', 'hub');
    path.corrupt(4, 'fixed', random());
    const undo = path.cut();
    client.stream.write('abcdefgh');
    await world.runTo(150);
    undo();
    await world.runTo(1_000);
    expect(server.trace).to.have.length(1);
    expect(server.trace[0]).to.match(/data abc.efg.$/s);
    expect(server.trace[0]).to.not.match(/abcdefg|efgh/);
  });

  it('of several has each do its own', async () => {
    const world = new World();
    const { client, server } = await pairIn(world);
    const path = world.network.path('pi', 'hub');
    path.corrupt(3, 'fixed', random());
    path.corrupt(5, 'fixed', random());
    client.stream.write('abcdefg');
    await world.runTo(1_000);
    expect(server.trace[0]).to.match(/data ab.d.{2}g$/s);
  });
});
