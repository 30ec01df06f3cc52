import { expect } from 'chai';

import type { AnyEvent } from '../../../src/events';
import { HeartbeatInvariant } from '../../../src/sim/invariants/h01-heartbeat';
import {
  Story,
  accepted,
  connected,
  killed,
  lost,
  paused,
  pinged,
  ponged,
  resumed,
  started,
  tick,
} from './story';

function timedOut(sinceInboundMs: number): AnyEvent {
  return { type: 'heartbeat.timeout', connection: 'c1', sinceInboundMs };
}

function up(): Story {
  return new Story(new HeartbeatInvariant()).at(0, 'pi', started, connected('c1'));
}

describe('invariant H1', () => {
  it('holds for a ping every 30 s that is answered', () => {
    const story = up()
      .at(30_000, 'pi', pinged('c1'))
      .at(30_010, 'pi', ponged('c1'))
      .at(60_000, 'pi', pinged('c1'))
      .at(60_010, 'pi', ponged('c1'));
    expect(story.endAt(90_000).verdict).to.equal('held');
    expect(story.invariant.measurements()[0]?.values).to.deep.equal([30_000, 30_000]);
  });

  it('is broken by a ping that comes too early or too late, and tells when', () => {
    expect(up().at(29_999, 'pi', pinged('c1')).told).to.deep.equal([
      '29999 pi: a ping on c1 every 30000 ms; one 29999 ms after the last',
    ]);
    const second = up().at(30_000, 'pi', pinged('c1')).at(60_001, 'pi', pinged('c1'));
    expect(second.told[0]).to.contain('one 30001 ms after the last');
  });

  it('is broken by an end that sends no ping at all, whatever else happens', () => {
    expect(up().endAt(32_001).told).to.deep.equal([
      '32000 pi: a ping on c1 within 30000 ms; none since 0 ms, and at 32000 ms still not',
    ]);
    expect(up().at(40_000, 'server', tick).verdict).to.equal('broken');
    const server = new Story(new HeartbeatInvariant()).at(0, 'server', accepted('s1', 'a'));
    expect(server.at(40_000, 'server', killed).verdict).to.equal('broken');
  });

  it('asks no ping of a connection that closes as it falls due', () => {
    expect(up().at(31_900, 'pi', lost('c1')).endAt(99_999).verdict).to.equal('unknown');
  });

  it('is broken by silence that is noticed after more than 40 s', () => {
    const beaten = (): Story => up().at(30_000, 'pi', pinged('c1'));
    expect(beaten().at(40_000, 'pi', timedOut(40_000), lost('c1')).verdict).to.equal('held');
    expect(beaten().at(40_001, 'pi', timedOut(40_001)).told).to.deep.equal([
      '40001 pi: silence noticed within 40000 ms; 40001 ms',
    ]);
  });

  it('is broken by an end that pings and never gives up', () => {
    const deaf = up().at(30_000, 'pi', pinged('c1')).at(60_000, 'pi', pinged('c1'));
    expect(deaf.endAt(70_000).verdict).to.equal('held');
    expect(deaf.endAt(70_001).told).to.deep.equal([
      '70000 pi: c1 given up after 70000 ms without a sign of life; ' +
        'none since 0 ms, and at 70000 ms still not',
    ]);
  });

  it('adds a stall and 5 s of grace to the time in which silence is noticed', () => {
    const stalled = (atMs: number): Story =>
      up()
        .at(30_000, 'pi', pinged('c1'))
        .at(35_000, 'pi', paused)
        .at(95_000, 'server', tick)
        .at(100_000, 'pi', resumed(65_000), pinged('c1'))
        .at(atMs, 'pi', timedOut(atMs));
    expect(stalled(105_000).verdict).to.equal('held');
    expect(stalled(110_001).told[0]).to.contain('within 110000 ms');
  });

  it('adds a stall to the next ping of each connection, and to no other', () => {
    const server = new Story(new HeartbeatInvariant())
      .at(0, 'server', accepted('s1', 'a'), accepted('s2', 'b'))
      .at(25_000, 'server', paused)
      .at(35_000, 'server', resumed(10_000))
      .at(35_000, 'server', pinged('s1'))
      .at(36_000, 'server', pinged('s2'));
    expect(server.verdict).to.equal('held');
    const next = server.at(65_001, 'server', pinged('s1'));
    expect(next.told[0]).to.contain('one 30001 ms after the last');
  });

  it('asks nothing of a connection that is lost, or of a life that is over', () => {
    expect(up().at(5, 'pi', lost('c1')).endAt(99_999).breaches).to.deep.equal([]);
    expect(up().at(5, 'pi', killed).endAt(99_999).breaches).to.deep.equal([]);
    const reborn = up().at(5, 'pi', killed).at(9, 'pi', started, connected('c1'));
    expect(reborn.at(30_009, 'pi', pinged('c1')).verdict).to.equal('held');
  });

  it('is unknown where no connection lived long enough', () => {
    expect(up().endAt(29_000).verdict).to.equal('unknown');
  });
});
