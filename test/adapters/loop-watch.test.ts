import { setTimeout as sleep } from 'node:timers/promises';

import { expect } from 'chai';

import { LoopWatch } from '../../src/adapters/loop-watch';
import { SystemClock } from '../../src/adapters/system-clock';
import type { LinkEvent } from '../../src/events';
import { lagContract, type Trouble } from '../contract/lag';
import { fakeTime } from '../fake-time';

/** A machine whose program may stand still while its time goes on. */
class Machine {
  readonly events: LinkEvent[] = [];
  readonly watch: LoopWatch;
  /** What of the time has passed in the turn of the loop that is on. */
  turnMs = 0;
  private readonly time = fakeTime();
  private dayMs = 0;

  constructor() {
    const now = (): number => this.time.clock.now() + this.turnMs;
    this.watch = new LoopWatch({
      clock: { ...this.time.clock, now, wallTime: () => now() + this.dayMs },
      events: { emit: (event) => this.events.push(event) },
    });
  }

  live(...troubles: readonly Trouble[]) {
    this.pass(1_100);
    for (const trouble of troubles) this.suffer(trouble);
    this.pass(5_000);
    return Promise.resolve({ events: this.events, longestMs: this.watch.since(0) });
  }

  pass(ms: number): void {
    this.time.time.tick(ms);
  }

  private suffer({ kind, ms }: Trouble): void {
    if (kind === 'nothing') this.pass(ms);
    // The timers that have expired run once it is over.
    else if (kind === 'stall') this.time.time.jump(ms);
    else this.dayMs += ms;
  }
}

lagContract('LoopWatch', 250, () => new Machine());

describe('LoopWatch', () => {
  it('knows of a standstill before its own timer can have told it, and tells it once', () => {
    const machine = new Machine();
    machine.pass(1_000);
    machine.turnMs = 4_000;
    expect(machine.watch.since(0)).to.be.within(3_750, 4_000);
    expect(machine.watch.since(0)).to.be.within(3_750, 4_000);
    expect(machine.events.map(({ type }) => type)).to.deep.equal(['loop.stalled']);
  });

  it('knows of nothing that was over before', () => {
    const machine = new Machine();
    machine.turnMs = 4_000;
    machine.watch.since(0);
    expect(machine.watch.since(4_001)).to.equal(0);
  });

  it('is silent once it is closed', async () => {
    const machine = new Machine();
    machine.watch.close();
    machine.watch.close();
    await machine.live({ kind: 'stall', ms: 8_000 }, { kind: 'step', ms: 8_000 });
    expect(machine.events).to.deep.equal([]);
  });

  it('sees what holds up the real loop', async () => {
    const clock = new SystemClock({ isBackground: true });
    const events: LinkEvent[] = [];
    const watch = new LoopWatch({ clock, events: { emit: (event) => events.push(event) } });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600);
    await sleep(20);
    expect(watch.since(0)).to.be.at.least(350);
    watch.close();
    expect(clock.pendingTimers()).to.equal(0);
  });
});
