import { expect } from 'chai';

import { explain } from '../../src/journal/explain';
import { fieldRecord } from '../../src/journal/field-record';
import { countNear } from '../../src/journal/habits';
import { journal, lost, started, up, type Told } from './by-hand';

const silentFor = (ms: number) => ({ sinceInboundMs: ms, sincePongMs: ms });

describe('the habits of outages', () => {
  it('count what lies near a value, both ends with it', () => {
    const rising = [1, 2, 2, 3, 5, 8];
    expect([2, 4, 8, 9, 20].map((value) => countNear(rising, value, 1))).to.deep.equal([
      4, 2, 1, 1, 0,
    ]);
    expect(countNear([], 1, 1)).to.equal(0);
  });

  it('takes a few of many cuts that are alike for chance', () => {
    const cuts = Array.from({ length: 60 }, (_, index): readonly Told[] => [
      [index * 100_000, up(`c${index}`)],
      // Five out of sixty lie within any second: more than make a habit where there are no others.
      [
        index * 100_000 + 97_000,
        lost({ label: 'fin', ...silentFor(6_000 + index * 400) }, `c${index}`),
      ],
    ]);
    const lines = journal([0, started], ...cuts.flat(), [6_100_000, up('c99')]);
    const { byCause } = explain(fieldRecord(lines));
    expect(byCause).to.deep.equal({ line_cut: 60 });
  });
});
