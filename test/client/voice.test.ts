import { expect } from 'chai';

import { ClockSpeaker } from '../../src/audio/clock-speaker';
import { cueSound } from '../../src/audio/cue-sound';
import { checkClientSettings } from '../../src/client/client-settings';
import { Voice, type PlaybackEnd } from '../../src/client/voice';
import { BYTES_PER_MS, soundMs } from '../../src/constants';
import type { LinkEvent } from '../../src/events';
import type { Speaker } from '../../src/ports';
import { VirtualClock } from '../../src/sim/virtual-clock';
import { advance, clockOn } from './bench';
import { DeadSpeaker, pcm } from './devices';

const settings = checkClientSettings({ serverUrl: 'ws://hub' });
const ECHO_MS = 200;
const GAP_LIMIT_MS = 10_000;
const CUE_MS = soundMs(cueSound('offline').length);
const SECOND_BYTES = 32_000;

/** A voice on a speaker that takes its time, and all that it told. */
class Bench {
  readonly virtual = new VirtualClock();
  readonly clock = clockOn(this.virtual);
  readonly heard: Buffer[] = [];
  readonly speaker = new ClockSpeaker({
    clock: this.clock,
    onHeard: (sound) => this.heard.push(sound),
  });
  readonly events: LinkEvent[] = [];
  /** `<ms> busy` and `<ms> quiet`, `<ms> hold` and `<ms> release`, `<ms> <how>` for an answer. */
  readonly told: string[] = [];
  readonly voice: Voice;
  private wasBusy = false;

  constructor(speaker?: Speaker) {
    this.voice = new Voice({
      settings,
      clock: this.clock,
      events: { emit: (event) => this.events.push(event) },
      speaker: speaker ?? this.speaker,
      onBusyChanged: () => this.busyChanged(),
      onBackPressure: (hold) => this.tell(hold ? 'hold' : 'release'),
    });
  }

  begin(turn = 1): void {
    const onEnded = (how: PlaybackEnd): void => this.tell(`turn ${turn} ${how}`);
    this.voice.beginAnswer({ session: 's1', turn, onEnded });
  }

  run(ms: number): void {
    advance(this.virtual, ms);
  }

  get ended(): (LinkEvent & { readonly type: 'playback.ended' })[] {
    return this.events.filter((event) => event.type === 'playback.ended');
  }

  private busyChanged(): void {
    if (this.voice.busy !== this.wasBusy) this.tell(this.voice.busy ? 'busy' : 'quiet');
    this.wasBusy = this.voice.busy;
  }

  private tell(what: string): void {
    this.told.push(`${this.virtual.now()} ${what}`);
  }
}

