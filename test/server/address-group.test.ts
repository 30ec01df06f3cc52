import { expect } from 'chai';

import { addressGroup } from '../../src/server/address-group';

describe('addressGroup', () => {
  for (const [address, group] of [
    ['10.0.0.7', '10.0.0.7'],
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:10.0.0.7', '10.0.0.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['2001:db8::1:2:3:4:5', '2001:db8:0:1::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::7%eth0', 'fe80::7%eth0'],
    ['', ''],
    ['pi', 'pi'],
  ] as const) {
    it(`is '${group}' for '${address}'`, () => {
      expect(addressGroup(address)).to.equal(group);
    });
  }
});
