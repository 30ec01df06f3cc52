import { expect } from 'chai';

import { PlayHead } from '../../src/audio/play-head';
import { fakeTime } from '../fake-time';

describe('PlayHead', () => {
  it('is 32 bytes further each millisecond, and not beyond what was given', () => {
    const { time, clock } = fakeTime();
    const head = new PlayHead(clock);
    time.tick(1_000);
    head.give(320);
    expect(head.heardBytes()).to.equal(0);
    time.tick(4);
    expect(head.heardBytes()).to.equal(128);
    time.tick(1_000);
    expect([head.heardBytes(), head.givenBytes()]).to.deep.equal([320, 320]);
  });

  it('goes on from where it is with what is given in time, and begins anew after silence', () => {
    const { time, clock } = fakeTime();
    const head = new PlayHead(clock);
    head.give(320);
    time.tick(9);
    head.give(320);
    time.tick(2);
    expect(head.heardBytes()).to.equal(352);
    time.tick(1_000);
    head.give(320);
    time.tick(1);
    expect(head.heardBytes()).to.equal(672);
  });
});
