import { expect } from 'chai';
import fc from 'fast-check';

import type { RecordedEvent } from '../../src/events';
import { eventTable } from '../../src/report/html/event-table';
import { EventView } from '../../src/report/html/page/event-view';
import { event, RECORDING } from './traces';

/** What a page has of events, after they were written and read. */
function readBack(events: readonly RecordedEvent[]): readonly unknown[] {
  const table = JSON.parse(JSON.stringify(eventTable(events))) as ReturnType<typeof eventTable>;
  const view = new EventView(table);
  return events.map((_, index) => view.event(index));
}

describe('eventTable', () => {
  it('is read back as the events that it was made from', () => {
    expect(readBack(RECORDING)).to.deep.equal(RECORDING);
  });

  it('is read back whatever fields events have', () => {
    const fields = fc.dictionary(
      fc
        .string({ minLength: 1 })
        .filter((name) => !/^(seq|atMs|wallMs|step|__proto__)$/.test(name)),
      fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string())),
    );
    const property = fc.property(fc.array(fields), (all) => {
      const events = all.map((each, index) =>
        event(index + 1, index * 10, { ...each, host: 'pi', boot: 1, type: 'any' }),
      );
      expect(readBack(events)).to.deep.equal(events);
    });
    fc.assert(property, { seed: 1, numRuns: 200 });
  });

  it('keeps times to the microsecond, and adds up no error', () => {
    const events = Array.from({ length: 10_000 }, (_, index) =>
      event(index + 1, index * 0.1, { type: 'any' }),
    );
    const view = new EventView(eventTable(events));
    expect(view.at(9_999)).to.equal(999.9);
  });

  it('has at the time before it what has no time, and all after it at theirs', () => {
    const at = [10, NaN, Infinity, 30].map((atMs, nth) => event(nth + 1, atMs, { type: 'any' }));
    const view = new EventView(JSON.parse(JSON.stringify(eventTable(at))) as never);
    expect([0, 1, 2, 3].map((index) => view.at(index))).to.deep.equal([10, 10, 10, 30]);
  });

  it('has events of a journal, which have no steps', () => {
    const { step: _step, ...journalled } = event(4, 5, { type: 'link.lost' });
    expect(readBack([journalled as RecordedEvent])).to.deep.equal([journalled]);
  });

  it('needs less than 40 bytes for an event of a stream', () => {
    const events = Array.from({ length: 1_000 }, (_, index) => {
      const fields = { type: 'audio.sent', connection: 'c1', session: 'a1', bytes: 3_200 };
      return event(index + 1, index * 100, fields);
    });
    expect(JSON.stringify(eventTable(events)).length / 1_000).to.be.below(40);
  });
});

describe('EventView', () => {
  it('finds the last event up to an instant', () => {
    const view = new EventView(eventTable(RECORDING));
    expect([-1, 0, 999, 1_000, 10_001].map((ms) => view.lastUntil(ms))).to.deep.equal([
      -1, 4, 7, 8, 29,
    ]);
  });
});
