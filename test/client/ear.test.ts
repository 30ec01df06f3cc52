import { expect } from 'chai';

import { checkClientSettings } from '../../src/client/client-settings';
import { Ear } from '../../src/client/ear';
import type { LinkEvent } from '../../src/events';
import { VirtualClock } from '../../src/sim/virtual-clock';
import { advance, clockOn } from './bench';
import { FRAME_SAMPLES, HOTWORD, hotwordThen, pcm, TestHotword, TestMicrophone } from './devices';

const settings = checkClientSettings({ serverUrl: 'ws://hub' });

/** An ear, and who heard what. */
class Bench {
  readonly virtual = new VirtualClock();
  readonly clock = clockOn(this.virtual);
  readonly microphone = new TestMicrophone(this.clock);
  readonly hotword = new TestHotword();
  readonly events: LinkEvent[] = [];
  readonly session: Buffer[] = [];
  hotwords = 0;
  failures = 0;
  /** What the hotword leads to. */
  onHotword = (): void => this.ear.listenFor('session');
  readonly ear: Ear = new Ear({
    settings,
    clock: this.clock,
    events: { emit: (event) => this.events.push(event) },
    microphone: this.microphone,
    hotword: this.hotword,
    onHotword: () => {
      this.hotwords += 1;
      this.onHotword();
    },
    onAudio: (sound) => this.session.push(Buffer.from(sound)),
    onFailed: () => (this.failures += 1),
  });

  listenFor(purpose: 'hotword' | 'session' | 'nothing'): this {
    this.ear.open();
    this.ear.listenFor(purpose);
    return this;
  }

  run(ms: number): void {
    advance(this.virtual, ms);
  }

  /** After how long each open that failed was followed by another, in milliseconds. */
  waits(failures: number): number[] {
    return Array.from({ length: failures }, () => {
      const startMs = this.virtual.now();
      const { opens } = this.microphone;
      const untilMs = startMs + 60_000;
      while (this.microphone.opens === opens) this.virtual.next(untilMs)?.run();
      const waitMs = this.virtual.now() - startMs;
      this.run(1);
      return waitMs;
    });
  }
}

