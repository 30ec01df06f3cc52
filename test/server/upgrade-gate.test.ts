import { once } from 'node:events';
import { PassThrough } from 'node:stream';

import { expect } from 'chai';

import type { LinkEvent } from '../../src/events';
import { UpgradeGate } from '../../src/server/upgrade-gate';
import { FakeClock } from './conversation-bench';

function makeGate(limit: number) {
  const clock = new FakeClock();
  const events: LinkEvent[] = [];
  const sink = { emit: (event: LinkEvent) => events.push(event) };
  return { clock, events, gate: new UpgradeGate({ clock, events: sink, limit, timeoutMs: 1_000 }) };
}

describe('UpgradeGate', () => {
  it('destroys a stream that takes too long', async () => {
    const { clock, events, gate } = makeGate(2);
    const stream = new PassThrough();
    gate.admit(stream);
    await clock.pass(1_000);
    expect(stream.destroyed).to.equal(true);
    expect(events).to.deep.equal([{ type: 'link.refused', reason: 'upgrade_timeout' }]);
  });

  it('gives the place of the oldest to a newcomer', () => {
    const { events, gate } = makeGate(2);
    const streams = [new PassThrough(), new PassThrough(), new PassThrough()];
    for (const stream of streams) gate.admit(stream);
    expect(streams.map((stream) => stream.destroyed)).to.deep.equal([true, false, false]);
    expect(events).to.deep.equal([{ type: 'link.refused', reason: 'too_many_upgrades' }]);
  });

  it('leaves alone what was released', async () => {
    const { clock, events, gate } = makeGate(1);
    const stream = new PassThrough();
    gate.admit(stream);
    gate.release(stream);
    await clock.pass(1_000);
    gate.close();
    expect(stream.destroyed).to.equal(false);
    expect(events).to.deep.equal([]);
  });

  it('reports a refusal once, and still limits the time of who was refused', async () => {
    const { clock, events, gate } = makeGate(1);
    const stream = new PassThrough();
    gate.admit(stream);
    gate.refuse(stream, 'no_place', 'kitchen');
    await clock.pass(1_000);
    expect(stream.destroyed).to.equal(true);
    expect(events).to.deep.equal([{ type: 'link.refused', reason: 'no_place', device: 'kitchen' }]);
  });

  it('forgets a stream that goes by itself, and leaves no timer', async () => {
    const { clock, events, gate } = makeGate(1);
    const stream = new PassThrough();
    gate.admit(stream);
    stream.destroy();
    await once(stream, 'close');
    expect(clock.pending).to.equal(0);
    expect(events).to.deep.equal([]);
  });
});
