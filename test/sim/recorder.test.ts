import { expect } from 'chai';

import type { AnyEvent, RecordedEvent } from '../../src/events';
import { Recorder } from '../../src/sim/recorder';

const stamp = { atMs: 1, wallMs: 2, host: 'pi', boot: 1, step: 3 };
const killed: AnyEvent = { type: 'host.killed' };
const paused: AnyEvent = { type: 'host.paused' };

function recorder(keep = 10, seen: RecordedEvent[] = []): Recorder {
  return new Recorder({ observers: [(event) => seen.push(event)], keep });
}

/** The hash of what is recorded: events as they are, text as bytes of the wire. */
function hashOf(...parts: readonly (AnyEvent | string)[]): string {
  const one = recorder();
  for (const part of parts) {
    if (typeof part === 'string') one.foldBytes(Buffer.from(part));
    else one.record(stamp, part);
  }
  return one.digest();
}

describe('Recorder', () => {
  it('numbers the events, and shows each to the observers', () => {
    const seen: RecordedEvent[] = [];
    const one = recorder(10, seen);
    one.record(stamp, killed);
    one.record(stamp, paused);
    expect(seen.map(({ seq, type }) => [seq, type])).to.deep.equal([
      [1, 'host.killed'],
      [2, 'host.paused'],
    ]);
    expect(one.events).to.equal(2);
  });

  it('gives the same hash for the same recording', () => {
    expect(hashOf(killed, 'abc', paused)).to.equal(hashOf(killed, 'abc', paused));
  });

  it('gives another hash for another event, field, stamp, byte or order', () => {
    const hashes = [
      hashOf(killed, 'abc', paused),
      hashOf(killed, 'abc', killed),
      hashOf(killed, 'abd', paused),
      hashOf(killed, 'ab', paused),
      hashOf('abc', killed, paused),
      hashOf(paused, 'abc', killed),
      hashOf(killed, 'abc'),
      hashOf(killed, 'abc', { type: 'host.resumed', pausedMs: 1 }),
      hashOf(killed, 'abc', { type: 'host.resumed', pausedMs: 2 }),
    ];
    expect(new Set(hashes).size).to.equal(hashes.length);
    for (const changed of [{ atMs: 9 }, { host: 'x' }, { boot: 2 }, { step: 4 }, { wallMs: 9 }]) {
      const other = recorder();
      other.record({ ...stamp, ...changed }, killed);
      expect(other.digest()).to.not.equal(hashOf(killed));
    }
  });

  it('hashes a recording that is longer than a piece of it', () => {
    const long = Array.from({ length: 5_000 }, () => killed);
    expect(hashOf(...long)).to.equal(hashOf(...long));
    expect(hashOf(...long)).to.not.equal(hashOf(...long, killed));
  });

  it('keeps the last events, oldest first, and no more than it was told', () => {
    for (const keep of [0, 1, 7]) {
      const one = recorder(keep);
      for (let count = 0; count < 100; count++) one.record(stamp, killed);
      const kept = one.lastEvents().map(({ seq }) => seq);
      expect(kept, `keep ${keep}`).to.deep.equal([94, 95, 96, 97, 98, 99, 100].slice(7 - keep));
    }
  });
});
