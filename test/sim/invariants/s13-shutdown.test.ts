import { expect } from 'chai';

import { ShutdownInvariant } from '../../../src/sim/invariants/s13-shutdown';
import { Story, killed, paused, resumed, started, stopped, stopping, tick } from './story';

function toldToStop(): Story {
  return new Story(new ShutdownInvariant()).at(0, 'pi', started).at(1_000, 'pi', stopping);
}

describe('invariant S13', () => {
  it('holds for a shutdown of 3 s that leaves nothing', () => {
    const story = toldToStop().at(4_000, 'pi', stopped());
    expect(story.verdict).to.equal('held');
    expect(story.invariant.measurements()[0]?.values).to.deep.equal([3_000]);
  });

  it('is broken by one that takes longer, and tells the bound', () => {
    const told = toldToStop().at(4_001, 'pi', stopped()).told[0];
    expect(told).to.equal(
      '4000 pi: stopped within 3000 ms; told to stop at 1000 ms, and at 4000 ms still not',
    );
  });

  it('is broken by one that never ends, also where the host is killed for it', () => {
    expect(toldToStop().at(11_000, 'pi', killed).verdict).to.equal('broken');
    expect(toldToStop().endAt(4_001).verdict).to.equal('broken');
    expect(toldToStop().invariant.pending()).to.deep.equal(['pi: told to stop at 1000 ms']);
  });

  it('is broken by anything that is left', () => {
    for (const what of ['timers', 'sockets', 'dials', 'devices'] as const) {
      const told = toldToStop().at(1_500, 'pi', stopped({ [what]: 2 })).told;
      expect(told, what).to.have.length(1);
      expect(told[0], what).to.contain('nothing left').and.to.contain(`2 ${what}`);
    }
  });

  it('is broken by a program that acts after it has stopped', () => {
    const late = toldToStop()
      .at(1_500, 'pi', stopped())
      .at(1_500, 'pi', { type: 'host.acted_late', port: 'clock' });
    expect(late.told).to.deep.equal(['1500 pi: nothing from a program that has stopped; clock']);
  });

  it('leaves the last turn of a crashed program to the crash', () => {
    const crash = new Story(new ShutdownInvariant())
      .at(0, 'pi', started)
      .at(
        5,
        'pi',
        { type: 'host.crashed', error: 'Error' },
        { type: 'host.acted_late', port: 'clock' },
      );
    expect(crash.verdict).to.equal('unknown');
    const next = crash
      .at(9, 'pi', started)
      .at(10, 'pi', { type: 'host.acted_late', port: 'clock' });
    expect(next.verdict).to.equal('broken');
  });

  it('takes a second signal for the same shutdown', () => {
    expect(toldToStop().at(2_000, 'pi', stopping).at(4_001, 'pi', stopped()).verdict).to.equal(
      'broken',
    );
  });

  it('asks nothing of who is killed meanwhile, and gives who stands still more time', () => {
    expect(toldToStop().at(2_000, 'pi', killed).endAt(99_999).verdict).to.equal('held');
    const still = toldToStop()
      .at(2_000, 'pi', paused)
      .at(30_000, 'server', tick)
      .at(62_000, 'pi', resumed(60_000))
      .at(64_000, 'pi', stopped());
    expect(still.verdict).to.equal('held');
  });

  it('judges each host by itself, and is unknown where nobody was told to stop', () => {
    const two = toldToStop().at(1_500, 'spare', stopping).at(1_600, 'pi', stopped());
    expect(two.invariant.pending()).to.deep.equal(['spare: told to stop at 1500 ms']);
    expect(new Story(new ShutdownInvariant()).at(0, 'pi', started).verdict).to.equal('unknown');
  });
});
