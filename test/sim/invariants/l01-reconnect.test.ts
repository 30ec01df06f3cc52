import { expect } from 'chai';

import type { AnyEvent } from '../../../src/events';
import { ReconnectInvariant } from '../../../src/sim/invariants/l01-reconnect';
import { Story, connected, killed, lost, paused, resumed, started, stopping, tick } from './story';

const listens: AnyEvent = { type: 'server.listening', port: 1 };
const began = (fault: string, id = 1): AnyEvent => ({ type: 'fault.began', fault, id, hosts: [] });
const ended = (fault: string, id = 1): AnyEvent => ({ type: 'fault.ended', fault, id });
const dials = (server: string): AnyEvent => ({ type: 'host.started', program: 'client', server });

function bothUp(): Story {
  return new Story(new ReconnectInvariant()).at(0, 'server', listens).at(0, 'pi', started);
}

describe('invariant L1', () => {
  it('holds for a client that is connected within 75 s, and measures how soon', () => {
    const story = bothUp().at(75_000, 'pi', connected('c1')).endAt(999_999);
    expect(story.verdict).to.equal('held');
    expect(story.invariant.measurements()[0]?.values).to.deep.equal([75_000]);
  });

  it('is broken by one that is not, and tells since when all is good', () => {
    expect(bothUp().at(75_001, 'pi', connected('c1')).told).to.deep.equal([
      '75000 pi: connected within 75000 ms of all being good; ' +
        'not connected since all is good at 0 ms, and at 75000 ms still not',
    ]);
    expect(bothUp().endAt(75_001).verdict).to.equal('broken');
  });

  it('demands nothing while a fault is on, and counts from its end', () => {
    const story = bothUp().at(10, 'world', began('outage')).at(100_000, 'world', tick);
    expect(story.invariant.pending()).to.deep.equal([]);
    story.at(200_000, 'world', ended('outage'));
    expect(story.invariant.pending()).to.have.length(1);
    expect(story.endAt(275_000).verdict).to.equal('held');
    expect(story.endAt(275_001).verdict).to.equal('broken');
  });

  it('waits for the last of several faults', () => {
    const story = bothUp()
      .at(10, 'world', began('outage', 1), began('dns', 2))
      .at(20, 'world', ended('outage', 1));
    expect(story.endAt(999_999).verdict).to.equal('held');
  });

  it('takes no harmless fault for an excuse', () => {
    const story = bothUp().at(10, 'world', began('speaker_fails'), began('wall_step', 2));
    expect(story.endAt(75_001).verdict).to.equal('broken');
  });

  it('demands nothing while the server or a host is away', () => {
    expect(bothUp().at(10, 'server', killed).endAt(999_999).verdict).to.equal('held');
    const still = bothUp().at(10, 'server', paused).at(500_000, 'pi', tick);
    expect(still.verdict).to.equal('held');
    still.at(600_000, 'server', resumed(599_990));
    expect(still.endAt(675_001).verdict).to.equal('broken');
  });

  it('counts from the turn of those who wait at a Toxiproxy when a fault ends', () => {
    const toxiproxy: AnyEvent = { type: 'host.started', program: 'toxiproxy' };
    const opened = (flow: number, from: string, to: string): AnyEvent => ({
      type: 'wire.opened',
      flow,
      from,
      to,
    });
    const jammed = (): Story =>
      bothUp()
        .at(0, 'toxiproxy-pi', toxiproxy)
        .at(10, 'world', began('power_loss'))
        .at(20, 'world', opened(1, 'pi', 'toxiproxy-pi'))
        .at(30, 'world', opened(2, 'pi', 'toxiproxy-pi'))
        .at(100_000, 'world', ended('power_loss'))
        // Who comes now is served late, too, and no reason to wait for longer.
        .at(110_000, 'world', opened(3, 'pi', 'toxiproxy-pi'))
        .at(120_000, 'world', opened(4, 'toxiproxy-pi', 'server'));
    expect(jammed().endAt(999_999).verdict).to.equal('held');
    const served = jammed().at(130_000, 'world', opened(5, 'toxiproxy-pi', 'server'));
    expect(served.endAt(205_000).verdict).to.equal('held');
    expect(served.endAt(205_001).told[0]).to.contain('since all is good at 130000 ms');
    const gone: AnyEvent = {
      type: 'wire.closed',
      flow: 2,
      from: 'toxiproxy-pi',
      to: 'pi',
      how: 'fin',
    };
    expect(jammed().at(130_000, 'world', gone).endAt(205_001).verdict).to.equal('broken');
  });

  for (const label of ['tls_not_yet_valid', 'auth'] as const) {
    it(`counts anew from a dial that fails by ${label}, which is no fault of the link`, () => {
      const failed: AnyEvent = { type: 'link.failed', connection: 'c1', label };
      const story = bothUp().at(65_000, 'pi', failed);
      expect(story.endAt(140_000).verdict).to.equal('held');
      expect(story.endAt(140_001).verdict).to.equal('broken');
    });
  }

  it('demands a new connection after a loss', () => {
    const story = bothUp().at(20, 'pi', connected('c1')).at(5_000, 'pi', lost('c1'));
    expect(story.endAt(80_001).told[0]).to.contain('since all is good at 5000 ms');
  });

  it('asks each client for the server that it dials, and no other', () => {
    const story = new Story(new ReconnectInvariant())
      .at(0, 'server', listens)
      .at(0, 'pi', dials('elsewhere'))
      .at(0, 'spare', dials('server'))
      .at(20, 'spare', connected('c1'));
    expect(story.endAt(999_999).verdict).to.equal('held');
    story.at(1_000_000, 'elsewhere', listens);
    expect(story.endAt(1_075_001).told[0]).to.contain('pi: connected');
  });

  it('asks nothing of a client that stops', () => {
    expect(bothUp().at(10, 'pi', stopping).endAt(999_999).verdict).to.equal('held');
  });

  it('is unknown without a server', () => {
    expect(new Story(new ReconnectInvariant()).at(0, 'pi', started).verdict).to.equal('unknown');
  });
});
