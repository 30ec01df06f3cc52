import { readFileSync } from 'node:fs';

import { expect } from 'chai';

import { machineStart } from '../../src/adapters/machine-start';

describe('the name of a start of the machine', () => {
  it('is the same each time, and tells nothing of the machine', function () {
    if (process.platform !== 'linux') this.skip(); // what it comes from is not elsewhere
    const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
    expect(machineStart())
      .to.match(/^[0-9a-f]{12}$/)
      .and.equal(machineStart());
    expect(bootId.replaceAll('-', '')).to.not.include(machineStart());
  });

  it('comes from the time of the start where the system has no name for it', () => {
    const name = machineStart('/nowhere');
    expect(name)
      .to.match(/^[0-9a-f]{12}$/)
      .and.not.equal(machineStart());
  });
});
