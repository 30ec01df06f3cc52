import { expect } from 'chai';

import type { LossLabel, RecordedEvent } from '../../../src/events';
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
});
