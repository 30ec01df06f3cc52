import { expect } from 'chai';

import type { AnyEvent, RecordedEvent } from '../../../src/events';
import { PatienceInvariant } from '../../../src/sim/invariants/s09-patience';
import { Story, closed, connected, paused, pinged, ponged, resumed, started } from './story';

function gaveUp(sinceInboundMs = 40_000, connection = 'c1'): AnyEvent {
  return { type: 'heartbeat.timeout', connection, sinceInboundMs };
}

function beaten(): Story {
  return new Story(new PatienceInvariant())
    .at(0, 'pi', started, connected('c1'))
    .at(30_000, 'pi', pinged('c1'));
}

describe('invariant S9', () => {
  it('holds for pings that are answered, and for a peer that is silent for 10 s', () => {
    expect(beaten().at(30_010, 'pi', ponged('c1')).verdict).to.equal('held');
    expect(beaten().at(40_000, 'pi', gaveUp()).verdict).to.equal('held');
  });

  it('is broken by giving up too early, and tells the wait', () => {
    expect(beaten().at(39_999, 'pi', gaveUp()).told).to.deep.equal([
      '39999 pi: 10000 ms for a pong; 9999 ms',
    ]);
  });

  it('is broken by giving up a peer that has answered, or was not asked', () => {
    const told = '40000 pi: patience with a peer that answers; given up';
    const answered = beaten().at(30_010, 'pi', ponged('c1'));
    expect(answered.at(40_000, 'pi', gaveUp()).told).to.deep.equal([told]);
    const unasked = new Story(new PatienceInvariant()).at(40_000, 'pi', gaveUp());
    expect(unasked.told).to.deep.equal([told]);
  });

  it('is broken by giving up a peer of whom something else has come', () => {
    expect(beaten().at(40_000, 'pi', gaveUp(2_000)).told).to.deep.equal([
      '40000 pi: 10000 ms for a pong; 2000 ms',
    ]);
  });

  it('goes by the oldest ping that is unanswered', () => {
    const twice = beaten().at(60_000, 'pi', pinged('c1'));
    expect(twice.at(60_001, 'pi', gaveUp()).verdict).to.equal('held');
  });

  it('holds for a host that stood still and then waited on', () => {
    const still = beaten().at(31_000, 'pi', paused).at(91_000, 'pi', resumed(60_000));
    expect(still.at(96_000, 'pi', gaveUp()).verdict).to.equal('held');
  });

  it('goes by the silence alone where a journal has no beats', () => {
    const machine = new PatienceInvariant();
    const stamp = { seq: 1, atMs: 90_000, wallMs: 0, host: 'pi', boot: 1 };
    const journal = (sinceInboundMs: number) =>
      machine.observe({ ...stamp, ...gaveUp(sinceInboundMs) } as RecordedEvent);
    expect(journal(40_000)).to.deep.equal([]);
    expect(journal(9_999)).to.have.length(1);
  });

  it('judges each connection, host and life by itself', () => {
    const other = beaten().at(30_010, 'pi', pinged('c2'), ponged('c2'));
    expect(other.at(40_000, 'pi', gaveUp()).verdict).to.equal('held');
    expect(beaten().at(40_000, 'spare', gaveUp()).verdict).to.equal('broken');
    expect(beaten().at(40_000, 'pi', started, gaveUp()).verdict).to.equal('broken');
    expect(beaten().at(40_000, 'pi', closed('c1'), gaveUp()).verdict).to.equal('broken');
  });

  it('is unknown without an answer or a timeout', () => {
    expect(beaten().endAt(99_999).verdict).to.equal('unknown');
  });
});
