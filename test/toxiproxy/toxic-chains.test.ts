import { expect } from 'chai';

import { ToxicChains } from '../../src/toxiproxy/toxic-chains';

describe('ToxicChains', () => {
  it('removes the one that is meant, and tells so', () => {
    const told: string[] = [];
    const chains = new ToxicChains({
      onAdded: ({ name }) => told.push(`added ${name}`),
      onUpdated: ({ name }) => told.push(`updated ${name}`),
      onRemoved: ({ name }) => told.push(`removed ${name}`),
    });
    for (const name of ['a', 'b', 'c']) chains.add({ type: 'noop', name });
    chains.update('b', { toxicity: 0.5 });
    chains.remove('b');
    expect(chains.list().map(({ name }) => name)).to.deep.equal(['a', 'c']);
    chains.clear();
    expect(chains.list()).to.deep.equal([]);
    expect(told).to.deep.equal([
      ...['added a', 'added b', 'added c', 'updated b', 'removed b', 'removed a', 'removed c'],
    ]);
  });
});
