import { expect } from 'chai';

import type { Playback } from '../../src/ports';
import { SpeakerMeter } from '../../src/sim/speaker-meter';

const FIRST = Buffer.from([1, 2, 3, 4]);
const SECOND = Buffer.from([5, 6]);

/** Plays nothing: what is written waits. */
function silentPlayback(): Playback {
  let queuedBytes = 0;
  return {
    bufferedBytes: () => queuedBytes,
    end: () => undefined,
    stop: () => (queuedBytes = 0),
    write: (pcm) => (queuedBytes += pcm.length),
  };
}

function fingerprint(...pieces: readonly Buffer[]): string {
  const meter = new SpeakerMeter();
  for (const pcm of pieces) meter.heard(pcm);
  return meter.take().sound;
}

describe('SpeakerMeter', () => {
  it('has one fingerprint for the same sound, however it is cut', () => {
    expect(fingerprint(FIRST, SECOND)).to.equal(fingerprint(Buffer.concat([FIRST, SECOND])));
  });

  it('has another for another order, and for a sound that lacks a piece', () => {
    expect(fingerprint(SECOND, FIRST)).not.to.equal(fingerprint(FIRST, SECOND));
    expect(fingerprint(FIRST)).not.to.equal(fingerprint(FIRST, SECOND));
  });

  it('knows the most that waited, and begins anew after each reading', () => {
    const meter = new SpeakerMeter();
    const speaker = meter.at({ close: () => undefined, play: () => silentPlayback() });
    const playback = speaker.play({ onFinished: () => undefined, onFailed: () => undefined });
    playback.write(FIRST);
    playback.write(SECOND);
    playback.stop();

    expect(meter.take().mostQueuedBytes).to.equal(6);
    expect(meter.take().mostQueuedBytes).to.equal(0);
  });
});
