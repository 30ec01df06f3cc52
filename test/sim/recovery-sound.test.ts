import { expect } from 'chai';

import type { AnyEvent } from '../../src/events';
import { lost, requested, sessionEnded } from './invariants/story';
import {
  began,
  delivered,
  longest,
  measure,
  SECOND_BYTES,
  sent,
  struck,
  TALKING,
  UP,
  type Told,
} from './recovery-story';

function taken(seconds: number): AnyEvent {
  return { type: 'audio.received', connection: 's1', session: 's', bytes: seconds * SECOND_BYTES };
}

function said(seconds: number, error?: string): AnyEvent {
  const how = error === undefined ? {} : { error };
  const bytes = seconds * SECOND_BYTES;
  return { type: 'turn.ended', session: 's', turn: 1, device: 'pi', bytes, ...how };
}

const answers: AnyEvent = { type: 'turn.started', session: 's', turn: 1, device: 'pi' };
const plays: AnyEvent = { type: 'playback.started', session: 's', turn: 1 };

type How = 'finished' | 'stopped' | 'device_error';

function played(seconds: number, of: number, how: How = 'stopped'): AnyEvent {
  const [playedBytes, receivedBytes] = [seconds * SECOND_BYTES, of * SECOND_BYTES];
  return { type: 'playback.ended', session: 's', turn: 1, receivedBytes, playedBytes, how };
}

describe('sound lost on its way up', () => {
  const resets: readonly Told[] = [struck(9_000, 'reset')];
  const cut: Told = [9_000, 'pi', sessionEnded('s', 'link_lost')];

  it('is what was sent in a session that the loss ended, and what the server did not take', () => {
    const events: Told[] = [[5_000, 'pi', sent(3)], [5_100, 'server', taken(1)], ...resets, cut];
    expect(longest('uplink_lost', ...TALKING, ...events)).to.deep.equal({ reset: 2_000 });
  });

  it('is put down to the fault of the loss, also where that is long over', () => {
    const events: Told[] = [
      struck(5_000, 'silence'),
      [49_000, 'world', delivered('pi')],
      [50_000, 'pi', sent(1)],
      [80_000, 'pi', lost('c1'), sessionEnded('s', 'link_lost')],
    ];
    expect(longest('uplink_lost', ...TALKING, ...events)).to.deep.equal({ silence: 1_000 });
  });

  it('is not what arrives after the loss, which the server has not noticed', () => {
    const events: Told[] = [[5_000, 'pi', sent(3)], ...resets, cut, [9_500, 'server', taken(3)]];
    expect(longest('uplink_lost', ...TALKING, ...events)).to.deep.equal({});
  });

  it('is what the client had no room for, however the session ends', () => {
    const events: Told[] = [
      [4_000, 'world', began('slow_path', 1)],
      [
        5_000,
        'pi',
        { type: 'audio.dropped', session: 's', bytes: SECOND_BYTES, reason: 'uplink_full' },
      ],
      [5_500, 'pi', sent(1)],
      [9_000, 'pi', sessionEnded('s', 'user')],
    ];
    expect(longest('uplink_lost', ...TALKING, ...events)).to.deep.equal({ slow_path: 1_000 });
  });

  it('is not what is said while the server answers, nor what goes to a script', () => {
    const silent: Told = [
      5_000,
      'server',
      { type: 'audio.dropped', session: 's', bytes: SECOND_BYTES, reason: 'not_listening' },
    ];
    expect(longest('uplink_lost', ...TALKING, silent, ...resets, cut)).to.deep.equal({});
    const toScript = TALKING.filter(([, host]) => host !== 'server');
    expect(
      longest('uplink_lost', ...toScript, [5_000, 'pi', sent(3)], ...resets, cut),
    ).to.deep.equal({});
  });

  it('is nothing in a session that was never granted', () => {
    const drops: AnyEvent = {
      type: 'audio.dropped',
      session: 's',
      bytes: SECOND_BYTES,
      reason: 'uplink_full',
    };
    const events: Told[] = [
      [1_000, 'pi', requested('s')],
      [5_000, 'pi', drops],
      [6_000, 'pi', sessionEnded('s', 'start_timeout')],
    ];
    expect(longest('uplink_lost', ...UP, ...events)).to.deep.equal({});
  });

  it('is nothing that another device says, or its server takes', () => {
    const others: Told[] = [
      [5_100, 'server', { ...taken(2), session: 't' } as AnyEvent],
      [5_200, 'pi', { ...sent(4), session: 't' } as AnyEvent],
    ];
    const events: Told[] = [[5_000, 'pi', sent(3)], ...others, ...resets, cut];
    expect(longest('uplink_lost', ...TALKING, ...events)).to.deep.equal({ reset: 3_000 });
  });

  it('is counted once for each session', () => {
    const next: Told[] = [[10_000, 'pi', requested('t')]];
    const rows = measure(...TALKING, [5_000, 'pi', sent(1)], cut, ...next);
    expect(rows.filter(({ quantity }) => quantity === 'uplink_lost')).to.have.lengthOf(1);
    expect(rows[0]).to.include({ quantity: 'uplink_lost', count: 1, maxMs: 1_000 });
  });
});

