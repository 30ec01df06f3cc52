import { expect } from 'chai';

import { Bench, NOTHING } from '../toxic-bench';

describe('noop', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  // Whatever a test did, nothing is left of it.
  afterEach(async () => {
    expect(await bench.leftovers()).to.deep.equal(NOTHING);
  });

  it('does nothing', async () => {
    const { client, server } = await bench.open({ type: 'noop' }, { type: 'noop', name: 'b' });
    server.stream.write('x');
    await bench.runTo(200);
    expect(client.news()).to.deep.equal([[102, 1]]);
  });
});
