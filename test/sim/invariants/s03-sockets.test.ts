import { expect } from 'chai';

import type { AnyEvent } from '../../../src/events';
import { SocketsInvariant } from '../../../src/sim/invariants/s03-sockets';
import {
  Story,
  accepted,
  closed,
  connected,
  dialing,
  failed,
  killed,
  lost,
  paused,
  pinged,
  resumed,
  started,
  stopping,
  tick,
} from './story';

function story(): Story {
  return new Story(new SocketsInvariant());
}

describe('invariant S3', () => {
  it('holds for one connection after the other, each closed in time', () => {
    const held = story()
      .at(0, 'pi', dialing('c1'), connected('c1'))
      .at(10, 'pi', lost('c1'))
      .at(2_010, 'pi', closed('c1'), dialing('c2'))
      .at(2_020, 'pi', failed('c2'), closed('c2'));
    expect(held.endAt(99_999).verdict).to.equal('held');
  });

  it('is broken by a dial while another connection is dialled or up', () => {
    const told = ['5 pi: one connection at a time; a dial while c1 is dialled or up'];
    expect(story().at(0, 'pi', dialing('c1')).at(5, 'pi', dialing('c2')).told).to.deep.equal(told);
    const up = story().at(0, 'pi', dialing('c1'), connected('c1')).at(5, 'pi', dialing('c2'));
    expect(up.told).to.deep.equal(told);
  });

  it('is broken by a third socket, the first two of which still close', () => {
    const three = story()
      .at(0, 'pi', dialing('c1'), failed('c1'))
      .at(1, 'pi', dialing('c2'), failed('c2'))
      .at(2, 'pi', dialing('c3'));
    expect(three.told).to.deep.equal(['2 pi: at most 2; 3 sockets that are not closed']);
  });

  it('is broken by a second current connection of a device at the server', () => {
    const two = story().at(0, 'server', accepted('s1', 'a')).at(9, 'server', accepted('s2', 'a'));
    expect(two.told).to.deep.equal([
      '9 server: one current connection of a; s2 while s1 is still current',
    ]);
    const replaced = story()
      .at(0, 'server', accepted('s1', 'a'), accepted('s2', 'b'))
      .at(9, 'server', lost('s1', { device: 'a' }), accepted('s3', 'a'));
    expect(replaced.verdict).to.equal('held');
  });

  it('is broken by a socket that is not closed 2 s after its end, and by none before', () => {
    const late = (): Story => story().at(0, 'pi', dialing('c1')).at(1_000, 'pi', lost('c1'));
    expect(late().at(3_000, 'pi', closed('c1')).verdict).to.equal('held');
    expect(late().at(3_001, 'pi', closed('c1')).told).to.deep.equal([
      '3000 pi: the socket of c1 closed within 2000 ms of its end; ' +
        'c1 ended at 1000 ms, and at 3000 ms still not',
    ]);
    expect(late().at(9_000, 'pi', stopping).verdict).to.equal('broken');
    expect(late().endAt(3_001).verdict).to.equal('broken');
  });

  it('wants the socket of a dead peer cut at once', () => {
    const dead = (): Story =>
      story()
        .at(0, 'pi', dialing('c1'))
        .at(70, 'pi', lost('c1', { label: 'heartbeat_timeout' }));
    expect(dead().at(70, 'pi', closed('c1')).verdict).to.equal('held');
    expect(dead().at(71, 'pi', closed('c1')).told[0]).to.contain('within 0 ms of its end');
  });

  it('gives a host that stands still more time', () => {
    const story_ = story()
      .at(0, 'pi', dialing('c1'), lost('c1'))
      .at(1_000, 'pi', paused)
      .at(30_000, 'server', tick)
      .at(61_000, 'pi', resumed(60_000))
      .at(62_000, 'pi', closed('c1'));
    expect(story_.verdict).to.equal('held');
  });

  it('is broken by whatever a connection does after its end, closed or not', () => {
    const deeds: readonly AnyEvent[] = [
      connected('c1'),
      pinged('c1'),
      { type: 'control.sent', connection: 'c1', message: 'session_end' },
      { type: 'control.received', connection: 'c1', message: 'session_end' },
      { type: 'audio.sent', connection: 'c1', session: 's', bytes: 2 },
      { type: 'audio.received', connection: 'c1', session: 's', bytes: 2 },
    ];
    for (const deed of deeds) {
      const ended = story().at(0, 'pi', dialing('c1'), lost('c1')).at(1, 'pi', deed);
      expect(ended.told, deed.type).to.deep.equal([
        `1 pi: nothing of c1, which ended; ${deed.type}`,
      ]);
      const gone = story().at(0, 'pi', dialing('c1'), lost('c1'), closed('c1')).at(1, 'pi', deed);
      expect(gone.verdict, deed.type).to.equal('broken');
    }
  });

  it('is broken by a second end, and by a socket that closes without one', () => {
    const twice = story().at(0, 'pi', dialing('c1'), lost('c1')).at(1, 'pi', failed('c1'));
    expect(twice.told).to.deep.equal(['1 pi: one end of each connection; a second of c1']);
    const untold = story().at(0, 'pi', dialing('c1'), connected('c1')).at(1, 'pi', closed('c1'));
    expect(untold.told[0]).to.contain('the end of c1 told before its socket is closed');
  });

  it('keeps hosts and lives apart', () => {
    const apart = story()
      .at(0, 'pi', started, dialing('c1'))
      .at(0, 'spare', started, dialing('c1'), lost('c1'), closed('c1'))
      .at(5, 'pi', killed)
      .at(6, 'pi', started, dialing('c1'), connected('c1'));
    expect(apart.endAt(99_999).verdict).to.equal('held');
  });

  it('is unknown without a connection', () => {
    expect(story().at(0, 'pi', started).verdict).to.equal('unknown');
  });

  it('is broken by a device that is turned away for its own connection', () => {
    const refused = (device: string): AnyEvent => ({
      type: 'link.refused',
      reason: 'no_place',
      device,
    });
    const up = story().at(0, 'server', accepted('s1', 'kitchen'));
    expect(up.at(1, 'server', refused('hall')).verdict).to.equal('held');
    expect(up.at(2, 'server', refused('kitchen')).told).to.deep.equal([
      '2 server: s1 replaced; kitchen turned away for it',
    ]);
  });
});
