import { expect } from 'chai';

import { LinkVitals } from '../src/link-vitals';
import { Stalls } from '../src/stalls';

/** Vitals on a clock that the test sets. */
function vitals() {
  const time = { nowMs: 0 };
  const clock = {
    now: () => time.nowMs,
    setTimeout: () => ({}),
    clearTimeout: () => undefined,
  };
  const lag = new Stalls();
  return { time, lag, of: new LinkVitals({ clock, lag }) };
}

/** A ping at each instant, and its pong so much later. */
function beat({ of, time }: ReturnType<typeof vitals>, roundTripsMs: readonly number[]): void {
  for (const rttMs of roundTripsMs) {
    of.pinged();
    time.nowMs += rttMs;
    of.heard();
    of.ponged();
  }
}

describe('LinkVitals', () => {
  it('counts from when the connection was up', () => {
    const it = vitals();
    it.time.nowMs = 400;
    it.of.begin();
    it.time.nowMs = 1_000;
    expect(it.of.read(7)).to.deep.equal({
      upMs: 600,
      sinceInboundMs: 600,
      unackedBytes: 0,
      bufferedBytes: 7,
      maxLagMs: 0,
    });
  });

  it('has the median of the last round trips, and the longest of all', () => {
    const it = vitals();
    beat(it, [5_000, ...Array<number>(40).fill(10), 30, 40]);
    expect(it.of.read(0)).to.include({ rttP50Ms: 10, maxRttMs: 5_000, sincePongMs: 0 });
  });

  it('measures nothing by a pong that nobody asked for', () => {
    const it = vitals();
    it.of.heard();
    expect(it.of.ponged()).to.equal(undefined);
    expect(it.of.read(0)).not.to.have.property('maxRttMs');
  });

  it('counts what the peer has not confirmed, of the latest session alone', () => {
    const it = vitals();
    it.of.sentAudio('s1', 100);
    it.of.confirmedAudio('s1', 60);
    expect(it.of.read(0).unackedBytes).to.equal(40);
    it.of.sentAudio('s2', 10);
    it.of.confirmedAudio('s1', 100);
    expect(it.of.read(0).unackedBytes).to.equal(10);
    it.of.confirmedAudio();
    expect(it.of.read(0).unackedBytes).to.equal(0);
  });

  it('believes no peer that confirms more than was sent', () => {
    const it = vitals();
    it.of.sentAudio('s1', 100);
    it.of.confirmedAudio('s1', 1e9);
    it.of.sentAudio('s1', 50);
    expect(it.of.read(0).unackedBytes).to.equal(50);
  });

  it('has the longest stall since the connection was up', () => {
    const it = vitals();
    it.lag.add(100, 90);
    it.time.nowMs = 200;
    it.of.begin();
    it.lag.add(300, 20);
    expect(it.of.read(0).maxLagMs).to.equal(20);
  });
});
