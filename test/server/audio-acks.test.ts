import { expect } from 'chai';

import { AudioAcks } from '../../src/server/audio-acks';
import { FakeClock } from './conversation-bench';

function makeAcks() {
  const clock = new FakeClock();
  const sent: [atMs: number, bytes: number][] = [];
  const onDue = (bytes: number) => sent.push([clock.now(), bytes]);
  return { acks: new AudioAcks({ clock, intervalMs: 500, onDue }), clock, sent };
}

describe('AudioAcks', () => {
  it('acknowledge the first audio after 20 ms, then with a message, 500 ms apart', async () => {
    const { acks, clock, sent } = makeAcks();
    for (let piece = 0; piece < 14; piece += 1) {
      acks.took(3_200);
      await clock.pass(100);
    }
    // The sixth message comes 480 ms after the first one, so the seventh takes the next along.
    expect(sent).to.deep.equal([
      [20, 3_200],
      [600, 22_400],
      [1_100, 38_400],
    ]);
  });

  it('need no timer for what a message takes along', async () => {
    const { acks, clock } = makeAcks();
    acks.took(100);
    await clock.pass(100);
    acks.took(100);
    expect(clock.pending).to.equal(1);
    await clock.pass(450);
    acks.took(100);
    expect(clock.pending).to.equal(0);
  });

  it('wait 600 ms and no longer for a message that does not come', async () => {
    const { acks, clock, sent } = makeAcks();
    acks.took(100);
    await clock.pass(30);
    acks.took(100);
    await clock.pass(5_000);
    expect(sent).to.deep.equal([
      [20, 100],
      [630, 200],
    ]);
  });

  it('gather what comes together after a pause', async () => {
    const { acks, clock, sent } = makeAcks();
    acks.took(100);
    await clock.pass(5_000);
    acks.took(100);
    acks.took(100);
    await clock.pass(5_000);
    expect(sent).to.deep.equal([
      [20, 100],
      [5_020, 300],
    ]);
  });

  it('leave no timer when they stop', () => {
    const { acks, clock } = makeAcks();
    acks.took(100);
    acks.stop();
    acks.stop();
    expect(clock.pending).to.equal(0);
  });
});