describe('Ear', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  describe('that listens for the hotword', () => {
    it('gives the detector frames of 512 samples, whatever the pieces', () => {
      bench.listenFor('hotword');
      const samples = Array.from({ length: FRAME_SAMPLES * 3 }, (_, sample) => sample);
      const sound = Buffer.from(Int16Array.from(samples).buffer);
      for (const [from, to] of [
        [0, 2],
        [2, 640],
        [640, 642],
        [642, 2_500],
        [2_500, 3_072],
      ]) {
        bench.microphone.hear(sound.subarray(from, to));
      }
      const heard = bench.hotword.frames.flatMap((frame) => [...frame]);
      expect(bench.hotword.frames.map(({ length }) => length)).to.deep.equal([512, 512, 512]);
      expect(heard).to.deep.equal(samples);
    });

    it('gives it negative samples as they are', () => {
      bench.listenFor('hotword').microphone.hear(pcm(FRAME_SAMPLES * 2, -20_000));
      expect(bench.hotword.frames[0]?.[0]).to.equal(-20_000);
    });

    it('gives the session what follows the hotword in the same piece, and not the hotword', () => {
      bench.listenFor('hotword').microphone.hear(hotwordThen(100, 7));
      expect(bench.hotwords).to.equal(1);
      expect(Buffer.concat(bench.session)).to.deep.equal(pcm(100, 7));
    });

    it('lets what follows the hotword go where no session came of it', () => {
      bench.onHotword = () => undefined;
      bench.listenFor('hotword').microphone.hear(hotwordThen(100));
      expect(Buffer.concat(bench.session)).to.have.length(0);
    });

    it('finds one hotword in a piece', () => {
      bench.onHotword = () => undefined;
      bench.listenFor('hotword').microphone.hear(pcm(FRAME_SAMPLES * 6, HOTWORD));
      expect(bench.hotwords).to.equal(1);
    });

    it('begins anew each time: half a frame of long ago is forgotten', () => {
      bench.listenFor('hotword').microphone.hear(pcm(FRAME_SAMPLES, 5));
      bench.ear.listenFor('nothing');
      bench.ear.listenFor('hotword');
      bench.microphone.hear(pcm(FRAME_SAMPLES * 2, 6));
      expect(bench.hotword.resets).to.equal(2);
      expect(bench.hotword.frames.map((frame) => frame[0])).to.deep.equal([6]);
    });

    it('begins anew after the device failed in the middle of a frame', () => {
      bench.listenFor('hotword').microphone.hear(pcm(FRAME_SAMPLES, 5));
      bench.microphone.fail('device_lost');
      bench.run(settings.microphoneRetryMs);
      bench.microphone.hear(pcm(FRAME_SAMPLES * 2, 6));
      expect(bench.hotword.frames.map((frame) => [...new Set(frame)])).to.deep.equal([[6]]);
    });
  });

  it('gives a session all that it hears, and the detector nothing', () => {
    bench.listenFor('session').microphone.hear(pcm(FRAME_SAMPLES * 2, HOTWORD));
    expect(bench.hotword.frames).to.deep.equal([]);
    expect(Buffer.concat(bench.session)).to.have.length(FRAME_SAMPLES * 2);
  });

  it('closes the device’s ear where it listens for nothing', () => {
    bench.listenFor('session').ear.listenFor('nothing');
    expect(bench.microphone.purpose).to.equal('nothing');
  });

  it('says once what it listens for', () => {
    bench.listenFor('hotword').ear.listenFor('hotword');
    const listening = bench.events.filter(({ type }) => type === 'microphone.listening');
    expect(listening).to.have.length(1);
    expect(bench.hotword.resets).to.equal(1);
  });

  describe('whose device fails', () => {
    it('tells so, and opens it again after 1 s for what it listened for', () => {
      bench.listenFor('session').microphone.fail('device_lost');
      expect(bench.failures).to.equal(1);
      bench.run(settings.microphoneRetryMs - 1);
      expect(bench.microphone.purpose).to.equal(undefined);
      bench.run(1);
      expect(bench.microphone.purpose).to.equal('session');
    });

    it('waits 1, 2, 4, 8 s and never longer, for as long as it cannot be opened', () => {
      bench.microphone.failure = 'device_missing';
      bench.listenFor('hotword').run(1);
      const waits = bench.waits(1_100);
      expect(waits.slice(0, 5)).to.deep.equal([1_000, 2_000, 4_000, 8_000, 8_000]);
      expect(waits.at(-1)).to.equal(8_000);
      expect(bench.failures).to.equal(1_101);
    });

    it('counts anew once something was heard', () => {
      bench.microphone.failure = 'device_busy';
      bench.listenFor('hotword').run(1);
      bench.microphone.failure = undefined;
      expect(bench.waits(1)).to.deep.equal([1_000]);
      bench.microphone.hear(pcm(2));
      bench.microphone.fail('device_lost');
      expect(bench.waits(1)).to.deep.equal([1_000]);
    });

    it('does not count anew because it could be opened, if nothing is ever heard', () => {
      bench.listenFor('hotword');
      bench.microphone.fail('device_lost');
      expect(bench.waits(1)).to.deep.equal([1_000]);
      bench.microphone.fail('device_lost');
      expect(bench.waits(1)).to.deep.equal([2_000]);
    });

    it('follows what it is told to listen for meanwhile', () => {
      bench.listenFor('session').microphone.fail('device_lost');
      bench.ear.listenFor('hotword');
      bench.run(settings.microphoneRetryMs);
      expect(bench.microphone.purpose).to.equal('hotword');
    });

    it('is not opened again once the ear is closed', () => {
      bench.listenFor('hotword').microphone.fail('device_lost');
      bench.ear.close();
      bench.run(60_000);
      expect(bench.microphone.opens).to.equal(1);
      expect(bench.clock.pending).to.equal(0);
    });
  });

  it('releases the device when it is closed, and may be closed twice', () => {
    bench.listenFor('hotword').ear.close();
    bench.ear.close();
    expect(bench.microphone.purpose).to.equal(undefined);
    expect(bench.events.filter(({ type }) => type === 'microphone.closed')).to.have.length(1);
  });
});
