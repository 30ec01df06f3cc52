import { expect } from 'chai';

import type { AnyEvent } from '../../../src/events';
import { PersistenceInvariant } from '../../../src/sim/invariants/s05-persistence';
import { Story, connected, lost, sessionEnded, sessionStarted, started, stopping } from './story';

function inSession(): Story {
  return new Story(new PersistenceInvariant())
    .at(0, 'pi', started, connected('c1'))
    .at(5_000, 'pi', sessionStarted('s'));
}

describe('invariant S5', () => {
  it('holds where sessions come and go over one connection', () => {
    const held = inSession()
      .at(9_000, 'pi', sessionEnded('s'))
      .at(9_500, 'pi', sessionStarted('t'));
    expect(held.verdict).to.equal('held');
  });

  it('is broken by a session over a connection that is not up', () => {
    const other = inSession().at(9_000, 'pi', sessionStarted('t', 'c2'));
    expect(other.told).to.deep.equal(['9000 pi: the session over c1, which is up; over c2']);
    const gone = inSession().at(7_000, 'pi', lost('c1')).at(9_000, 'pi', sessionStarted('t'));
    expect(gone.told).to.deep.equal([
      '9000 pi: the session over a connection, which is up; over c1',
    ]);
  });

  it('is broken by a client that closes within 1 s of the end or the start of a session', () => {
    const closing = { type: 'link.closing', connection: 'c1', code: 1000 } as const;
    const ended = inSession().at(9_000, 'pi', sessionEnded('s')).at(10_000, 'pi', closing);
    expect(ended.told).to.deep.equal([
      '10000 pi: the link left alone after session.ended at 9000 ms; link.closing 1000 ms later',
    ]);
    expect(inSession().at(5_400, 'pi', closing).verdict).to.equal('broken');
    const later = inSession().at(9_000, 'pi', sessionEnded('s')).at(10_001, 'pi', closing);
    expect(later.verdict).to.equal('held');
  });

  it('is broken by a server that closes normally after a session, seen from the Pi', () => {
    const remote = lost('c1', { label: 'peer_close', initiator: 'remote', code: 1000 });
    expect(inSession().at(9_000, 'pi', sessionEnded('s')).at(9_100, 'pi', remote).verdict).to.equal(
      'broken',
    );
  });

  it('does not ask of a server that is none of ours when it closes', () => {
    const remote = lost('c1', { label: 'peer_close', initiator: 'remote', code: 1000 });
    const strange = new Story(new PersistenceInvariant())
      .at(0, 'strange', { type: 'host.started', program: 'peer' })
      .at(0, 'pi', { ...started, server: 'strange' } as AnyEvent, connected('c1'))
      .at(5_000, 'pi', sessionStarted('s'))
      .at(5_100, 'pi', remote);
    expect(strange.verdict).to.equal('held');
  });

  it('does not blame who is reset, or is told to stop', () => {
    expect(inSession().at(5_400, 'pi', lost('c1')).verdict).to.equal('held');
    const shutdown = lost('c1', { label: 'local_shutdown', initiator: 'local', code: 1000 });
    expect(inSession().at(5_400, 'pi', stopping, shutdown).verdict).to.equal('held');
    const byLoss = inSession()
      .at(9_000, 'pi', lost('c1'), sessionEnded('s', 'link_lost'))
      .at(9_001, 'pi', { type: 'link.closing', connection: 'c1', code: 1000 });
    expect(byLoss.verdict).to.equal('held');
  });

  it('lets a server have a connection for each device', () => {
    const server = new Story(new PersistenceInvariant())
      .at(0, 'server', sessionStarted('s', 's1', 'a'))
      .at(1, 'server', sessionStarted('t', 's2', 'b'));
    expect(server.verdict).to.equal('held');
  });

  it('begins anew with a new life', () => {
    const rebooted = inSession()
      .at(6_000, 'pi', { type: 'host.killed' })
      .at(6_100, 'pi', started, connected('c1'))
      .at(6_200, 'pi', lost('c1', { label: 'peer_close', initiator: 'remote', code: 1000 }));
    expect(rebooted.verdict).to.equal('held');
  });

  it('is unknown without a session', () => {
    expect(new Story(new PersistenceInvariant()).at(0, 'pi', connected('c1')).verdict).to.equal(
      'unknown',
    );
  });
});