describe('Voice', () => {
  let bench: Bench;

  beforeEach(() => {
    bench = new Bench();
  });

  describe('of an answer', () => {
    it('is busy from its beginning until the echo of its end has died away', () => {
      bench.begin();
      bench.voice.write(pcm(SECOND_BYTES));
      bench.voice.endAnswer();
      bench.run(60_000);
      expect(bench.told).to.deep.equal([
        '0 busy',
        '1000 turn 1 finished',
        `${1_000 + ECHO_MS} quiet`,
      ]);
    });

    it('is not over when all of it has come, but when all of it was heard', () => {
      bench.begin();
      bench.voice.write(pcm(5 * SECOND_BYTES));
      bench.voice.endAnswer();
      bench.run(4_999);
      expect(bench.ended).to.deep.equal([]);
      bench.run(1);
      expect(bench.ended).to.have.length(1);
    });

    it('is not over where the queue ran dry, while more may come', () => {
      bench.begin();
      bench.voice.write(pcm(320));
      bench.run(5_000);
      bench.voice.write(pcm(320));
      expect(bench.ended).to.deep.equal([]);
    });

    it('plays what came, in order, and says how much of it was heard', () => {
      bench.begin();
      bench.voice.write(pcm(640, 1));
      bench.voice.write(pcm(320, 2));
      bench.voice.endAnswer();
      bench.run(1_000);
      expect(Buffer.concat(bench.heard)).to.deep.equal(Buffer.concat([pcm(640, 1), pcm(320, 2)]));
      expect(bench.ended).to.deep.equal([
        {
          type: 'playback.ended',
          session: 's1',
          turn: 1,
          receivedBytes: 960,
          playedBytes: 960,
          how: 'finished',
        },
      ]);
    });

    it('without a sound is over at once', () => {
      bench.begin();
      bench.voice.endAnswer();
      bench.run(1);
      expect(bench.told).to.contain('1 turn 1 finished');
    });

    it('that is stopped is silent at once, and nobody is told that it was heard', () => {
      bench.begin();
      bench.voice.write(pcm(SECOND_BYTES));
      bench.run(250);
      bench.voice.stop();
      bench.run(60_000);
      expect(Buffer.concat(bench.heard)).to.have.length(250 * BYTES_PER_MS);
      expect(bench.told).to.deep.equal(['0 busy', `${250 + ECHO_MS} quiet`]);
      expect(bench.ended[0]).to.include({ playedBytes: 250 * BYTES_PER_MS, how: 'stopped' });
    });

    it('ends where another begins', () => {
      bench.begin(1);
      bench.voice.write(pcm(SECOND_BYTES));
      bench.begin(2);
      expect(bench.voice.endAnswer(1)).to.equal(false);
      expect(bench.voice.endAnswer(2)).to.equal(true);
      bench.run(60_000);
      expect(bench.ended.map(({ turn, how }) => `${turn} ${how}`)).to.deep.equal([
        '1 stopped',
        '2 finished',
      ]);
    });

    it('takes no audio after its end', () => {
      bench.begin();
      bench.voice.endAnswer();
      bench.voice.write(pcm(320));
      bench.run(100);
      expect(bench.ended[0]?.receivedBytes).to.equal(0);
    });

    it('ends once, though its end comes twice', () => {
      bench.begin();
      expect(bench.voice.endAnswer()).to.equal(true);
      expect(bench.voice.endAnswer()).to.equal(false);
      bench.run(60_000);
      expect(bench.ended).to.have.length(1);
    });

    for (const hasAllCome of [false, true]) {
      it(`that is interrupted is silent at once, ${hasAllCome ? 'all' : 'some'} come`, () => {
        bench.begin();
        bench.voice.write(pcm(SECOND_BYTES));
        if (hasAllCome) bench.voice.endAnswer();
        bench.run(250);
        expect(bench.voice.interruptAnswer(1)).to.equal(true);
        bench.voice.write(pcm(SECOND_BYTES));
        bench.run(60_000);
        expect(Buffer.concat(bench.heard)).to.have.length(250 * BYTES_PER_MS);
        expect(bench.told.slice(1)).to.deep.equal(['250 turn 1 interrupted', '450 quiet']);
        expect(bench.ended[0]).to.include({ playedBytes: 250 * BYTES_PER_MS, how: 'stopped' });
      });
    }

    it('is not interrupted by what is meant for another, or comes too late', () => {
      bench.begin(2);
      bench.voice.write(pcm(SECOND_BYTES));
      expect(bench.voice.interruptAnswer(1)).to.equal(false);
      bench.voice.endAnswer();
      bench.run(60_000);
      expect(bench.voice.interruptAnswer(2)).to.equal(false);
      expect(bench.ended[0]).to.include({ playedBytes: SECOND_BYTES, how: 'finished' });
    });

    it('leaves a cue alone', () => {
      bench.voice.cue('offline');
      expect(bench.voice.interruptAnswer()).to.equal(false);
      bench.run(60_000);
      expect(Buffer.concat(bench.heard)).to.deep.equal(cueSound('offline'));
    });
  });

  describe('of an answer that breaks off', () => {
    it('is over 10 s after the last of it was heard', () => {
      bench.begin();
      bench.voice.write(pcm(SECOND_BYTES));
      bench.run(60_000);
      expect(bench.told).to.deep.equal([
        '0 busy',
        `${1_000 + GAP_LIMIT_MS} turn 1 stalled`,
        `${1_000 + GAP_LIMIT_MS + ECHO_MS} quiet`,
      ]);
    });

    it('is over 10 s after its beginning where nothing comes', () => {
      bench.begin();
      bench.run(60_000);
      expect(bench.told).to.contain(`${GAP_LIMIT_MS} turn 1 stalled`);
    });

    it('waits 10 s anew with each piece', () => {
      bench.begin();
      for (let count = 0; count < 5; count++) {
        bench.voice.write(pcm(32));
        bench.run(GAP_LIMIT_MS - 1);
      }
      expect(bench.ended).to.deep.equal([]);
    });

    it('takes nothing of what comes too late', () => {
      bench.begin();
      bench.run(GAP_LIMIT_MS);
      bench.voice.write(pcm(320));
      expect(bench.voice.endAnswer()).to.equal(false);
      bench.run(60_000);
      expect(bench.heard).to.deep.equal([]);
      expect(bench.ended).to.have.length(1);
    });
  });

  describe('whose speaker fails', () => {
    it('tells so, and is quiet after the echo', () => {
      bench.begin();
      bench.voice.write(pcm(SECOND_BYTES));
      bench.run(100);
      bench.speaker.fail('device_lost');
      bench.run(60_000);
      expect(bench.told).to.deep.equal([
        '0 busy',
        '100 turn 1 device_lost',
        `${100 + ECHO_MS} quiet`,
      ]);
    });

    it('plays the next answer, so that one failure is not the end of all', () => {
      bench.begin(1);
      bench.speaker.fail('device_error');
      bench.begin(2);
      bench.voice.write(pcm(320));
      bench.voice.endAnswer();
      bench.run(100);
      expect(bench.ended.map(({ how }) => how)).to.deep.equal(['device_error', 'finished']);
    });

    it('gives an answer up where the device hangs, 10 s after it should have been heard', () => {
      const speaker = new DeadSpeaker();
      bench = new Bench(speaker);
      bench.begin();
      bench.voice.write(pcm(SECOND_BYTES));
      bench.voice.endAnswer();
      bench.run(60_000);
      expect(bench.told[1]).to.equal(`${1_000 + GAP_LIMIT_MS} turn 1 stalled`);
      expect(bench.ended[0]).to.include({ receivedBytes: SECOND_BYTES, playedBytes: 0 });
      expect(speaker.stops).to.equal(1);
      expect(bench.voice.busy).to.equal(false);
    });

    it('gives a cue up as well, so that the ear opens again', () => {
      bench = new Bench(new DeadSpeaker());
      bench.voice.cue('offline');
      bench.run(60_000);
      expect(bench.voice.busy).to.equal(false);
    });
  });

  describe('of a cue', () => {
    it('is busy as long as it sounds, and for its echo', () => {
      bench.voice.cue('offline');
      bench.run(60_000);
      expect(bench.told).to.deep.equal(['0 busy', `${CUE_MS + ECHO_MS} quiet`]);
      expect(Buffer.concat(bench.heard)).to.deep.equal(cueSound('offline'));
    });

    it('stops an answer, and nobody is told that it was heard', () => {
      bench.begin();
      bench.voice.write(pcm(SECOND_BYTES));
      bench.voice.cue('interrupted');
      bench.voice.write(pcm(SECOND_BYTES));
      bench.run(60_000);
      expect(Buffer.concat(bench.heard)).to.deep.equal(cueSound('interrupted'));
      expect(bench.told).to.deep.equal(['0 busy', `${CUE_MS + ECHO_MS} quiet`]);
    });

    it('is cut off by an answer', () => {
      bench.voice.cue('offline');
      bench.run(10);
      bench.begin();
      bench.voice.write(pcm(320, 9));
      bench.voice.endAnswer();
      bench.run(60_000);
      expect(Buffer.concat(bench.heard).subarray(-320)).to.deep.equal(pcm(320, 9));
      expect(bench.told.filter((each) => each.endsWith('quiet'))).to.have.length(1);
    });
  });

  describe('whose queue grows long', () => {
    /** As much as the server sends until it is held, at most `seconds` of sound, in pieces. */
    function flood(seconds: number, pieceBytes = 3_200): number {
      let sent = 0;
      while (sent < seconds * SECOND_BYTES && !bench.told.at(-1)?.endsWith('hold')) {
        bench.voice.write(pcm(pieceBytes));
        sent += pieceBytes;
      }
      return sent;
    }

    it('holds the link before 960,000 bytes wait, with room for what was read already', () => {
      bench.begin();
      const sent = flood(100);
      expect(sent).to.be.at.most(960_000 - 131_072 - 65_536 + 3_200);
      expect(bench.told.at(-1)).to.equal('0 hold');
    });

    it('holds it once, and releases it when there is room again', () => {
      bench.begin();
      flood(100);
      bench.voice.write(pcm(3_200));
      bench.run(3_000);
      expect(bench.told.filter((each) => each.endsWith('hold'))).to.have.length(1);
      expect(bench.told.filter((each) => each.endsWith('release'))).to.have.length(1);
    });

    it('holds a fast answer again and again, each time for less than a pong may take', () => {
      bench.begin();
      const holds: number[] = [];
      for (let round = 0; round < 50; round++) {
        flood(100);
        const startMs = bench.virtual.now();
        while (!bench.told.at(-1)?.endsWith('release')) bench.run(10);
        holds.push(bench.virtual.now() - startMs);
      }
      expect(Math.max(...holds)).to.be.below(settings.pongTimeoutMs);
    });

    for (const [what, act] of [
      ['is stopped', (): void => bench.voice.stop()],
      ['fails', (): void => bench.speaker.fail('device_lost')],
      ['gives way to a cue', (): void => bench.voice.cue('rejected')],
      ['gives way to another', (): void => bench.begin(2)],
    ] as const) {
      it(`releases the link when the answer ${what}`, () => {
        bench.begin();
        flood(100);
        act();
        expect(bench.told.filter((each) => each.endsWith('release'))).to.have.length(1);
        bench.run(60_000);
        expect(bench.told.filter((each) => each.endsWith('release'))).to.have.length(1);
      });
    }
  });

  describe('that is closed', () => {
    it('is silent, holds no timer, and tells nobody', () => {
      bench.begin();
      bench.voice.write(pcm(40 * SECOND_BYTES));
      bench.run(100);
      const { length } = bench.told;
      bench.voice.close();
      expect(bench.clock.pending).to.equal(0);
      bench.run(60_000);
      expect(bench.told.slice(length)).to.deep.equal(['100 release']);
    });

    it('may be closed twice, and before it ever sounded', () => {
      bench.voice.close();
      bench.voice.close();
      expect(bench.voice.busy).to.equal(false);
    });
  });
});
