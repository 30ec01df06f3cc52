import { expect } from 'chai';

import { BRIEF_MOMENTS, MOMENTS, Moments } from '../../src/fuzz/moments';
import { connected, dialing, recorded, type Told } from './events';

function momentsOf(...events: readonly Told[]): Moments {
  const moments = new Moments();
  for (const event of recorded(...events)) moments.observe(event);
  return moments;
}

describe('Moments', () => {
  it('has each moment once, and among them those that are brief', () => {
    expect(new Set(MOMENTS).size).to.equal(MOMENTS.length);
    for (const each of BRIEF_MOMENTS) expect(MOMENTS).to.include(each);
  });

  it('knows when a moment was, counted round', () => {
    const moments = momentsOf([5, 'pi', dialing], [7, 'pi', connected], [90, 'pi', dialing]);
    expect([0, 1, 2, 3].map((nth) => moments.instant('dialing', nth))).to.deep.equal([
      5, 90, 5, 90,
    ]);
    expect(moments.instant('connected', 9)).to.equal(7);
    expect(moments.instant('answer sounds', 0)).to.equal(undefined);
  });

  it('tells the sound of an answer from that of a cue', () => {
    const moments = momentsOf(
      [5, 'pi', { type: 'cue.played', cue: 'offline' }],
      [9, 'pi', { type: 'playback.started', session: 'a', turn: 1 }],
    );
    expect(moments.instant('cue sounds', 0)).to.equal(6);
    expect(moments.instant('answer sounds', 0)).to.equal(10);
  });

  it('knows of deadlines before they come', () => {
    const ping = { type: 'heartbeat.sent', connection: 'c1' } as const;
    const moments = momentsOf([1_000, 'pi', ping]);
    expect(moments.instant('pong deadline', 0)).to.equal(11_000);
    expect(moments.instant('next ping', 0)).to.equal(31_000);
  });
});
