import { expect } from 'chai';
import fc from 'fast-check';

import { ddmin } from '../../src/fuzz/ddmin';

/** Fails where all of these are left. */
function needs(...needed: readonly number[]): (part: readonly number[]) => Promise<boolean> {
  return (part) => Promise.resolve(needed.every((each) => part.includes(each)));
}

describe('ddmin', () => {
  const list = Array.from({ length: 40 }, (_, index) => index);

  it('finds the part that fails, in its order', async () => {
    expect(await ddmin(list, needs(31, 3, 17))).to.deep.equal([3, 17, 31]);
  });

  it('finds that nothing is needed, or all', async () => {
    expect(await ddmin(list, needs())).to.deep.equal([]);
    expect(await ddmin(list, needs(...list))).to.deep.equal(list);
    expect(await ddmin([], needs())).to.deep.equal([]);
  });

  it('ends at a part that fails, and does not without any one of its elements', async () => {
    // Any of several parts fails, so that what fails is not monotonic.
    const parts = fc.array(fc.uniqueArray(fc.nat({ max: 11 }), { minLength: 1, maxLength: 5 }), {
      minLength: 1,
      maxLength: 3,
    });
    await fc.assert(
      fc.asyncProperty(parts, async (failing) => {
        const fails = (part: readonly number[]): Promise<boolean> =>
          Promise.resolve(failing.some((each) => each.every((one) => part.includes(one))));
        const least = await ddmin(list.slice(0, 12), fails);
        expect(await fails(least)).to.equal(true);
        for (const left of least) {
          expect(await fails(least.filter((each) => each !== left))).to.equal(false);
        }
      }),
    );
  });

  it('asks few times where few elements are needed', async () => {
    let asked = 0;
    const fails = needs(5, 33);
    await ddmin(list, (part) => {
      asked += 1;
      return fails(part);
    });
    expect(asked).to.be.at.most(2 * list.length);
  });
});
