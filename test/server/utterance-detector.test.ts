import { expect } from 'chai';

import { soundMs } from '../../src/constants';
import { UtteranceDetector, type UtteranceEvent } from '../../src/server/utterance-detector';
import { silence, tone } from './tone';

function utterancesIn(found: readonly UtteranceEvent[]): Buffer[] {
  return found.flatMap((event) => (event.type === 'utterance' ? [event.pcm] : []));
}

describe('UtteranceDetector', () => {
  it('finds an utterance with 200 ms before it and 100 ms after it', () => {
    const detector = new UtteranceDetector();
    const found = detector.push(Buffer.concat([silence(500), tone(400), silence(700)]));
    expect(found.map((event) => event.type)).to.deep.equal(['speech', 'utterance']);
    const [pcm] = utterancesIn(found);
    expect(pcm).to.deep.equal(Buffer.concat([silence(200), tone(400), silence(100)]));
  });

  it('finds the same however the sound is cut', () => {
    const sound = Buffer.concat([silence(300), tone(400), silence(300), tone(300), silence(800)]);
    const whole = utterancesIn(new UtteranceDetector().push(sound));
    for (const size of [2, 130, 640, 3_200]) {
      const detector = new UtteranceDetector();
      const found: UtteranceEvent[] = [];
      for (let at = 0; at < sound.length; at += size) {
        found.push(...detector.push(sound.subarray(at, at + size)));
      }
      expect(utterancesIn(found), `pieces of ${size} bytes`).to.deep.equal(whole);
    }
  });

  it('takes a pause of less than 700 ms for part of the utterance', () => {
    const detector = new UtteranceDetector();
    const found = detector.push(
      Buffer.concat([tone(300), silence(680), tone(300), silence(700), tone(300), silence(700)]),
    );
    expect(utterancesIn(found).map((pcm) => soundMs(pcm.length))).to.deep.equal([1_380, 600]);
  });

  it('takes less than 200 ms of sound for a knock', () => {
    const detector = new UtteranceDetector();
    expect(detector.push(Buffer.concat([tone(180), silence(2_000)]))).to.deep.equal([]);
  });

  it('hears nothing in silence and noise', () => {
    const detector = new UtteranceDetector();
    expect(detector.push(Buffer.concat([silence(1_000), tone(1_000, 300)]))).to.deep.equal([]);
  });

  it('goes on with a voice that sinks', () => {
    const detector = new UtteranceDetector();
    const found = detector.push(Buffer.concat([tone(200), tone(1_000, 550), silence(700)]));
    expect(utterancesIn(found).map((pcm) => soundMs(pcm.length))).to.deep.equal([1_300]);
  });

  it('ends an utterance after 30 s', () => {
    const detector = new UtteranceDetector();
    const found = detector.push(tone(30_000));
    expect(utterancesIn(found).map((pcm) => soundMs(pcm.length))).to.deep.equal([30_000]);
  });

  it('reports speech again for as long as it goes on', () => {
    const detector = new UtteranceDetector();
    detector.push(tone(300));
    expect(detector.push(tone(100))).to.deep.equal([{ type: 'speech' }]);
  });
});
