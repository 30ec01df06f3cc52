import { expect } from 'chai';
import fc from 'fast-check';

import type { EventType, RecordedEvent } from '../../src/events';
import { fieldRecord, type FieldRecord, type Journal } from '../../src/journal/field-record';
import type { ScenarioInput } from '../../src/sim/scenario';
import { eventsOfRun, journalIn } from './journals';

/** Three connections, a session on the second, a server that is killed, and 40 minutes of peace. */
const STORY: Partial<ScenarioInput> = {
  latency: '40 ms',
  acts: [
    { at: '30 s', on: 'pi', says: 'hey-jarvis' },
    { at: '31 s', on: 'pi', says: 'what-time-is-it' },
  ],
  faults: [
    { at: '10 s', kind: 'reset', between: ['pi', 'server'] },
    { at: '100 s', kind: 'kill', host: 'server', for: '20 s' },
  ],
  lasts: '40 min',
};

/** What a clock of another machine would have shown: later or earlier, faster or slower. */
interface Skew {
  readonly byMs: number;
  readonly ppm: number;
}

function skewed(journal: Journal, { byMs, ppm }: Skew): Journal {
  const lines = journal.lines.map((line) => ({
    ...line,
    atMs: skewedMs(line.atMs, { byMs, ppm }),
  }));
  return { ...journal, lines };
}

function skewedMs(atMs: number, { byMs, ppm }: Skew): number {
  return atMs * (1 + ppm / 1e6) + byMs;
}

function timesOf(record: FieldRecord, host: string, type: EventType): readonly number[] {
  return record.events
    .filter((event) => event.host === host && event.type === type)
    .map(({ atMs }) => atMs);
}

function skew(maxPpm = 200): fc.Arbitrary<Skew> {
  const ppm = fc.double({ min: -maxPpm, max: maxPpm, noNaN: true });
  return fc.record({ byMs: fc.integer({ min: -1e9, max: 1e9 }), ppm });
}

