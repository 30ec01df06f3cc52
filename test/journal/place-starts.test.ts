import { expect } from 'chai';

import type { Comparison } from '../../src/journal/compare-clocks';
import { clientShifts } from '../../src/journal/place-starts';

/** The client's clock begins anew with its second start; the server's goes on. */
function comparison(clientStart: number, clientMs: number, serverMs: number): Comparison {
  return { connection: 'c1', clientStart, serverStart: 0, clientMs, serverMs, errorMs: 5 };
}

const starts = [
  { lines: [], beganMs: 0, endedMs: 90_000 },
  { lines: [], beganMs: 20_000, endedMs: 100_000 },
];

describe('the starts of a client on the line', () => {
  it('lie where the server saw them, by the last connection before and the first after', () => {
    const compared = [
      comparison(0, 1_000, 501_000),
      comparison(0, 80_000, 580_000),
      comparison(1, 30_000, 730_000),
      comparison(1, 40_000, 800_000),
    ];
    const shiftsMs = clientShifts(starts, compared, () => expect.fail());
    expect(shiftsMs).to.deep.equal([0, 80_000 + 150_000 - 30_000]);
  });

  it('are placed at once, also after a hundred thousand connections', function () {
    // Each connection beside each other one would be minutes.
    this.timeout(5_000);
    const compared = Array.from({ length: 100_000 }, (_, index) =>
      comparison(0, index, 500_000 + index),
    );
    expect(clientShifts(starts.slice(0, 1), compared, () => expect.fail())).to.deep.equal([0]);
  });
});
