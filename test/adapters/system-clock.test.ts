import { setTimeout as sleep } from 'node:timers/promises';

import { expect } from 'chai';

import { SystemClock, SystemRandom } from '../../src/adapters/system-clock';
import { clockContract } from '../contract/clock';

clockContract('SystemClock', () => ({
  clock: new SystemClock(),
  pass: (ms) => sleep(ms + 50),
}));

describe('SystemClock', () => {
  it('counts the timers that are pending', async () => {
    const clock = new SystemClock();
    const timer = clock.setTimeout(() => undefined, 60_000);
    clock.setTimeout(() => undefined, 1);
    expect(clock.pendingTimers()).to.equal(2);
    clock.clearTimeout(timer);
    expect(clock.pendingTimers()).to.equal(1);
    await sleep(50);
    expect(clock.pendingTimers()).to.equal(0);
  });

  it('keeps the process alive, unless it is in the background', () => {
    const held = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = held();
    const clocks = [true, false].map((isBackground) => new SystemClock({ isBackground }));
    const timers = clocks.map((clock) => {
      const timer = clock.setTimeout(() => undefined, 60_000);
      return { clear: () => clock.clearTimeout(timer), heldMore: held() - before };
    });
    for (const { clear } of timers) clear();
    expect(timers.map(({ heldMore }) => heldMore)).to.deep.equal([0, 1]);
  });

  it('refuses delays that Node would turn into 1 ms', () => {
    const clock = new SystemClock();
    for (const delayMs of [NaN, Infinity, 2 ** 31, -1]) {
      expect(() => clock.setTimeout(() => undefined, delayMs)).to.throw('delay of');
    }
  });

  it('has the time of day apart from its own', () => {
    const clock = new SystemClock();
    expect(Math.abs(clock.wallTime() - Date.now())).to.be.lessThan(1_000);
    expect(clock.now()).to.be.lessThan(clock.wallTime());
  });
});

describe('SystemRandom', () => {
  it('draws from [0, 1)', () => {
    const random = new SystemRandom();
    for (let count = 0; count < 100; count++) {
      expect(random.next()).to.be.at.least(0).and.lessThan(1);
    }
  });
});
