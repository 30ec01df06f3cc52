import { expect } from 'chai';

import type { AnyEvent, LossLabel, RecordedEvent } from '../../../src/events';
import { CloseRecordInvariant } from '../../../src/sim/invariants/s16-close-record';
import {
  Story,
  accepted,
  closed,
  connected,
  dialing,
  failed,
  killed,
  lost,
  started,
  stopped,
  stopping,
} from './story';

function up(): Story {
  return new Story(new CloseRecordInvariant())
    .at(0, 'pi', started, dialing('c1'))
    .at(1, 'pi', connected('c1'));
}

describe('invariant S16', () => {
  it('holds where each connection has one record', () => {
    expect(up().at(5, 'pi', lost('c1'), closed('c1')).verdict).to.equal('held');
    expect(up().at(5, 'pi', lost('c1')).at(6, 'pi', stopped()).verdict).to.equal('held');
  });

  it('is broken by a connection that closes without one, also at a stop', () => {
    expect(up().at(5, 'pi', closed('c1')).told).to.deep.equal([
      '5 pi: a record of the end of c1; link.closed without one',
    ]);
    expect(up().at(5, 'pi', stopped()).told).to.deep.equal([
      '5 pi: a record of the end of c1; host.stopped without one',
    ]);
    const server = new Story(new CloseRecordInvariant()).at(0, 'server', accepted('s1', 'a'));
    expect(server.at(1, 'server', closed('s1')).verdict).to.equal('broken');
  });

  it('is broken by a second record', () => {
    expect(up().at(5, 'pi', lost('c1'), lost('c1')).told).to.deep.equal([
      '5 pi: one record of the end of c1; link.lost beside it',
    ]);
    expect(up().at(5, 'pi', failed('c1')).at(6, 'pi', lost('c1')).verdict).to.equal('broken');
  });

  it('takes a journal that begins in the middle of a connection', () => {
    const stamp = { seq: 1, atMs: 1, wallMs: 0, host: 'pi', boot: 1 };
    const event = { ...stamp, ...lost('c1') } as RecordedEvent;
    expect(new CloseRecordInvariant().observe(event)).to.deep.equal([]);
  });

  it('is broken by a label that is not on the list', () => {
    const strange = up().at(5, 'pi', lost('c1', { label: 'gremlins' as LossLabel }));
    expect(strange.told).to.deep.equal(['5 pi: a label of the closed list; gremlins']);
  });

  it('asks nothing of a life that was cut short, and judges each host by itself', () => {
    expect(up().at(5, 'pi', killed).at(6, 'pi', started, stopped()).verdict).to.equal('unknown');
    expect(up().at(5, 'spare', stopped()).verdict).to.equal('unknown');
  });

  it('is broken by frames that are blamed where nobody breaks them', () => {
    const blamed = lost('c1', { label: 'protocol_error', initiator: 'local' });
    expect(up().at(5, 'pi', blamed).told).to.deep.equal([
      '5 pi: patience with frames that are whole; protocol_error',
    ]);
    const corruption: AnyEvent = { type: 'fault.began', fault: 'corruption', id: 1, hosts: ['pi'] };
    for (const breaker of [corruption, { type: 'peer.broke_frames' } as const]) {
      const story = up().at(2, 'world', breaker).at(5, 'pi', blamed);
      expect(story.verdict, breaker.type).to.equal('held');
    }
  });

  describe('of a client that is stopped', () => {
    const fin = lost('s1', { label: 'fin', device: 'kitchen' });
    const goodbye = lost('s1', { label: 'peer_close', device: 'kitchen', initiator: 'remote' });
    const outage: AnyEvent = { type: 'fault.began', fault: 'outage', id: 1, hosts: ['pi'] };
    const known = (): Story =>
      new Story(new CloseRecordInvariant())
        .at(0, 'server', accepted('s1', 'kitchen'))
        .at(0, 'pi', started, dialing('c1'), {
          ...connected('c1'),
          peerConnection: 's1',
        } as AnyEvent);

    it('is broken by the end of its connection without a close frame', () => {
      expect(known().at(5, 'pi', stopping).at(6, 'server', goodbye).verdict).to.equal('held');
      expect(known().at(5, 'pi', stopping).at(6, 'server', fin).told).to.deep.equal([
        '6 server: a close frame of kitchen, which was stopped; fin',
      ]);
    });

    it('takes a FIN where it was lost before, or a fault stands in its way', () => {
      expect(known().at(5, 'server', fin).verdict).to.equal('held');
      const before = known().at(4, 'pi', lost('c1')).at(5, 'pi', stopping).at(6, 'server', fin);
      expect(before.verdict).to.equal('held');
      for (const atMs of [4, 5]) {
        const story = known().at(atMs, 'world', outage).at(5, 'pi', stopping);
        expect(story.at(6, 'server', fin).verdict).to.equal('held');
      }
      const after = known().at(5, 'pi', stopping).at(5, 'world', outage).at(6, 'server', fin);
      expect(after.verdict).to.equal('held');
    });
  });
});
