import { expect } from 'chai';

import type { RecordedEvent } from '../../src/events';
import { align, type Aligned } from '../../src/replay/align';
import { replay } from '../../src/replay/replay';
import { disconnectsOf, windowOf } from '../../src/replay/window';
import { journalsOf, type Journals } from './journals';

const MINUTE_MS = 60_000;

/** Three hours, and a disconnect in each; the last one is not over when the record ends. */
function longStory(): Promise<Journals> {
  return journalsOf({
    acts: [
      { at: '1820 s', says: 'hey-jarvis' },
      { at: '1850 s', says: 'hey-jarvis' },
    ],
    faults: [
      { at: '30 min', kind: 'reset' },
      { at: '90 min', kind: 'kill', host: 'server', for: '30 s' },
      { at: '150 min', kind: 'outage', for: '60 min' },
    ],
    lasts: '180 min',
  });
}

/** Without what followed when all was healed. */
function untilMinute(minute: number, { record, ...rest }: Aligned): Aligned {
  const events = record.events.filter(({ atMs }) => atMs < minute * MINUTE_MS);
  return { ...rest, record: { ...record, events } };
}

function told(events: readonly RecordedEvent[], host: string): string[] {
  return events.filter((event) => event.host === host).map(({ type }) => type);
}

describe('the window of a long record', () => {
  let journals: Journals;
  let aligned: Aligned;

  before(async () => {
    journals = await longStory();
    aligned = untilMinute(180, align(journals));
  });

  it('knows each disconnect by its number, when it was and whether it is over', () => {
    const found = disconnectsOf(aligned);
    expect(found.map(({ number, label }) => [number, label])).to.deep.equal([
      [1, 'reset'],
      [2, 'fin'],
      [3, 'heartbeat_timeout'],
    ]);
    expect(found.map(({ atMs }) => Math.floor(atMs / MINUTE_MS))).to.deep.equal([30, 90, 150]);
    expect(found.map(({ untilMs }) => untilMs !== undefined)).to.deep.equal([true, true, false]);
  });

  it('begins with the dial of the link that was lost, as if both had started there', () => {
    const [first, second] = disconnectsOf(aligned);
    const { events } = windowOf(aligned, 2).record;
    // The link that was lost was dialled when the one before it had been.
    expect(events[0]?.atMs).to.be.within(first?.atMs ?? NaN, (first?.untilMs ?? NaN) - 1);
    expect(second?.atMs).to.be.above(events[0]?.atMs ?? NaN);
    expect(told(events, 'server')[0]).to.equal('host.started');
    expect(told(events, 'pi').slice(0, 2)).to.deep.equal(['host.started', 'state.changed']);
    expect(events.filter(({ type }) => type === 'link.lost').map(({ host }) => host)).to.include(
      'pi',
    );
  });

  it('ends 30 s after there was a link again', () => {
    const untilMs = disconnectsOf(aligned)[0]?.untilMs ?? NaN;
    const { events } = windowOf(aligned, 1).record;
    const heard = events.filter(({ type }) => type === 'hotword.detected');
    // One 20 s after the disconnect is in it, and one that is 50 s after it is not.
    expect(heard.map(({ atMs }) => Math.round(atMs / 1_000))).to.deep.equal([1_821]);
    expect(events.at(-1)?.atMs).to.be.within(untilMs, untilMs + 30_000);
  });

  it('does not follow an outage for longer than a quarter of an hour', () => {
    const { events } = windowOf(aligned, 3).record;
    const [, , last] = disconnectsOf(aligned);
    const lastedMs = (events.at(-1)?.atMs ?? NaN) - (last?.atMs ?? NaN);
    expect(lastedMs).to.be.within(14 * MINUTE_MS, 15.5 * MINUTE_MS);
  });

  it('refuses a number that no disconnect has, and says how many there are', () => {
    for (const number of [0, 4]) {
      expect(() => windowOf(aligned, number))
        .to.throw(`There is no disconnect ${number}, there are 3.`)
        .with.property('code', 'REPLAY_NO_INCIDENT');
    }
  });

  it('is what a long record is replayed by: the last one, or the one that is named', async () => {
    for (const [incident, expected] of [
      [undefined, 3],
      [1, 1],
      [2, 2],
    ] as const) {
      const replayed = await replay(journals, incident === undefined ? {} : { incident });
      expect(replayed.incident).to.equal(expected);
      expect(replayed.fit.divergence).to.equal(undefined);
    }
  });
});
