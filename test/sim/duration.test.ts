import { expect } from 'chai';

import { duration, durationMs } from '../../src/sim/duration';

describe('a duration', () => {
  it('is a number, a space and a unit', () => {
    const told = {
      '0 ms': 0,
      '1.5 s': 1_500,
      '5 min': 300_000,
      '24 h': 86_400_000,
      '2 d': 172_800_000,
    };
    for (const [text, ms] of Object.entries(told)) expect(duration.parse(text), text).to.equal(ms);
  });

  it('is rounded to whole milliseconds', () => {
    expect(durationMs('0.0006 s')).to.equal(1);
    expect(durationMs('1.4 ms')).to.equal(1);
  });

  it('is nothing else, and says what it must be', () => {
    const wrong = [
      '',
      '5',
      's',
      '5s',
      '5  s',
      ' 5 s',
      '5 s ',
      '-1 s',
      '1e3 s',
      '.5 s',
      '5 sec',
      '5 S',
      5,
      null,
    ];
    for (const value of wrong) {
      const { error, success } = duration.safeParse(value);
      expect(success, String(value)).to.equal(false);
      expect(error?.issues[0]?.message).to.contain(
        'a number, a space and a unit (ms, s, min, h or d)',
      );
    }
  });
});
