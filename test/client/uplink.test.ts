import { expect } from 'chai';
import fc from 'fast-check';

import { checkClientSettings } from '../../src/client/client-settings';
import { Uplink } from '../../src/client/uplink';
import type { LinkEvent } from '../../src/events';

const LIMIT_BYTES = 64_000;
const CHUNK_BYTES = 3_200;
/** What flies before anything is acknowledged. */
const LEAST_BYTES = 32_000;
const settings = checkClientSettings({ serverUrl: 'ws://hub' });

const NO_TIMERS = { setTimeout: () => ({}), clearTimeout: () => undefined };

/** An uplink, what it sent, and what it dropped. */
class Bench {
  readonly sent: Buffer[] = [];
  readonly dropped: (LinkEvent & { readonly type: 'audio.dropped' })[] = [];
  readonly uplink: Uplink;
  /** In the base protocol: what the kernel has not taken. */
  unsentBytes = 0;
  nowMs = 0;
  private takenBytes = 0;

  constructor(protocol: 'base' | 'tars.v2' = 'tars.v2') {
    this.uplink = new Uplink({
      session: 's1',
      clock: { ...NO_TIMERS, now: () => this.nowMs },
      settings,
      events: { emit: (event) => event.type === 'audio.dropped' && this.dropped.push(event) },
      send: (chunk) => {
        this.sent.push(Buffer.from(chunk));
        if (protocol === 'base') this.unsentBytes += chunk.length;
      },
      ...(protocol === 'base' ? { unsentBytes: () => this.unsentBytes } : {}),
    });
  }

  /** Takes chunks whose bytes are their number in the order of taking, from 0. */
  take(chunks: number): void {
    for (let count = 0; count < chunks; count++) this.takeBytes(CHUNK_BYTES);
  }

  takeBytes(bytes: number): void {
    const pcm = Buffer.alloc(bytes);
    for (let at = 0; at < bytes; at++) {
      pcm[at] = Math.floor((this.takenBytes + at) / CHUNK_BYTES) % 256;
    }
    this.takenBytes += bytes;
    this.uplink.take(pcm);
  }

  get sentBytes(): number {
    return this.sent.reduce((sum, { length }) => sum + length, 0);
  }

  /** Which chunks were sent, by number. */
  get numbers(): (number | undefined)[] {
    return this.sent.map((chunk) => chunk[0]);
  }

  get droppedBytes(): number {
    return this.dropped.reduce((sum, { bytes }) => sum + bytes, 0);
  }
}

function numbersFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