describe('sound lost on its way down', () => {
  const speaks: readonly Told[] = [
    [5_000, 'server', answers],
    [5_000, 'pi', plays],
  ];
  const closes: readonly Told[] = [struck(6_000, 'close')];
  const cut: readonly Told[] = [
    ...closes,
    [6_000, 'pi', played(1, 2), sessionEnded('s', 'link_lost')],
  ];
  const lostOf = (...events: readonly Told[]): Record<string, number> =>
    longest('downlink_lost', ...TALKING, ...speaks, ...events);

  it('is what the server said into a link that was dead, and what was not heard of it', () => {
    expect(lostOf(...cut, [40_000, 'server', said(5, 'cancelled')])).to.deep.equal({
      close: 4_000,
    });
  });

  it('is what came and was not heard, where the server can tell no more', () => {
    expect(lostOf(...cut)).to.deep.equal({ close: 1_000 });
  });

  it('is all of an answer whose beginning never came', () => {
    const events: Told[] = [
      [5_000, 'server', answers],
      ...closes,
      [6_000, 'pi', sessionEnded('s', 'link_lost')],
      [7_000, 'server', said(3, 'cancelled')],
    ];
    expect(longest('downlink_lost', ...TALKING, ...events)).to.deep.equal({ close: 3_000 });
  });

  it('is what a speaker that fails leaves unheard, put down to that', () => {
    const events: Told[] = [
      [5_500, 'world', began('outage', 1)],
      struck(6_000, 'speaker_fails', 2, ['pi']),
      [6_000, 'pi', played(1, 3, 'device_error')],
      [6_020, 'server', said(3, 'playback_failed')],
    ];
    expect(lostOf(...events)).to.deep.equal({ speaker_fails: 2_000 });
  });

  it('is what a client that gave up waiting for it never heard', () => {
    const events: Told[] = [
      [5_500, 'world', began('outage', 1)],
      [16_000, 'pi', played(1, 1)],
      [30_000, 'server', said(4, 'playback_failed')],
    ];
    expect(lostOf(...events)).to.deep.equal({ outage: 3_000 });
  });

  it('is not what somebody cut short, by speaking or by hand, also where a loss follows', () => {
    const later: Told[] = [...closes, [6_500, 'pi', sessionEnded('s', 'link_lost')]];
    const stops: Told = [5_500, 'pi', played(1, 3)];
    expect(lostOf(stops, [5_520, 'server', said(3, 'interrupted')])).to.deep.equal({});
    expect(lostOf(stops, [5_500, 'pi', sessionEnded('s', 'user')])).to.deep.equal({});
    expect(lostOf(stops, ...later)).to.deep.equal({});
    expect(lostOf([5_500, 'server', said(3, 'interrupted')], ...cut)).to.deep.equal({});
  });

  it('is nothing of an answer that was heard to its end', () => {
    const later: Told[] = [...closes, [6_500, 'pi', sessionEnded('s', 'link_lost')]];
    const heard: Told[] = [
      [5_500, 'pi', played(3, 3, 'finished')],
      [5_520, 'server', said(3)],
    ];
    expect(lostOf(...heard, ...later)).to.deep.equal({});
  });
});
