import { expect } from 'chai';

import type { AnyEvent, RecordedEvent } from '../../../src/events';
import { DeadlinesInvariant } from '../../../src/sim/invariants/l05-deadlines';
import { Story, conversation, killed, paused, resumed, serverStarted, tick } from './story';

const wanted: AnyEvent = {
  type: 'session.requested',
  session: 'a',
  trigger: 'button',
  device: 'kitchen',
};
const opening: AnyEvent = { type: 'engine.opening', engine: 'e1', device: 'kitchen' };
const speech: AnyEvent = { type: 'engine.speech', engine: 'e1' };
const second: AnyEvent = { type: 'audio.sent', connection: 's1', session: 'a', bytes: 32_000 };

function inState(state: string, start: AnyEvent = serverStarted): Story {
  return new Story(new DeadlinesInvariant())
    .at(0, 'server', start)
    .at(0, 'server', wanted, opening, conversation(state));
}

describe('invariant L5', () => {
  for (const [state, limitMs] of [
    ['starting', 5_000],
    ['active', 30_000],
    ['processing', 60_000],
    ['speaking', 5_000],
  ] as const) {
    it(`holds while ${state} lasts ${limitMs} ms, and is broken by more`, () => {
      const left = inState(state).at(limitMs, 'server', conversation('passive'));
      expect(left.endAt(999_999).verdict).to.equal('held');
      expect(inState(state).endAt(limitMs + 1).told).to.deep.equal([
        `${limitMs} server: ${state} left within ${limitMs} ms; the conversation with kitchen is ` +
          `${state} since 0 ms, and at ${limitMs} ms still not`,
      ]);
      expect(inState(state).at(limitMs + 1, 'world', tick).verdict).to.equal('broken');
    });
  }

  it('lets speech put off the end of active, and of nothing else', () => {
    expect(inState('active').at(20_000, 'server', speech).endAt(50_000).verdict).to.equal('held');
    expect(inState('active').at(20_000, 'server', speech).endAt(50_001).verdict).to.equal('broken');
    expect(inState('starting').at(4_000, 'server', speech).endAt(5_001).verdict).to.equal('broken');
  });

  it('lets a conversation speak as long as its audio sounds, and 5 s', () => {
    const spoke = (): Story => inState('speaking').at(0, 'server', second, second);
    expect(spoke().endAt(7_000).verdict).to.equal('held');
    expect(spoke().endAt(7_001).verdict).to.equal('broken');
  });

  it('counts from when the last piece was written, which the end of the audio tells', () => {
    const end: AnyEvent = {
      ...{ type: 'control.sent', connection: 's1', message: 'tts_stream_end' },
      session: 'a',
    };
    const slow = (): Story => inState('speaking').at(0, 'server', second).at(400, 'server', end);
    expect(slow().endAt(6_400).verdict).to.equal('held');
    expect(slow().endAt(6_401).verdict).to.equal('broken');
  });

  it('goes by the time that a server was given', () => {
    const settings = { activeTimeoutMs: 90_000 };
    const start: AnyEvent = { type: 'host.started', program: 'server', settings };
    expect(inState('active', start).endAt(90_000).verdict).to.equal('held');
    expect(inState('active', start).endAt(90_001).verdict).to.equal('broken');
  });

  it('gives a server that stood still as long again, and forgets one that is gone', () => {
    const still = inState('starting').at(1, 'server', paused).at(9_001, 'server', resumed(9_000));
    expect(still.endAt(14_000).verdict).to.equal('held');
    expect(still.endAt(14_001).verdict).to.equal('broken');
    expect(inState('starting').at(1, 'server', killed).endAt(9_999).verdict).to.equal('held');
  });

  it('judges each device by itself, and is unknown without a conversation', () => {
    const two = inState('starting').at(1, 'server', conversation('passive', 'attic'));
    expect(two.endAt(5_001).verdict).to.equal('broken');
    expect(inState('passive').endAt(999_999).verdict).to.equal('unknown');
  });

  it('has no limit for active in a journal, which knows of no speech', () => {
    const machine = new DeadlinesInvariant();
    const stamp = { seq: 1, atMs: 0, wallMs: 0, host: 'server', boot: 1 };
    machine.observe({ ...stamp, ...conversation('active') } as RecordedEvent);
    expect(machine.overdue(999_999)).to.deep.equal([]);
  });
});
