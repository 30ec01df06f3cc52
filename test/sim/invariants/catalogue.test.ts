import { expect } from 'chai';

import { allInvariants } from '../../../src/sim/invariants/catalogue';

function numbered(letter: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `${letter}${at + 1}`);
}

describe('the catalogue of invariants', () => {
  it('has S1 to S18, L1 to L9 and H1, each once', () => {
    const ids = allInvariants().map(({ id }) => id);
    expect(ids).to.deep.equal([...numbered('S', 18), ...numbered('L', 9), ...numbered('H', 1)]);
  });

  it('gives machines that are fresh, and know of nothing yet', () => {
    const [first, second] = [allInvariants(), allInvariants()];
    first.forEach((invariant, at) => {
      expect(invariant, invariant.id).not.to.equal(second[at]);
      expect(invariant.judged, invariant.id).to.equal(false);
      expect(invariant.overdue(1e9), invariant.id).to.deep.equal([]);
      expect(invariant.pending(), invariant.id).to.deep.equal([]);
    });
  });

  it('says of each what must hold, and what it means when it does not', () => {
    for (const { claim, id, meaning } of allInvariants()) {
      expect(claim, id).to.match(/\.$/);
      expect(meaning, id).to.match(/\.$/);
    }
  });
});
