import { expect } from 'chai';

import { setAlarm } from '../../src/toxiproxy/alarm';

describe('alarm', () => {
  it('goes a long way in hops that a timer can take', () => {
    const delays: number[] = [];
    let nowMs = 0;
    let next = (): void => undefined;
    let rung = 0;
    const clock = {
      now: () => nowMs,
      setTimeout: (callback: () => void, delayMs: number) => {
        delays.push(delayMs);
        next = () => {
          nowMs += delayMs;
          callback();
        };
        return {};
      },
      clearTimeout: () => undefined,
    };
    setAlarm(clock, 2 ** 32, () => (rung += 1));
    for (let hop = 0; hop < 3; hop++) {
      expect(rung).to.equal(0);
      next();
    }
    expect(rung).to.equal(1);
    expect(delays).to.deep.equal([2 ** 31 - 1, 2 ** 31 - 1, 2]);
  });

  it('asks for no time below zero, though time goes on while it looks', () => {
    const delays: number[] = [];
    let nowMs = 0;
    const clock = {
      now: () => (nowMs += 1),
      setTimeout: (_: () => void, delayMs: number) => {
        delays.push(delayMs);
        return {};
      },
      clearTimeout: () => undefined,
    };
    // A slicer waits for a hundredth of a millisecond, and a SystemClock refuses less than none.
    setAlarm(clock, 0.01, () => undefined);
    expect(delays).to.deep.equal([0]);
  });
});
