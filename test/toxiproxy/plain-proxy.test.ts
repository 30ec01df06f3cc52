import { expect } from 'chai';

import { Bench, NOTHING } from './toxic-bench';

describe('a proxy without toxics', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  // Whatever a test did, nothing is left of it.
  afterEach(async () => {
    expect(await bench.leftovers()).to.deep.equal(NOTHING);
  });

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
