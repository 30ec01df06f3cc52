import { expect } from 'chai';
import fc from 'fast-check';

import { Stalls } from '../src/stalls';

describe('Stalls', () => {
  it('knows none where there was none', () => {
    expect(new Stalls().since(0)).to.equal(0);
  });

  it('tells the longest since any instant', () => {
    const step = fc.tuple(fc.nat(1_000), fc.integer({ min: 1, max: 50 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.nat(60_000), (steps, sinceMs) => {
        const stalls = new Stalls();
        let atMs = 0;
        let longest = 0;
        for (const [laterMs, ms] of steps) {
          atMs += laterMs;
          stalls.add(atMs, ms);
          if (atMs >= sinceMs) longest = Math.max(longest, ms);
        }
        expect(stalls.since(sinceMs)).to.equal(longest);
      }),
    );
  });

  it('forgets the shorter ones of very many', () => {
    const stalls = new Stalls();
    for (let at = 0; at < 1_000; at += 1) stalls.add(at, 2_000 - at);
    expect(stalls.since(0)).to.equal(2_000);
    expect(stalls.since(500)).to.equal(0);
  });
});
