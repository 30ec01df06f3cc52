import { expect } from 'chai';

import type { AnyEvent, RecordedEvent } from '../../../src/events';
import { WallClockInvariant } from '../../../src/sim/invariants/s10-wall-clock';
import { Story, accepted, connected, lost, paused, resumed, started } from './story';

function rtt(rttMs: number): AnyEvent {
  return { type: 'heartbeat.pong', connection: 'c1', rttMs };
}

function up(): Story {
  return new Story(new WallClockInvariant()).at(1_000, 'pi', started, connected('c1'));
}

describe('invariant S10', () => {
  it('holds for lengths that fit the connection', () => {
    const record = { upMs: 4_000, sinceInboundMs: 100, sincePongMs: 200, maxRttMs: 5 };
    expect(up().at(2_000, 'pi', rtt(5)).at(5_000, 'pi', lost('c1', record)).verdict).to.equal(
      'held',
    );
  });

  it('is broken by a round trip below nothing or longer than the connection', () => {
    expect(up().at(2_000, 'pi', rtt(-2)).told).to.deep.equal([
      '2000 pi: a round trip of 0 to 1000 ms; -2 ms',
    ]);
    expect(up().at(2_000, 'pi', rtt(1_002)).verdict).to.equal('broken');
  });

  it('is broken by each length of a record that does not fit', () => {
    const cases = [
      [{ upMs: 4_002 }, 'time up of 0 to 4000 ms; 4002 ms'],
      [{ upMs: 3_998 }, 'time up of 4000 ms or more; 3998 ms'],
      [{ sinceInboundMs: -1 }, 'silence of 0 to 4000 ms; -1 ms'],
      [{ sincePongMs: 9_000 }, 'time without a pong of 0 to 4000 ms; 9000 ms'],
      [{ maxRttMs: 9_000 }, 'the longest round trip of 0 to 4000 ms; 9000 ms'],
    ] as const;
    for (const [record, told] of cases) {
      const story = up().at(5_000, 'pi', lost('c1', { upMs: 4_000, ...record }));
      expect(story.told).to.deep.equal([`5000 pi: ${told}`]);
    }
  });

  it('takes off the time for which a host stood still during the connection, and no other', () => {
    const still = (story: Story, atMs: number): Story =>
      story.at(atMs, 'pi', paused).at(atMs + 3_000, 'pi', resumed(3_000));
    expect(still(up(), 1_500).at(5_000, 'pi', lost('c1', { upMs: 1_000 })).verdict).to.equal(
      'held',
    );
    const before = still(new Story(new WallClockInvariant()).at(0, 'pi', started), 100);
    before.at(4_000, 'pi', connected('c1')).at(8_000, 'pi', lost('c1', { upMs: 1_000 }));
    expect(before.verdict).to.equal('broken');
  });

  it('judges each host and each life by itself, and servers too', () => {
    const story = up().at(5_000, 'spare', lost('c1', { upMs: 9_999 }));
    expect(story.at(6_000, 'pi', started, rtt(9_999)).verdict).to.equal('unknown');
    const server = new Story(new WallClockInvariant()).at(0, 'server', accepted('s1', 'a'));
    expect(server.at(9, 'server', lost('s1', { upMs: 99 })).verdict).to.equal('broken');
  });

  it('forgives what passes within a turn where no steps are told, and no jump of the clock', () => {
    const verdictOf = (upMs: number): string => {
      const invariant = new WallClockInvariant();
      const at = { seq: 1, wallMs: 0, host: 'pi', boot: 1 };
      invariant.observe({ ...at, ...connected('c1'), atMs: 1_000 } as RecordedEvent);
      const end = { ...at, ...lost('c1', { upMs }), atMs: 13_000 } as RecordedEvent;
      return invariant.observe(end).length === 0 ? 'held' : 'broken';
    };
    expect([11_100, 12_067].map(verdictOf)).to.deep.equal(['held', 'held']);
    expect([9_000, 3_612_000, -3_588_000].map(verdictOf)).to.deep.equal(Array(3).fill('broken'));
  });

  it('forgets a connection with its loss', () => {
    const twice = up().at(5_000, 'pi', lost('c1', { upMs: 4_000 }));
    expect(twice.at(6_000, 'pi', rtt(99_999)).verdict).to.equal('held');
  });
});
