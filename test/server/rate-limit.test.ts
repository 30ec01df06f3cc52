import { expect } from 'chai';

import { RateLimit } from '../../src/server/rate-limit';
import { FakeClock } from './conversation-bench';

function makeLimit() {
  const clock = new FakeClock();
  return { clock, limit: new RateLimit({ clock, perSecond: 10, burst: 3 }) };
}

describe('RateLimit', () => {
  it('gives as much at once as it holds', () => {
    const { limit } = makeLimit();
    expect([1, 2, 3, 4].map(() => limit.take())).to.deep.equal([true, true, true, false]);
  });

  it('fills with time, by fractions too', async () => {
    const { clock, limit } = makeLimit();
    limit.take(3);
    await clock.pass(60);
    expect(limit.take()).to.equal(false);
    await clock.pass(60);
    expect(limit.take()).to.equal(true);
    expect(limit.take()).to.equal(false);
  });

  it('holds no more after a long rest', async () => {
    const { clock, limit } = makeLimit();
    await clock.pass(1_000_000);
    expect(limit.take(4)).to.equal(false);
    expect(limit.take(3)).to.equal(true);
  });

  it('takes nothing where there is not enough', () => {
    const { limit } = makeLimit();
    expect(limit.take(4)).to.equal(false);
    expect(limit.take(3)).to.equal(true);
  });
});
