import { expect } from 'chai';
import fc from 'fast-check';

import { Histogram, RELATIVE_ERROR, type Distribution } from '../../src/sim/histogram';

function of(values: readonly number[]): Distribution {
  const histogram = new Histogram();
  for (const value of values) histogram.add(value);
  return histogram.read();
}

function joined(...all: readonly Distribution[]): Distribution {
  const histogram = new Histogram();
  for (const each of all) histogram.join(each);
  return histogram.read();
}

/** The value of which so many are no longer: the nearest rank. */
function exactly(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(share * values.length) - 1] ?? 0;
}

const HOUR_MS = 3_600_000;
const ms = fc.oneof(
  fc.nat(200),
  fc.nat(24 * HOUR_MS),
  fc.double({ min: 0, max: HOUR_MS, noNaN: true }),
);
const some = fc.array(ms, { minLength: 1, maxLength: 300 });
const any = fc.array(ms, { maxLength: 40 }).map(of);

describe('Histogram', () => {
  it('is nothing without durations', () => {
    expect(of([])).to.deep.equal({ count: 0, p50Ms: 0, p99Ms: 0, maxMs: 0, buckets: [] });
  });

  it('keeps short ones to the millisecond', () => {
    const { buckets, p50Ms } = of([127, 3, 3]);
    expect(buckets).to.deep.equal([
      [3, 2],
      [127, 1],
    ]);
    expect(p50Ms).to.equal(3);
  });

  it('gives count and longest exactly, and percentiles within the error that it names', () => {
    const A_MS = 1;
    fc.assert(
      fc.property(some, (values) => {
        const { count, maxMs, p50Ms, p99Ms } = of(values);
        expect(count).to.equal(values.length);
        expect(maxMs).to.equal(Math.max(...values));
        for (const [share, seen] of [
          [0.5, p50Ms],
          [0.99, p99Ms],
        ] as const) {
          const exact = exactly(values, share);
          expect(seen).to.be.closeTo(exact, Math.max(A_MS, exact * RELATIVE_ERROR));
        }
      }),
    );
  });

  it('gives no percentile above the longest, and the longest where a percentile is that', () => {
    expect(of([200, 200, 200]).p50Ms).to.equal(200);
    expect(of([1_000, 1_007]).p99Ms).to.equal(1_007);
  });

  it('is the same whether all is counted at once or in parts that are joined', () => {
    fc.assert(
      fc.property(some, fc.nat(300), (values, at) => {
        expect(joined(of(values.slice(0, at)), of(values.slice(at)))).to.deep.equal(of(values));
      }),
    );
  });

  it('is joined in any order and in any grouping', () => {
    fc.assert(
      fc.property(any, any, any, (a, b, c) => {
        expect(joined(a, b)).to.deep.equal(joined(b, a));
        expect(joined(joined(a, b), c)).to.deep.equal(joined(a, joined(b, c)));
      }),
    );
  });

  it('needs no more room for ever more of them', () => {
    const histogram = new Histogram();
    for (let value = 0; value < 2 ** 40; value += 1 + Math.floor(value / 1_000)) {
      histogram.add(value);
    }
    expect(histogram.read().buckets.length).to.equal(1_600);
  });
});
