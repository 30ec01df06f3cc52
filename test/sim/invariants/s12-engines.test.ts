import { expect } from 'chai';

import type { AnyEvent } from '../../../src/events';
import { EnginesInvariant } from '../../../src/sim/invariants/s12-engines';
import {
  Story,
  conversation,
  killed,
  paused,
  resumed,
  serverStarted,
  stopping,
  tick,
} from './story';

function opening(engine: string, device = 'kitchen'): AnyEvent {
  return { type: 'engine.opening', engine, device };
}

function opened(engine: string, device = 'kitchen'): AnyEvent {
  return { type: 'engine.opened', engine, device };
}

function engineClosed(engine: string, timedOut = false): AnyEvent {
  return { type: 'engine.closed', engine, timedOut };
}

function inUse(): Story {
  return new Story(new EnginesInvariant())
    .at(0, 'server', serverStarted, conversation('starting'), opening('e1'))
    .at(100, 'server', opened('e1'), conversation('active'));
}

function released(): Story {
  return inUse().at(1_000, 'server', conversation('passive'));
}

describe('invariant S12', () => {
  it('holds where an engine is closed within 5 s of its conversation', () => {
    expect(released().at(6_000, 'server', engineClosed('e1', true)).endAt(99_999).verdict).to.equal(
      'held',
    );
  });

  it('is broken by an engine that is not closed 5 s later, and names it', () => {
    const told = [
      '6000 server: engine e1 closed within 5000 ms; ' +
        'engine e1 was released at 1000 ms, and at 6000 ms still not',
    ];
    expect(released().at(6_001, 'server', engineClosed('e1')).told).to.deep.equal(told);
    expect(released().endAt(6_001).told).to.deep.equal(told);
  });

  it('is broken by a second engine of a device that is not closing', () => {
    expect(inUse().at(200, 'server', opening('e2')).told).to.deep.equal([
      '200 server: one engine for kitchen; e2 is opened while e1 is in use',
    ]);
    expect(released().at(1_000, 'server', opening('e2')).verdict).to.equal('held');
    expect(inUse().at(200, 'server', opening('e2', 'attic')).verdict).to.equal('held');
  });

  it('counts one that still opens as in use', () => {
    const two = new Story(new EnginesInvariant()).at(0, 'server', opening('e1'), opening('e2'));
    expect(two.verdict).to.equal('broken');
  });

  it('gives one that opens too late 5 s from then on', () => {
    const late = (closedAtMs: number): Story =>
      new Story(new EnginesInvariant())
        .at(0, 'server', opening('e1'))
        .at(5_000, 'server', conversation('passive'))
        .at(20_000, 'server', opened('e1'))
        .at(closedAtMs, 'server', engineClosed('e1'));
    expect(late(25_000).verdict).to.equal('held');
    expect(late(25_001).verdict).to.equal('broken');
  });

  it('demands nothing of one that never opens', () => {
    const never = new Story(new EnginesInvariant())
      .at(0, 'server', opening('e1'))
      .at(5_000, 'server', conversation('passive'))
      .endAt(99_999);
    expect(never.verdict).to.equal('held');
  });

  it('is broken by an engine that is open 3 s after the server was told to stop', () => {
    expect(inUse().at(200, 'server', stopping).endAt(3_200).verdict).to.equal('held');
    expect(inUse().at(200, 'server', stopping).endAt(3_201).told[0]).to.contain(
      'closed within 3000 ms',
    );
  });

  it('forgets what a dead process had, and gives one that stood still more time', () => {
    expect(released().at(2_000, 'server', killed).endAt(99_999).verdict).to.equal('held');
    const still = released()
      .at(2_000, 'server', paused)
      .at(30_000, 'pi', tick)
      .at(62_000, 'server', resumed(60_000))
      .at(66_000, 'server', engineClosed('e1'));
    expect(still.verdict).to.equal('held');
  });

  it('says what is pending, and is unknown without an engine', () => {
    expect(released().invariant.pending()).to.deep.equal([
      'server: engine e1 was released at 1000 ms',
    ]);
    expect(new Story(new EnginesInvariant()).at(0, 'server', serverStarted).verdict).to.equal(
      'unknown',
    );
  });
});
