import { expect } from 'chai';

import { checkClientSettings } from '../../src/client/client-settings';
import { FlightLimit } from '../../src/client/flight-limit';

const settings = checkClientSettings({ serverUrl: 'ws://hub' });

describe('FlightLimit', () => {
  it('is a second of speech before anything is acknowledged, and when nothing is any more', () => {
    const limit = new FlightLimit(settings);
    expect(limit.bytes(0)).to.equal(32_000);
    limit.acknowledged(500, 50_000);
    expect(limit.bytes(2_499)).to.equal(50_000);
    expect(limit.bytes(2_500)).to.equal(32_000);
  });

  it('is what was acknowledged in the last 2 s, and two seconds of speech at most', () => {
    const limit = new FlightLimit(settings);
    for (let count = 1; count <= 10; count++) limit.acknowledged(count * 500, count * 12_000);
    expect(limit.bytes(5_000)).to.equal(48_000);
    limit.acknowledged(5_100, 500_000);
    expect(limit.bytes(5_100)).to.equal(64_000);
  });

  it('takes acknowledgements that come close together for one', () => {
    const limit = new FlightLimit(settings);
    for (let bytes = 1; bytes <= 50_000; bytes++) limit.acknowledged(1_000, bytes);
    limit.acknowledged(1_099, 60_000);
    expect(limit.bytes(2_999)).to.equal(60_000);
    expect(limit.bytes(3_000)).to.equal(32_000);
  });

  it('is never more than the window', () => {
    const small = checkClientSettings({ serverUrl: 'ws://hub', uplinkLimitBytes: 3_200 });
    expect(new FlightLimit(small).bytes(0)).to.equal(3_200);
  });
});
