import { expect } from 'chai';

import { isDurable, type RecordedEvent } from '../../src/events';
import { comparedWith } from '../../src/report/html/compared';
import { RECORDING } from './traces';

const JOURNAL = RECORDING.filter(({ type }) => isDurable(type));

/** The journal, with other fields in one event. */
function changed(type: string, fields: Record<string, unknown>): readonly RecordedEvent[] {
  return JOURNAL.map((event) => (event.type === type ? { ...event, ...fields } : event)) as never;
}

describe('comparedWith', () => {
  it('finds no divergence in a journal of the same, which has durable events alone', () => {
    const { divergence, events, label } = comparedWith(RECORDING, 'journal', JOURNAL);
    expect(divergence).to.equal(undefined);
    expect(events.count).to.equal(JOURNAL.length);
    expect(label).to.equal('journal');
  });

  it('takes no notice of ids that chance has given', () => {
    const other = changed('session.requested', { session: 'zz', seq: 99 });
    expect(comparedWith(RECORDING, 'journal', other).divergence).to.equal(undefined);
  });

  it('finds the first thing that is not the same', () => {
    const other = changed('link.lost', { label: 'fin' });
    expect(comparedWith(RECORDING, 'journal', other).divergence).to.deep.equal({
      atMs: 4_010,
      host: 'pi',
      run: 'link.lost label=reset initiator=network',
      other: 'link.lost label=fin initiator=network',
    });
  });

  it('finds where one of them ends too early', () => {
    const short = JOURNAL.filter(({ atMs }) => atMs < 4_400);
    expect(comparedWith(RECORDING, 'journal', short).divergence).to.deep.include({
      atMs: 4_500,
      other: 'nothing more',
    });
  });
});