describe('Uplink', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  it('sends nothing before it is open', () => {
    bench.take(10);
    expect(bench.sent).to.deep.equal([]);
  });

  it('sends what was said before it was open first, in order', () => {
    bench.take(3);
    bench.uplink.open();
    bench.take(2);
    expect(bench.numbers).to.deep.equal([0, 1, 2, 3, 4]);
  });

  it('keeps the last 2 s of what was said before it was open', () => {
    bench.take(25);
    bench.uplink.open();
    bench.uplink.acknowledge(LEAST_BYTES);
    expect(bench.numbers).to.deep.equal(numbersFrom(5, 20));
    expect(bench.droppedBytes).to.equal(5 * CHUNK_BYTES);
  });

  it('sends chunks of 3,200 bytes, whatever the pieces it takes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 30 }), (samples) => {
        const each = new Bench();
        each.uplink.open();
        let taken = 0;
        for (const count of samples) {
          each.takeBytes(count * 2);
          taken += count * 2;
          each.uplink.acknowledge(each.sentBytes);
        }
        expect(each.sent.every(({ length }) => length === CHUNK_BYTES)).to.equal(true);
        const sent = Buffer.concat(each.sent);
        sent.forEach((byte, at) => {
          if (byte !== Math.floor(at / CHUNK_BYTES) % 256) throw new Error(`byte ${at} is ${byte}`);
        });
        expect(taken - each.sentBytes - each.droppedBytes).to.be.within(0, CHUNK_BYTES - 1);
      }),
    );
  });

  it('has at most 64,000 bytes on their way, and drops what is too much, oldest first', () => {
    bench.uplink.open();
    bench.take(30);
    expect(bench.sentBytes).to.equal(LEAST_BYTES);
    bench.uplink.acknowledge(LEAST_BYTES);
    expect(bench.numbers).to.deep.equal([...numbersFrom(0, 10), ...numbersFrom(20, 10)]);
    expect(bench.droppedBytes).to.equal(10 * CHUNK_BYTES);
    expect(bench.dropped.every(({ reason }) => reason === 'uplink_full')).to.equal(true);
  });

  it('goes on as far as the server has taken what was sent', () => {
    bench.uplink.open();
    bench.take(20);
    bench.uplink.acknowledge(5 * CHUNK_BYTES);
    bench.take(6);
    expect(bench.numbers).to.deep.equal(numbersFrom(0, 15));
    expect(bench.droppedBytes).to.equal(CHUNK_BYTES);
  });

  it('has no room until a whole chunk of it is there', () => {
    bench.uplink.open();
    bench.take(20);
    bench.uplink.acknowledge(CHUNK_BYTES - 1);
    expect(bench.numbers.at(-1)).to.equal(9);
    bench.uplink.acknowledge(CHUNK_BYTES);
    expect(bench.numbers.at(-1)).to.equal(10);
  });

  it('has no more in flight than was taken in the last 2 s, a second of speech at least', () => {
    bench.uplink.open();
    for (let chunks = 1; chunks <= 5; chunks++) {
      bench.nowMs += 500;
      bench.take(10);
      bench.uplink.acknowledge(bench.sentBytes);
    }
    // Five times 10 chunks were taken, four times in the last 2 s: more than the 20 of the bound.
    bench.take(30);
    expect(bench.sentBytes).to.equal(70 * CHUNK_BYTES);
    // The link becomes slow, and what flies already is more.
    bench.nowMs += 2_500;
    bench.uplink.acknowledge(51 * CHUNK_BYTES);
    bench.take(5);
    bench.uplink.acknowledge(60 * CHUNK_BYTES);
    expect(bench.sentBytes).to.equal(70 * CHUNK_BYTES);
    bench.uplink.acknowledge(61 * CHUNK_BYTES);
    expect(bench.sentBytes).to.equal(71 * CHUNK_BYTES);
  });

  for (const [what, bytes] of [
    ['more than was sent', 5 * CHUNK_BYTES],
    ['an infinity', Infinity],
    ['a negative number', -CHUNK_BYTES],
  ] as const) {
    it(`takes no notice of an acknowledgement of ${what}`, () => {
      bench.uplink.open();
      bench.take(4);
      bench.uplink.acknowledge(bytes);
      bench.take(20);
      expect(bench.sentBytes).to.equal(LEAST_BYTES);
    });
  }

  it('takes no notice of an acknowledgement that shrinks', () => {
    bench.uplink.open();
    bench.take(10);
    bench.uplink.acknowledge(10 * CHUNK_BYTES);
    bench.uplink.acknowledge(CHUNK_BYTES);
    bench.take(10);
    expect(bench.sentBytes).to.equal(20 * CHUNK_BYTES);
  });

  it('keeps its bound whatever is acknowledged, and sends in order and once', () => {
    const step = fc.oneof(
      fc.record({ take: fc.integer({ min: 1, max: 30 }) }),
      fc.record({ acknowledge: fc.integer({ min: -10, max: 200_000 }) }),
      fc.constant({ open: true }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const each = new Bench();
        let honest = 0;
        for (const act of steps) {
          if ('take' in act) each.take(act.take);
          else if ('open' in act) each.uplink.open();
          else {
            each.uplink.acknowledge(act.acknowledge);
            if (act.acknowledge <= each.sentBytes) honest = Math.max(honest, act.acknowledge);
          }
          expect(each.sentBytes - honest).to.be.at.most(LIMIT_BYTES);
        }
        const numbers = each.numbers.map(Number);
        expect(numbers).to.deep.equal([...new Set(numbers)].sort((a, b) => a - b));
      }),
    );
  });

  it('forgets what waits when it is closed, and takes nothing more', () => {
    bench.take(5);
    bench.uplink.close();
    bench.uplink.open();
    bench.take(5);
    bench.uplink.acknowledge(1);
    expect(bench.sent).to.deep.equal([]);
  });

  describe('whose ear is closed for an answer', () => {
    it('forgets a chunk that was begun', () => {
      bench.uplink.open();
      bench.takeBytes(CHUNK_BYTES / 2);
      bench.uplink.cut();
      bench.takeBytes(CHUNK_BYTES / 2);
      expect(bench.sent).to.deep.equal([]);
    });

    it('sends nothing more, however late what was sent is acknowledged', () => {
      bench.uplink.open();
      bench.take(25);
      bench.uplink.hush();
      bench.uplink.acknowledge(LEAST_BYTES);
      expect(bench.sentBytes).to.equal(LEAST_BYTES);
      expect(bench.droppedBytes).to.equal(15 * CHUNK_BYTES);
    });
  });

  describe('to a base server, which acknowledges nothing', () => {
    beforeEach(() => {
      bench = new Bench('base');
      bench.uplink.open();
    });

    it('has at most 64,000 bytes that the kernel has not taken', () => {
      bench.take(30);
      expect(bench.sentBytes).to.equal(LIMIT_BYTES);
      bench.unsentBytes = 0;
      bench.take(1);
      expect(bench.numbers.at(-1)).to.equal(30);
    });

    it('sends nothing and keeps nothing while more than that is stuck', () => {
      bench.unsentBytes = 10 * LIMIT_BYTES;
      bench.take(100);
      expect(bench.sent).to.deep.equal([]);
      expect(bench.droppedBytes).to.equal(100 * CHUNK_BYTES);
    });
  });
});
