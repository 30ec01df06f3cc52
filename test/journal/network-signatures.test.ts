import { expect } from 'chai';

import { explain } from '../../src/journal/explain';
import { fieldRecord } from '../../src/journal/field-record';
import { causesOf, failed, journal, started, up } from './by-hand';

/** What a client is told that could not connect at its start, by the status of the answer. */
function causeOf(status: number): string | undefined {
  const lines = journal([0, started], [1_000, failed('http_status', status)], [9_000, up('c3')]);
  return causesOf(explain(fieldRecord(lines)))[0];
}

describe('what lies between the two', () => {
  it('is known by the status of its answer; one that agrees to the upgrade was garbled', () => {
    expect([302, 503, 400, 101].map(causeOf)).to.deep.equal([
      'captive_portal, certain',
      'gateway, likely',
      'gateway, likely',
      'corruption, likely',
    ]);
  });
});
