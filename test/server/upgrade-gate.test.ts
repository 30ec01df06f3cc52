import { once } from 'node:events';
import { PassThrough } from 'node:stream';

import { expect } from 'chai';

import type { LinkEvent } from '../../src/events';
import { UpgradeGate } from '../../src/server/upgrade-gate';
import { FakeClock } from './conversation-bench';

const HERE = '10.0.0.7';

function makeGate(limit: number, limitPerAddress = limit) {
  const clock = new FakeClock();
  const events: LinkEvent[] = [];
  const gate = new UpgradeGate({
    clock,
    events: { emit: (event: LinkEvent) => events.push(event) },
    limit,
    limitPerAddress,
    timeoutMs: 1_000,
    reportBurst: 3,
  });
  return { clock, events, gate };
}

/** The streams of these addresses, admitted in this order; and which of them are gone then. */
function admitted(gate: UpgradeGate, addresses: readonly string[]): readonly string[] {
  const streams = addresses.map((address) => {
    const stream = new PassThrough();
    gate.admit(stream, address);
    return stream;
  });
  return addresses.filter((_, index) => streams[index]?.destroyed);
}

describe('UpgradeGate', () => {
  it('destroys a stream that takes too long', async () => {
    const { clock, events, gate } = makeGate(2);
    const stream = new PassThrough();
    gate.admit(stream, HERE);
    await clock.pass(1_000);
    expect(stream.destroyed).to.equal(true);
    expect(events).to.deep.equal([{ type: 'link.refused', reason: 'upgrade_timeout' }]);
  });

  it('gives the place of the oldest to a newcomer', () => {
    const { events, gate } = makeGate(2);
    expect(admitted(gate, ['a', 'b', 'c'])).to.deep.equal(['a']);
    expect(events).to.deep.equal([{ type: 'link.refused', reason: 'too_many_upgrades' }]);
  });

  it('lets an address that has too many lose its own oldest', () => {
    const { events, gate } = makeGate(8, 2);
    expect(admitted(gate, ['a', 'b', 'b', 'b', 'b', 'a'])).to.deep.equal(['b', 'b']);
    const refused = { type: 'link.refused', reason: 'too_many_from_address' };
    expect(events).to.deep.equal([refused, refused]);
  });

  it('takes the place for one address from the one that has most', () => {
    const { gate } = makeGate(4, 3);
    expect(admitted(gate, ['a', 'b', 'b', 'b', 'c'])).to.deep.equal(['b']);
  });

  it('counts all addresses of one IPv6 network as one', () => {
    const { events, gate } = makeGate(8, 1);
    admitted(gate, ['2001:db8::1', '2001:db8::ffff:2']);
    expect(events).to.deep.equal([{ type: 'link.refused', reason: 'too_many_from_address' }]);
  });

  it('reports a flood of refusals up to a limit, and then one a second', async () => {
    const { clock, events, gate } = makeGate(1);
    admitted(gate, Array<string>(1_000).fill(HERE));
    expect(events).to.have.length(3);
    await clock.pass(999);
    admitted(gate, [HERE]);
    expect(events).to.have.length(3);
    await clock.pass(1);
    admitted(gate, [HERE]);
    expect(events).to.have.length(4);
    gate.close();
  });

  it('leaves alone what was released', async () => {
    const { clock, events, gate } = makeGate(1);
    const stream = new PassThrough();
    gate.admit(stream, HERE);
    gate.release(stream);
    await clock.pass(1_000);
    gate.close();
    expect(stream.destroyed).to.equal(false);
    expect(events).to.deep.equal([]);
  });

  it('reports a refusal once, and still limits the time of who was refused', async () => {
    const { clock, events, gate } = makeGate(1);
    const stream = new PassThrough();
    gate.admit(stream, HERE);
    gate.refuse(stream, 'no_place', 'kitchen');
    await clock.pass(1_000);
    expect(stream.destroyed).to.equal(true);
    expect(events).to.deep.equal([{ type: 'link.refused', reason: 'no_place', device: 'kitchen' }]);
  });

  it('forgets a stream that goes by itself, and leaves no timer', async () => {
    const { clock, events, gate } = makeGate(1);
    const stream = new PassThrough();
    gate.admit(stream, HERE);
    stream.destroy();
    await once(stream, 'close');
    expect(clock.pending).to.equal(0);
    expect(events).to.deep.equal([]);
  });
});
