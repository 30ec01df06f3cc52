import { expect } from 'chai';
import fc from 'fast-check';

import { backoffDelayMs, nextAttempt, type Ending } from '../../src/client/backoff';
import { checkClientSettings } from '../../src/client/client-settings';
import type { FailureLabel } from '../../src/events';

const settings = checkClientSettings({ serverUrl: 'ws://hub' });
const seedRule = checkClientSettings({ serverUrl: 'ws://hub', backoffReset: 'connect' });

const jitters = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

function failed(label: FailureLabel = 'dial_refused'): Ending {
  return { label, upMs: 0, wasConnected: false };
}

function lost(upMs: number, label: FailureLabel = 'reset'): Ending {
  return { label, upMs, wasConnected: true };
}

describe('backoffDelayMs', () => {
  it('is in [2^n, 2^n + 1) s for the first five retries, and 60 s from the sixth on', () => {
    const shortest = [1, 2, 3, 4, 5, 6, 7].map((n) => backoffDelayMs(n, 0, settings));
    const longest = [1, 2, 3, 4, 5, 6, 7].map((n) => backoffDelayMs(n, 1 - 2 ** -53, settings));
    expect(shortest).to.deep.equal([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    expect(longest).to.deep.equal([2_999, 4_999, 8_999, 16_999, 32_999, 60_000, 60_000]);
  });

  it('is a whole number within its bounds for every n up to 10,000', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), jitters, (n, jitter) => {
        const delayMs = backoffDelayMs(n, jitter, settings);
        expect(Number.isSafeInteger(delayMs)).to.equal(true);
        expect(delayMs).to.be.at.least(Math.min(2 ** n * 1_000, 60_000));
        expect(delayMs).to.be.at.most(Math.min(2 ** n * 1_000 + 999, 60_000));
      }),
    );
  });

  it('overflows nowhere: not where an int32 would, nor where 2^n is no number any more', () => {
    for (const n of [30, 31, 32, 33, 1_023, 1_024, 10_000]) {
      expect(backoffDelayMs(n, 0.5, settings)).to.equal(60_000);
    }
  });

  it('grows with the jitter below the cap', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), jitters, (n, jitter) => {
        const expected = 2 ** n * 1_000 + Math.floor(jitter * 1_000);
        expect(backoffDelayMs(n, jitter, settings)).to.equal(expected);
      }),
    );
  });

  it('takes unit and cap from the settings', () => {
    const fast = { ...settings, backoffUnitMs: 10, backoffCapMs: 100 };
    expect([1, 2, 3, 4].map((n) => backoffDelayMs(n, 0.5, fast))).to.deep.equal([25, 45, 85, 100]);
  });
});

describe('nextAttempt', () => {
  it('counts every failed dial, without a limit', () => {
    let attempt = 0;
    for (let failures = 1; failures <= 10_000; failures++) {
      attempt = nextAttempt(attempt, failed(), settings);
      expect(attempt).to.equal(failures);
    }
  });

  it('starts again after a connection that was up for 10 s', () => {
    expect(nextAttempt(7, lost(10_000), settings)).to.equal(1);
  });

  it('goes on after a connection that was up for less, so that flapping is not hammered', () => {
    expect(nextAttempt(7, lost(9_999), settings)).to.equal(8);
  });

  it('starts again after any connection where the seed’s rule is set', () => {
    expect(nextAttempt(7, lost(0), seedRule)).to.equal(1);
    expect(nextAttempt(7, failed(), seedRule)).to.equal(8);
  });

  for (const label of ['auth', 'busy', 'policy', 'replaced'] as const) {
    it(`is the sixth at least after ${label}, whatever came before`, () => {
      expect(nextAttempt(0, failed(label), settings)).to.equal(6);
      expect(nextAttempt(0, lost(60_000, label), settings)).to.equal(6);
      expect(nextAttempt(0, lost(60_000, label), seedRule)).to.equal(6);
      expect(nextAttempt(8, failed(label), settings)).to.equal(9);
    });
  }

  for (const label of ['peer_close', 'peer_restart', 'fin', 'http_status'] as const) {
    it(`treats ${label} as any other failure`, () => {
      expect(nextAttempt(2, failed(label), settings)).to.equal(3);
    });
  }
});