describe('the record of a house', () => {
  let events: readonly RecordedEvent[];
  let pi: Journal;
  let server: Journal;

  before(async () => {
    events = await eventsOfRun(STORY);
    pi = journalIn(events, 'pi');
    server = journalIn(events, 'server');
  });

  it('is the journal itself, from 0 on, where there is but the client’s', () => {
    const record = fieldRecord(skewed(pi, { byMs: 5_000, ppm: 0 }));
    expect(record.events.map(({ atMs }) => atMs)).to.deep.equal(pi.lines.map(({ atMs }) => atMs));
    expect(record).to.include({ client: 'pi' });
    expect(record.problems).to.deep.equal([]);
    expect(record.offsets).to.deep.equal([]);
  });

  it('knows the clock of the server within the error that it states', () => {
    fc.assert(
      fc.property(skew(), (how) => {
        const { offsets } = fieldRecord(pi, skewed(server, how));
        expect(offsets.length).to.be.greaterThan(2);
        for (const { atMs, errorMs, offsetMs } of offsets) {
          const wrongMs = Math.abs(skewedMs(atMs, how) - (atMs + offsetMs));
          expect(wrongMs).to.be.at.most(errorMs + 0.001);
          // A dial is three one-way delays until it is accepted and one back.
          expect(errorMs).to.be.at.most(100);
        }
      }),
      { numRuns: 100, seed: 11 },
    );
  });

  it('puts every event of the server near where it was, also between connections', () => {
    const truth = fieldRecord(pi, server);
    fc.assert(
      fc.property(skew(50), (how) => {
        const { events: found, problems } = fieldRecord(pi, skewed(server, how));
        expect(problems).to.deep.equal([]);
        const told = found.filter(({ host }) => host === 'server');
        const trueTimes = server.lines.map(({ atMs }) => atMs);
        expect(told.map(({ seq }) => seq)).to.deep.equal(server.lines.map(({ seq }) => seq));
        // Half an hour past the last comparison, 50 ppm are 90 ms.
        for (const [index, { atMs }] of told.entries()) {
          expect(Math.abs(atMs - (trueTimes[index] ?? NaN))).to.be.at.most(200);
        }
      }),
      { numRuns: 50, seed: 12 },
    );
    expect(truth.events.length).to.equal(pi.lines.length + server.lines.length);
  });

  it('keeps the order of what was sent and what came of it', () => {
    const record = fieldRecord(pi, skewed(server, { byMs: -7e8, ppm: 100 }));
    const asked = timesOf(record, 'pi', 'session.requested')[0] ?? NaN;
    const begun = timesOf(record, 'server', 'session.started')[0] ?? NaN;
    const known = timesOf(record, 'pi', 'session.started')[0] ?? NaN;
    expect(asked).to.be.lessThan(begun);
    expect(begun).to.be.lessThan(known);
  });

  it('follows a drift over hours on one connection', async () => {
    const says = (hour: number) => ({ at: `${hour * 3_600} s`, says: 'hey-jarvis' }) as const;
    const long = await eventsOfRun({ acts: [says(1), says(2), says(3)], lasts: '4 h' });
    const how = { byMs: 1e6, ppm: 100 };
    const record = fieldRecord(journalIn(long, 'pi'), skewed(journalIn(long, 'server'), how));
    expect(record.offsets.length).to.equal(4);
    // At 100 ppm three hours are more than a second.
    for (const { atMs, errorMs, offsetMs } of record.offsets) {
      expect(Math.abs(skewedMs(atMs, how) - atMs - offsetMs)).to.be.at.most(errorMs);
      expect(errorMs).to.be.lessThan(30);
    }
  });

  describe('of a machine that was off', () => {
    const off = { at: '60 s', kind: 'power_loss', host: 'pi', for: '30 s' } as const;

    function startsOf(record: FieldRecord): readonly number[] {
      return timesOf(record, 'pi', 'host.started');
    }

    it('is on one line by the time of day', async () => {
      const story = await eventsOfRun({ faults: [off], lasts: '150 s' });
      const record = fieldRecord(journalIn(story, 'pi'));
      expect(startsOf(record)).to.deep.equal([0, 90_000]);
      expect(record.problems).to.deep.equal([]);
    });

    it('corrects the time of day backwards, where it was set after the start', async () => {
      const back = { at: '70 s', kind: 'wall_step', host: 'pi', by: -1_767_225_600_000 } as const;
      const set = { ...back, at: '95 s', by: 1_767_225_600_000 } as const;
      const story = await eventsOfRun({ faults: [off, back, set], lasts: '150 s' });
      const record = fieldRecord(journalIn(story, 'pi'));
      expect(startsOf(record)).to.deep.equal([0, 90_000]);
      expect(record.problems).to.deep.equal([]);
      const walls = record.events.map(({ wallMs }) => wallMs);
      expect(walls).to.deep.equal([...walls].sort((a, b) => a - b));
    });

    it('says so where the time of day cannot be believed', async () => {
      const back = { at: '70 s', kind: 'wall_step', host: 'pi', by: -1_767_225_600_000 } as const;
      const story = await eventsOfRun({ faults: [off, back], lasts: '150 s' });
      const record = fieldRecord(journalIn(story, 'pi'));
      const before = record.events.filter(({ boot }) => boot === 1);
      expect(startsOf(record)[1]).to.equal((before.at(-1)?.atMs ?? NaN) + 1);
      expect(record.problems).to.have.length(1);
      expect(record.problems[0]).to.match(/^For how long the machine of pi was off/);
    });

    it('goes by the clock of the server, which was on', async () => {
      const back = { at: '70 s', kind: 'wall_step', host: 'pi', by: -1_767_225_600_000 } as const;
      const story = await eventsOfRun({ faults: [off, back], lasts: '150 s' });
      const how = { byMs: 3e6, ppm: 0 };
      const record = fieldRecord(journalIn(story, 'pi'), skewed(journalIn(story, 'server'), how));
      expect(record.problems).to.deep.equal([]);
      expect(startsOf(record)[1]).to.be.within(89_900, 90_100);
    });

    it('has the server’s lives in order, whether the client has met them or not', async () => {
      const away = { at: '40 s', kind: 'outage', between: ['pi', 'server'], for: '80 s' } as const;
      const cuts = [60, 80].map((at) => ({ ...off, at: `${at} s`, host: 'server', for: '5 s' }));
      const story = await eventsOfRun({
        faults: [away, ...cuts] as ScenarioInput['faults'],
        lasts: '200 s',
      });
      const record = fieldRecord(journalIn(story, 'pi'), journalIn(story, 'server'));
      const starts = timesOf(record, 'server', 'host.started');
      expect(starts.map((atMs) => Math.round(Math.abs(atMs) / 100))).to.deep.equal([0, 650, 850]);
    });
  });

  it('has the sleep of the client in no time, and the server around it', async () => {
    const asleep = { at: '30 s', kind: 'suspend', host: 'pi', for: '10 min' } as const;
    const story = await eventsOfRun({ faults: [asleep], lasts: '13 min' });
    const record = fieldRecord(journalIn(story, 'pi'), journalIn(story, 'server'));
    const stepped = timesOf(record, 'pi', 'clock.stepped');
    expect(stepped).to.deep.equal([30_000]);
    const order = record.events.filter(
      ({ type }) => type === 'link.lost' || type === 'link.accepted',
    );
    expect(order.slice(0, 4).map(({ host, type }) => `${host} ${type}`)).to.deep.equal([
      'server link.accepted',
      'server link.lost',
      'pi link.lost',
      'server link.accepted',
    ]);
    const [first = NaN, second = NaN] = record.offsets.map(({ offsetMs }) => offsetMs);
    expect(second - first).to.be.within(599_900, 600_100);
  });

  it('puts the server by time of day where no connection is told of by both', () => {
    const strangers = server.lines.map((line) =>
      line.type === 'link.accepted' ? { ...line, connection: 'x-1' } : line,
    ) as readonly RecordedEvent[];
    const record = fieldRecord(pi, skewed({ ...server, lines: strangers }, { byMs: 1e7, ppm: 0 }));
    expect(record.problems).to.have.length(1);
    expect(record.problems[0]).to.match(/^No connection is told of by both/);
    expect(timesOf(record, 'server', 'host.started')[0]).to.equal(0);
  });

  it('has the lines of a life before the one that is known to follow it', () => {
    const times = fieldRecord(pi, server).events.map(({ atMs }) => atMs);
    expect(times).to.deep.equal([...times].sort((a, b) => a - b));
  });
});
