/** What every `Clock` must do, whether its time is real or not. */
import { expect } from 'chai';

import type { Clock } from '../../src/ports';

export interface ClockWorld {
  readonly clock: Clock;
  /** Lets this much of the clock's time pass, and a little more where time is real. */
  pass(ms: number): Promise<void>;
}

export function clockContract(name: string, makeWorld: () => ClockWorld): void {
  describe(`${name} keeps the contract of Clock`, () => {
    it('calls back once and never early', async () => {
      const { clock, pass } = makeWorld();
      const late: number[] = [];
      // Many, because a timer that may be early is not early each time.
      for (let delayMs = 1; delayMs <= 40; delayMs++) {
        const dueMs = clock.now() + delayMs;
        clock.setTimeout(() => late.push(clock.now() - dueMs), delayMs);
      }
      await pass(60);
      expect(late).to.have.length(40);
      expect(Math.min(...late)).to.be.at.least(0);
    });

    it('takes 1 ms for the shortest delay', async () => {
      const { clock, pass } = makeWorld();
      const startMs = clock.now();
      let firedMs = startMs;
      clock.setTimeout(() => (firedMs = clock.now()), 0);
      expect(firedMs).to.equal(startMs);
      await pass(10);
      expect(firedMs - startMs).to.be.at.least(1);
    });

    it('does not call back what was cleared', async () => {
      const { clock, pass } = makeWorld();
      let fired = false;
      const timer = clock.setTimeout(() => (fired = true), 5);
      clock.clearTimeout(timer);
      clock.clearTimeout(timer);
      await pass(20);
      expect(fired).to.equal(false);
    });

    it('takes no offence at clearing what fired, or nothing', async () => {
      const { clock, pass } = makeWorld();
      const timer = clock.setTimeout(() => undefined, 1);
      await pass(10);
      clock.clearTimeout(timer);
      clock.clearTimeout(undefined);
    });

    it('orders callbacks by when they are due', async () => {
      const { clock, pass } = makeWorld();
      const order: string[] = [];
      clock.setTimeout(() => order.push('later'), 20);
      clock.setTimeout(() => order.push('sooner'), 5);
      await pass(40);
      expect(order).to.deep.equal(['sooner', 'later']);
    });

    it('accepts the longest delay without firing', async () => {
      const { clock, pass } = makeWorld();
      let fired = false;
      const timer = clock.setTimeout(() => (fired = true), 2 ** 31 - 1);
      await pass(20);
      expect(fired).to.equal(false);
      clock.clearTimeout(timer);
    });
  });
}
