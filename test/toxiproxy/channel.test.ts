import { expect } from 'chai';

import { Channel } from '../../src/toxiproxy/channel';

describe('Channel', () => {
  const chunk = (text: string) => ({ bytes: Buffer.from(text), readAtMs: 0 });

  for (const capacity of [0, 2]) {
    it(`with room for ${capacity} lets the next sender wait until there is room`, async () => {
      const channel = new Channel(capacity);
      const accepted: number[] = [];
      for (const index of [0, 1, 2, 3]) {
        void channel.put(chunk(String(index))).then(() => accepted.push(index));
      }
      await Promise.resolve();
      expect(accepted).to.deep.equal([0, 1, 2, 3].slice(0, capacity));
      channel.take();
      await Promise.resolve();
      expect(accepted).to.deep.equal([0, 1, 2, 3].slice(0, capacity + 1));
    });
  }

  it('has nothing but its end behind the last chunk', () => {
    const channel = new Channel();
    void channel.put(chunk('last'));
    channel.end();
    expect(channel.take()).to.have.property('bytes');
    expect([channel.take(), channel.take()]).to.deep.equal(['end', 'end']);
  });

  it('lets nobody wait once it is abandoned', async () => {
    const channel = new Channel();
    const stuck = channel.put(chunk('lost'));
    channel.abandon();
    await stuck;
    await channel.put(chunk('lost too'));
    expect(channel.take()).to.equal(undefined);
  });
});
