import { expect } from 'chai';

import type { AnyEvent, RecordedEvent } from '../../src/events';
import { compare, type Agreement } from '../../src/realtime/compare';

type Told = readonly [atMs: number, host: string, event: AnyEvent];

const dial: AnyEvent = { type: 'link.dialing', connection: 'c1', attempt: 0 };
const failed: AnyEvent = { type: 'link.failed', connection: 'c1', label: 'dial_refused' };
const tick: AnyEvent = { type: 'heartbeat.sent', connection: 'c1' };

function accepted(connection: string, device: string): AnyEvent {
  return { type: 'link.accepted', connection, device, protocol: 'tars.v2' };
}

function trace(told: readonly Told[]): RecordedEvent[] {
  return told.map(
    ([atMs, host, event], index) =>
      ({ seq: index + 1, atMs, wallMs: 0, host, boot: 1, ...event }) as RecordedEvent,
  );
}

function compared(
  virtual: readonly Told[],
  real: readonly Told[],
  { scale = 1, toleranceMs = 50 } = {},
): Agreement {
  return compare(trace(virtual), trace(real), { scale, toleranceMs });
}

describe('comparing two worlds', () => {
  it('finds that they agree, and how far times differ in real milliseconds', () => {
    const virtual: Told[] = [
      [0, 'pi', dial],
      [1_000, 'pi', failed],
    ];
    const real: Told[] = [
      [300, 'pi', dial],
      [1_400, 'pi', failed],
    ];
    const { disagreements, events, largestMs, where } = compared(virtual, real, { scale: 0.1 });
    expect(disagreements).to.deep.equal([]);
    expect(events).to.equal(2);
    expect(largestMs).to.be.closeTo(10, 1e-6);
    expect(where).to.equal('pi, link.failed dial_refused, at 1000 ms');
  });

  it('tells of a time that differs by more than the tolerance, from one event to the next', () => {
    const real: Told[] = [
      [0, 'pi', dial],
      [1_051, 'pi', failed],
    ];
    const virtual: Told[] = [
      [0, 'pi', dial],
      [1_000, 'pi', failed],
    ];
    const { disagreements } = compared(virtual, real);
    expect(disagreements).to.have.length(1);
    expect(disagreements[0]).to.contain('51.0 ms of real time apart');
  });

  it('tells of another event, another label, one too few and one too many', () => {
    const other: AnyEvent = { type: 'link.failed', connection: 'c9', label: 'dial_timeout' };
    const one: Told[] = [
      [0, 'pi', dial],
      [5, 'pi', failed],
    ];
    const [first, second] = one as [Told, Told];
    const relabelled: Told = [5, 'pi', other];
    const differing: Told[][] = [
      [first, relabelled],
      [second, first],
      [first],
      [first, second, second],
    ];
    for (const real of differing) {
      expect(compared(one, real).disagreements, JSON.stringify(real)).to.have.length(1);
    }
    expect(compared(one, [first, relabelled]).disagreements[0]).to.equal(
      "pi: event 2, at 5 ms: virtually 'link.failed dial_refused', " +
        "really 'link.failed dial_timeout'",
    );
  });

  it('lets scheduling swap what different turns tell, nearer than the tolerance', () => {
    const steps = (told: readonly Told[]): RecordedEvent[] =>
      trace(told).map((event, index) => ({ ...event, step: index + 1 }));
    const story = (atMs: number): Told[] => [
      [0, 'pi', dial],
      [atMs, 'pi', failed],
    ];
    const swapped = (atMs: number): Told[] => [...story(atMs)].reverse();
    const options = { scale: 1, toleranceMs: 50 };
    expect(compare(steps(story(50)), trace(swapped(50)), options).disagreements).to.deep.equal([]);
    expect(compare(steps(story(51)), trace(swapped(51)), options).disagreements).to.have.length(1);
    // Of one turn: the code has decided.
    const together = trace(story(50)).map((event) => ({ ...event, step: 1 }));
    expect(compare(together, trace(swapped(50)), options).disagreements).to.have.length(1);
  });

  it('asks for no order between hosts, nor between the devices of a server', () => {
    const one: Told = [5, 'server', accepted('a', 'kitchen')];
    const two: Told = [5, 'server', accepted('b', 'hall')];
    const three: Told = [5, 'pi', dial];
    expect(compared([one, two, three], [three, two, one]).disagreements).to.deep.equal([]);
  });

  it('knows the device of a connection and of a session from who named it first', () => {
    const asks: AnyEvent = {
      ...{ type: 'session.requested', session: 's', trigger: 'hotword', device: 'kitchen' },
    } as AnyEvent;
    const starts: AnyEvent = { type: 'session.started', session: 's', connection: 'a' };
    const story: Told[] = [
      [0, 'server', accepted('a', 'kitchen')],
      [1, 'server', asks],
      [2, 'server', starts],
    ];
    const { disagreements } = compared(story, story.slice(0, 2));
    expect(disagreements[0]).to.match(/^server about kitchen: event 3/);
  });

  it('leaves out what is transient, and the Toxiproxy itself', () => {
    const noise: Told[] = [
      [1, 'pi', tick],
      [1, 'toxiproxy-pi', { type: 'host.started', program: 'toxiproxy' }],
    ];
    const { disagreements, events } = compared(noise, []);
    expect(disagreements).to.deep.equal([]);
    expect(events).to.equal(0);
  });
});
