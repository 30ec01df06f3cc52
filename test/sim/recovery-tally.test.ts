import { expect } from 'chai';

import { joinedRecovery, RecoveryTally, type Recovery } from '../../src/sim/recovery-tally';

function tally(...measured: readonly Parameters<RecoveryTally['add']>[]): Recovery {
  const made = new RecoveryTally();
  for (const each of measured) made.add(...each);
  return made.read();
}

describe('RecoveryTally', () => {
  it('has rows in the order of the quantities, then by fault, in whatever order they came', () => {
    const rows = tally(
      ['uplink_lost', 'reset', 1],
      ['dead_until_noticed', 'silence', 2],
      ['dead_until_noticed', 'no fault', 3],
      ['dead_until_noticed', 'silence', 4],
    );
    expect(rows.map(({ count, fault, quantity }) => [quantity, fault, count])).to.deep.equal([
      ['dead_until_noticed', 'no fault', 1],
      ['dead_until_noticed', 'silence', 2],
      ['uplink_lost', 'reset', 1],
    ]);
  });

  it('is nothing where nothing was measured', () => {
    expect(tally()).to.deep.equal([]);
  });
});

describe('joinedRecovery', () => {
  const one = tally(['uplink_lost', 'reset', 100], ['uplink_lost', 'reset', 3_000]);
  const other = tally(['uplink_lost', 'reset', 5_000], ['microphone_open', 'kill', 1]);

  it('comes to what all would have come to in one place', () => {
    const all = tally(
      ['uplink_lost', 'reset', 5_000],
      ['uplink_lost', 'reset', 100],
      ['microphone_open', 'kill', 1],
      ['uplink_lost', 'reset', 3_000],
    );
    expect(joinedRecovery([one, other])).to.deep.equal(all);
    expect(joinedRecovery([other, [], one])).to.deep.equal(all);
  });

  it('leaves what it joins as it was', () => {
    const before = structuredClone(one);
    joinedRecovery([one, one]);
    expect(one).to.deep.equal(before);
  });
});
