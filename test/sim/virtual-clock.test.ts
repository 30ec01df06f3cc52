import { expect } from 'chai';

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import type { Clock } from '../../src/ports';
import { VirtualClock, type Entry } from '../../src/sim/virtual-clock';
import { clockContract } from '../contract/clock';

function runTo(clock: VirtualClock, untilMs: number): void {
  for (let entry = clock.next(untilMs); entry; entry = clock.next(untilMs)) entry.run();
}

/** The port as a host would have it: what is left to it is the shortest delay. */
function portOf(clock: VirtualClock): Clock {
  return {
    now: () => clock.now(),
    setTimeout: (run, delayMs) => clock.schedule(Math.max(1, Math.ceil(delayMs)), run),
    clearTimeout: (timer) => clock.cancel(timer as Entry | undefined),
  };
}

/** Garbage is not counted: when it is collected is not the same in every version of Node. */
function bytesInUse(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

clockContract('VirtualClock', () => {
  const clock = new VirtualClock();
  const pass = async (ms: number): Promise<void> => runTo(clock, clock.now() + ms);
  return { clock: portOf(clock), pass };
});

describe('VirtualClock', () => {
  let clock: VirtualClock;
  let trace: string[];

  beforeEach(() => {
    clock = new VirtualClock();
    trace = [];
  });

  function plan(delayMs: number, name: string): Entry {
    return clock.schedule(delayMs, () => trace.push(`${clock.now()} ${name}`));
  }

  it('jumps from instant to instant, and then to where it was told', () => {
    plan(30, 'b');
    plan(10, 'a');
    runTo(clock, 100);
    expect(trace).to.deep.equal(['10 a', '30 b']);
    expect(clock.now()).to.equal(100);
  });

  it('hands out what is due at the end, and nothing that comes after it', () => {
    plan(100, 'at the end');
    plan(101, 'after');
    runTo(clock, 100);
    expect(trace).to.deep.equal(['100 at the end']);
    runTo(clock, 101);
    expect(trace).to.have.length(2);
  });

  it('does not run what it hands out', () => {
    const entry = plan(5, 'a');
    expect(clock.next(10)).to.equal(entry);
    expect(trace).to.deep.equal([]);
    expect(clock.now()).to.equal(5);
  });

  it('goes by the order of scheduling within an instant', () => {
    plan(10, 'a');
    clock.schedule(5, () => plan(5, 'c'));
    plan(10, 'b');
    runTo(clock, 10);
    expect(trace).to.deep.equal(['10 a', '10 b', '10 c']);
  });

  it('takes a delay of 0 as later in this instant', () => {
    clock.schedule(10, () => plan(0, 'last'));
    plan(10, 'first');
    runTo(clock, 10);
    expect(trace).to.deep.equal(['10 first', '10 last']);
  });

  it('does not hand out what was cancelled, within an instant too', () => {
    const victim = plan(10, 'victim');
    clock.schedule(5, () => clock.cancel(victim));
    const neighbour = clock.schedule(20, () => clock.cancel(second));
    const second = plan(20, 'second');
    plan(20, 'third');
    runTo(clock, 100);
    clock.cancel(neighbour);
    clock.cancel(undefined);
    expect(trace).to.deep.equal(['20 third']);
  });

  it('goes further than 2^31 ms', () => {
    const yearMs = 365 * 24 * 3_600_000;
    plan(yearMs, 'a year');
    plan(2 ** 31, 'a hop and 1 ms');
    runTo(clock, 2 * yearMs);
    expect(trace).to.deep.equal([`${2 ** 31} a hop and 1 ms`, `${yearMs} a year`]);
    expect(clock.now()).to.equal(2 * yearMs);
  });

  it('stops where it is told though a hop ends there', () => {
    plan(2 ** 31 + 5, 'far');
    plan(2 ** 31 - 1, 'where the hop ends');
    runTo(clock, 2 ** 31 - 1);
    expect(trace).to.deep.equal([`${2 ** 31 - 1} where the hop ends`]);
  });

  it('keeps the order within a lane, whatever the order of the rest', () => {
    const lane = {};
    clock = new VirtualClock({ order: (count) => count - 1 });
    const planned = ['a', 'b', 'c'] as const;
    for (const name of planned) clock.schedule(10, () => trace.push(name), lane);
    clock.schedule(10, () => trace.push('free'));
    runTo(clock, 10);
    expect(trace).to.deep.equal(['free', 'a', 'b', 'c']);
  });

  it('lets another order be given, which sees only what is left', () => {
    const counts: number[] = [];
    clock = new VirtualClock({ order: (count) => (counts.push(count), count - 1) });
    plan(1, 'a');
    clock.cancel(plan(1, 'cancelled'));
    plan(1, 'b');
    plan(1, 'c');
    runTo(clock, 1);
    expect(trace).to.deep.equal(['1 c', '1 b', '1 a']);
    expect(counts).to.deep.equal([3, 2, 1]);
  });

  it('does not grow by entries that are cancelled, in this instant or another', () => {
    const anchors = [plan(0, 'now'), plan(5, 'soon')];
    const beforeBytes = bytesInUse();
    for (let count = 0; count < 500_000; count++) {
      clock.cancel(clock.schedule(count % 10, () => undefined));
    }
    // Half a million husks would be 50 MB and more.
    expect(bytesInUse() - beforeBytes).to.be.lessThan(30_000_000);
    expect(anchors.map(({ seq }) => seq)).to.deep.equal([1, 2]);
    runTo(clock, 10);
    expect(trace).to.deep.equal(['0 now', '5 soon']);
  });

  it('refuses delays that are no whole number of milliseconds', () => {
    for (const delayMs of [-1, 0.5, NaN, Infinity]) {
      expect(() => clock.schedule(delayMs, () => undefined)).to.throw('delay of');
    }
  });
});
