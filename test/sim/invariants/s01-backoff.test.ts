import { expect } from 'chai';

import type { FailureLabel } from '../../../src/events';
import { BackoffInvariant } from '../../../src/sim/invariants/s01-backoff';
import {
  Story,
  connected,
  dialing,
  failed,
  lost,
  paused,
  resumed,
  started,
  stopping,
  tick,
} from './story';

/** A start, and dials that fail at once, with these waits between them. */
function refused(waitsMs: readonly number[]): Story {
  const story = new Story(new BackoffInvariant()).at(0, 'pi', started, dialing('c0'), failed('c0'));
  let nowMs = 0;
  waitsMs.forEach((waitMs, index) => {
    nowMs += waitMs;
    story.at(nowMs, 'pi', dialing(`c${index + 1}`), failed(`c${index + 1}`));
  });
  return story;
}

/** Up for so long, then lost, then dialled again after a wait. */
function lostAfter(upMs: number, waitMs: number, label: FailureLabel = 'reset'): Story {
  const loss = lost('c2', { label: label as 'reset', upMs });
  return new Story(new BackoffInvariant())
    .at(0, 'pi', started, dialing('c1'), failed('c1'))
    .at(2_000, 'pi', dialing('c2'), connected('c2'))
    .at(2_000 + upMs, 'pi', loss)
    .at(2_000 + upMs + waitMs, 'pi', dialing('c3'));
}

describe('invariant S1', () => {
  it('holds where each wait lies between its bounds', () => {
    expect(refused([2_000, 4_999, 8_500, 16_000, 33_000, 60_000, 60_000]).verdict).to.equal('held');
  });

  it('is broken by a wait that is too short, and tells both numbers', () => {
    expect(refused([2_000, 3_999]).told).to.deep.equal([
      '5999 pi: 4000 to 5000 ms of waiting before retry 2; 3999 ms',
    ]);
  });

  it('is broken by a wait that is too long, at the instant at which it becomes so', () => {
    expect(refused([3_001]).told).to.deep.equal([
      '3000 pi: a dial within 3000 ms of failure 1; ' +
        'failure 1 at 0 ms: no dial, and at 3000 ms still not',
    ]);
  });

  it('knows the cap: the sixth wait and all that follow are 60 s exactly', () => {
    const waitsMs = [2_000, 4_000, 8_000, 16_000, 32_000, 60_000];
    expect(refused([...waitsMs, 60_000]).verdict).to.equal('held');
    expect(refused([...waitsMs, 59_999]).told[0]).to.contain('60000 to 60000 ms');
    expect(refused([...waitsMs, 60_001]).told[0]).to.contain('within 60000 ms of failure 7');
  });

  it('is broken by a client that never dials again, though the run ends in silence', () => {
    expect(refused([]).endAt(3_000).verdict).to.equal('held');
    expect(refused([]).endAt(3_001).verdict).to.equal('broken');
  });

  it('is broken by a client that never dials again, though it is told to stop in the end', () => {
    expect(refused([]).at(9_000, 'pi', stopping).told[0]).to.contain('at 3000 ms still not');
  });

  it('demands the first dial at the start', () => {
    const late = new Story(new BackoffInvariant()).at(5, 'pi', started).at(6, 'pi', dialing('c1'));
    expect(late.told[0]).to.contain('a dial within 0 ms of the program was started');
  });

  it('begins anew after a connection of 10 s, and not after one of less', () => {
    expect(lostAfter(10_000, 2_500).verdict).to.equal('held');
    expect(lostAfter(10_000, 4_500).verdict).to.equal('broken');
    expect(lostAfter(9_999, 4_500).verdict).to.equal('held');
    expect(lostAfter(9_999, 2_500).verdict).to.equal('broken');
  });

  it('takes a minute for those who are not wanted, even after a long connection', () => {
    for (const label of ['auth', 'busy', 'policy', 'replaced'] as const) {
      expect(lostAfter(20_000, 60_000, label).verdict, label).to.equal('held');
      expect(lostAfter(20_000, 2_500, label).told[0], label).to.contain('60000 to 60000 ms');
    }
  });

  it('measures a connection by the host’s own clock where the host stood still', () => {
    const suspended = (upMs: number, waitMs: number): Story =>
      new Story(new BackoffInvariant())
        .at(0, 'pi', started, dialing('c1'), failed('c1'))
        .at(2_000, 'pi', dialing('c2'), connected('c2'))
        .at(5_000, 'pi', paused)
        .at(65_000, 'pi', resumed(60_000))
        .at(66_000, 'pi', lost('c2', { upMs }))
        .at(66_000 + waitMs, 'pi', dialing('c3'));
    expect(suspended(64_000, 2_500).verdict).to.equal('held');
    expect(suspended(4_000, 4_500).verdict).to.equal('held');
    expect(suspended(4_000, 2_500).verdict).to.equal('broken');
  });

  it('gives a host that stands still that much more time, and no time passes meanwhile', () => {
    const story = refused([])
      .at(1_000, 'pi', paused)
      .at(50_000, 'server', tick)
      .at(61_000, 'pi', resumed(60_000));
    expect(story.verdict).to.equal('held');
    expect(story.at(62_999, 'pi', dialing('c1')).verdict).to.equal('held');
    expect(
      refused([]).at(1_000, 'pi', paused).at(61_000, 'pi', resumed(60_000)).endAt(63_001).verdict,
    ).to.equal('broken');
  });

  it('is broken by a dial without a failure', () => {
    const story = new Story(new BackoffInvariant())
      .at(0, 'pi', started, dialing('c1'), connected('c1'))
      .at(9_000, 'pi', dialing('c2'));
    expect(story.told).to.deep.equal(['9000 pi: a dial only after a failure; a dial with none']);
  });

  it('counts for each host by itself, and anew in each life', () => {
    const story = new Story(new BackoffInvariant())
      .at(0, 'pi', started, dialing('c1'), failed('c1'))
      .at(0, 'spare', started, dialing('c1'), failed('c1'))
      .at(2_000, 'pi', dialing('c2'), failed('c2'))
      .at(2_500, 'spare', dialing('c2'), failed('c2'))
      .at(3_000, 'pi', { type: 'host.killed' })
      .at(4_000, 'pi', started, dialing('c1'), failed('c1'))
      .at(6_000, 'pi', dialing('c2'));
    expect(story.verdict).to.equal('held');
  });

  it('asks no more of a client that stops, and nothing of a server', () => {
    const story = new Story(new BackoffInvariant())
      .at(0, 'pi', started, dialing('c1'), connected('c1'))
      .at(9_000, 'pi', stopping, lost('c1', { label: 'local_shutdown' }))
      .at(9_000, 'server', lost('s1', { device: 'kitchen' }));
    expect(story.endAt(999_999).verdict).to.equal('held');
  });

  it('is unknown without a dial, and measures the waits', () => {
    expect(new Story(new BackoffInvariant()).at(0, 'server', tick).verdict).to.equal('unknown');
    const [gauge] = refused([2_000, 4_500]).invariant.measurements();
    expect(gauge?.values).to.deep.equal([2_000, 4_500]);
  });
});
