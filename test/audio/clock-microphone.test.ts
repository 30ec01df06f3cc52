import { createClock } from '@sinonjs/fake-timers';
import { expect } from 'chai';

import { ClockMicrophone } from '../../src/audio/clock-microphone';
import { Room } from '../../src/audio/room';
import { soundMs } from '../../src/constants';
import type { Clock, DeviceFailure, MicrophoneStream } from '../../src/ports';
import { microphoneContract } from '../contract/microphone';
import { fixturePcm } from './fixtures';

/** What is delivered at a time, in milliseconds. */
const HOTWORD_MS = 20;
const SESSION_MS = 100;

/** PCM of this length, with samples that tell their own place: 1, 2, 3 ... */
function sound(ms: number): Buffer {
  const pcm = Buffer.alloc(ms * 32);
  for (let at = 0; at < pcm.length / 2; at++) pcm.writeInt16LE((at % 30_000) + 1, at * 2);
  return pcm;
}

function silence(ms: number): Buffer {
  return Buffer.alloc(ms * 32);
}

/** Virtual time behind the Clock port. `offsetMs` gives instants a fraction, as real ones have. */
function virtualClock(offsetMs = 0) {
  const time = createClock(0);
  const clock: Clock = {
    now: () => time.now + offsetMs,
    setTimeout: (callback, delayMs) => time.setTimeout(callback, delayMs) as object,
    clearTimeout: (timer) => time.clearTimeout(timer as never),
  };
  return { time, clock };
}

function openMicrophone(offsetMs = 0) {
  const { time, clock } = virtualClock(offsetMs);
  const frames: { readonly atMs: number; readonly pcm: Buffer }[] = [];
  const failures: DeviceFailure[] = [];
  let quiets = 0;
  const room = new Room({ clock, onQuiet: () => quiets++ });
  const microphone = new ClockMicrophone({ clock, room });
  const handlers = {
    onAudio: (pcm: Buffer) => frames.push({ atMs: time.now, pcm }),
    onFailed: (failure: DeviceFailure) => failures.push(failure),
  };
  const stream: MicrophoneStream = microphone.open(handlers);
  const heard = () => Buffer.concat(frames.map(({ pcm }) => pcm));
  const times = () => frames.map(({ atMs }) => atMs);
  const quietCount = () => quiets;
  return {
    ...{ time, room, microphone, handlers, stream, frames, failures, heard, times, quietCount },
  };
}

/** 20, 40, 60 ... after a start. */
function every20Ms(startMs: number, count: number): number[] {
  return Array.from({ length: count }, (_, k) => startMs + 20 * (k + 1));
}

describe('ClockMicrophone', () => {
  describe('listening for the hotword', () => {
    it('delivers each frame of a sound when it would have been recorded', () => {
      const { time, room, stream, times, heard } = openMicrophone();
      stream.listenFor('hotword');
      time.tick(1_003);
      room.say(sound(100));
      time.tick(100);
      expect(times()).to.deep.equal(every20Ms(1_003, 5));
      expect(heard()).to.deep.equal(sound(100));
    });

    it('pads the last frame with silence, and goes on for 300 ms', () => {
      const { time, room, stream, heard } = openMicrophone();
      stream.listenFor('hotword');
      room.say(sound(30));
      time.tick(10_000);
      const wanted = Buffer.concat([sound(30), silence(310)]);
      expect(heard()).to.deep.equal(wanted);
    });

    it('holds no timer while nothing sounds', () => {
      const { time, room, stream, frames } = openMicrophone();
      stream.listenFor('hotword');
      expect(time.countTimers()).to.equal(0);
      room.say(sound(40));
      time.tick(10_000);
      expect(time.countTimers()).to.equal(0);
      expect(frames).to.have.length((40 + 300) / HOTWORD_MS);
    });

    it('hears sounds one after another, with nothing lost or added between', () => {
      const { time, room, stream, heard } = openMicrophone();
      stream.listenFor('hotword');
      room.say(sound(50));
      time.tick(7);
      room.say(sound(70));
      time.tick(10_000);
      const wanted = Buffer.concat([sound(50), sound(70), silence(300)]);
      expect(heard()).to.deep.equal(wanted);
    });

    it('hears a sound that begins in the silence after another at its place', () => {
      const { time, room, stream, heard } = openMicrophone();
      stream.listenFor('hotword');
      room.say(sound(20));
      time.tick(25);
      room.say(sound(20));
      time.tick(10_000);
      const start = Buffer.concat([sound(20), silence(5), sound(20)]);
      expect(heard().subarray(0, start.length)).to.deep.equal(start);
    });
  });

  describe('in a session', () => {
    it('delivers silence too, with exactly one timer pending', () => {
      const { time, stream, times, heard } = openMicrophone();
      stream.listenFor('session');
      for (let ms = 0; ms < 3 * SESSION_MS; ms++) {
        expect(time.countTimers()).to.equal(1);
        time.tick(1);
      }
      expect(times()).to.deep.equal([100, 200, 300]);
      expect(heard()).to.deep.equal(silence(300));
    });

    it('goes on from the hotword without a gap', () => {
      const { time, room, stream, heard, times } = openMicrophone();
      stream.listenFor('hotword');
      room.say(sound(200));
      time.tick(90);
      stream.listenFor('session');
      time.tick(90);
      expect(heard()).to.deep.equal(sound(200).subarray(0, 180 * 32));
      expect(times()).to.deep.equal([...every20Ms(0, 4), 180]);
    });

    it('goes back to the hotword without a gap', () => {
      const { time, room, stream, heard, times } = openMicrophone();
      stream.listenFor('session');
      room.say(sound(200));
      time.tick(150);
      stream.listenFor('hotword');
      time.tick(50);
      expect(heard()).to.deep.equal(sound(200));
      expect(times()).to.deep.equal([100, 150, 151, 160, 180, 200]);
    });

    it('drifts by nothing in an hour of instants with fractions', () => {
      const { time, room, stream, frames } = openMicrophone(0.3);
      stream.listenFor('session');
      time.tick(3_600_000);
      expect(frames).to.have.length(3_600_000 / SESSION_MS);
      room.say(sound(SESSION_MS));
      time.tick(SESSION_MS);
      expect(frames.at(-1)?.pcm).to.deep.equal(sound(SESSION_MS));
    });

    it('finds after a stall what was recorded meanwhile, but for what is older than 2 s', () => {
      const { time, room, stream, heard } = openMicrophone();
      stream.listenFor('session');
      room.say(sound(3_000));
      time.jump(3_000);
      time.tick(200);
      const recorded = heard().subarray(0, 2_000 * 32);
      expect(recorded).to.deep.equal(sound(3_000).subarray(1_000 * 32));
    });
  });

  describe('with its ear closed', () => {
    it('delivers nothing while the sound goes on in the room', () => {
      const { time, room, stream, heard } = openMicrophone();
      room.say(sound(200));
      time.tick(60);
      expect(heard()).to.deep.equal(silence(0));
      stream.listenFor('session');
      time.tick(SESSION_MS);
      expect(heard()).to.deep.equal(sound(160).subarray(60 * 32));
    });

    it('stops in the middle of a sound, and holds no timer but that for quiet', () => {
      const { time, room, stream, frames } = openMicrophone();
      stream.listenFor('hotword');
      room.say(sound(100));
      time.tick(50);
      stream.listenFor('nothing');
      expect(time.countTimers()).to.equal(1);
      time.tick(10_000);
      expect(frames).to.have.length(2);
    });

    it('may be closed by who is just being told', () => {
      const { time, microphone, stream } = openMicrophone();
      stream.close();
      let calls = 0;
      const other = microphone.open({
        onAudio: () => {
          calls++;
          other.listenFor('nothing');
        },
        onFailed: () => undefined,
      });
      other.listenFor('session');
      time.tick(1_000);
      expect(calls).to.equal(1);
      expect(time.countTimers()).to.equal(0);
    });
  });

  describe('closing and failing', () => {
    it('is silent after close, holds no timer, and may be closed twice', () => {
      const { time, room, microphone, stream, frames, failures } = openMicrophone();
      stream.listenFor('session');
      time.tick(3 * SESSION_MS);
      stream.close();
      stream.close();
      stream.listenFor('session');
      microphone.fail('device_lost');
      expect(time.countTimers()).to.equal(0);
      room.say(sound(100));
      time.tick(1_000);
      expect(frames).to.have.length(3);
      expect(failures).to.deep.equal([]);
    });

    it('tells the open stream of a failure once, and can be opened again', () => {
      const { time, microphone, handlers, stream, frames, failures } = openMicrophone();
      stream.listenFor('session');
      microphone.fail('device_lost');
      microphone.fail('device_lost');
      time.tick(100);
      expect(failures).to.deep.equal(['device_lost']);
      microphone.open(handlers).listenFor('session');
      time.tick(SESSION_MS);
      expect(frames).to.have.length(1);
    });

    it('fails as many opens as it is told, each after the open has returned', () => {
      const { time, microphone, handlers, stream, failures } = openMicrophone();
      stream.close();
      microphone.failOpens(2, 'device_missing');
      for (let attempt = 0; attempt < 3; attempt++) {
        microphone.open(handlers).listenFor('hotword');
        expect(failures).to.have.length(Math.min(attempt, 2));
        time.tick(1);
      }
      expect(failures).to.deep.equal(['device_missing', 'device_missing']);
    });

    it('keeps to itself a failure to open that was closed meanwhile', () => {
      const { time, microphone, handlers, stream, failures } = openMicrophone();
      stream.close();
      microphone.failOpens(1);
      microphone.open(handlers).close();
      time.tick(1_000);
      expect(failures).to.deep.equal([]);
    });

    it('is busy for a second stream while one is open', () => {
      const { time, microphone, handlers, failures } = openMicrophone();
      microphone.open(handlers);
      time.tick(1);
      expect(failures).to.deep.equal(['device_busy']);
    });
  });
});

describe('Room', () => {
  it('says when its sounds have ended, once for all that followed one another', () => {
    const { time, room, quietCount } = openMicrophone();
    expect(room.idle).to.equal(true);
    room.say(sound(100));
    time.tick(50);
    room.say(sound(100));
    expect(room.soundingUntilMs).to.equal(200);
    time.tick(149);
    expect(quietCount()).to.equal(0);
    expect(room.idle).to.equal(false);
    time.tick(1);
    expect(quietCount()).to.equal(1);
    expect(room.idle).to.equal(true);
    expect(time.countTimers()).to.equal(0);
  });

  it('holds no timer where nobody waits for quiet', () => {
    const { time, clock } = virtualClock();
    const room = new Room({ clock });
    room.say(sound(100));
    expect(time.countTimers()).to.equal(0);
  });

  it('is quiet at once when closed, tells nobody, and may be closed twice', () => {
    const { time, room, quietCount } = openMicrophone();
    room.say(sound(100));
    time.tick(10);
    room.close();
    room.close();
    expect(room.idle).to.equal(true);
    expect(time.countTimers()).to.equal(0);
    time.tick(1_000);
    expect(quietCount()).to.equal(0);
  });

  it('outlives its microphones: a new one hears what still sounds', () => {
    const { time, clock } = virtualClock();
    const room = new Room({ clock });
    new ClockMicrophone({ clock, room }).close();
    room.say(sound(200));
    time.tick(40);
    const heard: Buffer[] = [];
    const second = new ClockMicrophone({ clock, room });
    const handlers = { onAudio: (pcm: Buffer) => heard.push(pcm), onFailed: () => undefined };
    second.open(handlers).listenFor('session');
    time.tick(160);
    expect(Buffer.concat(heard)).to.deep.equal(sound(140).subarray(40 * 32));
  });
});

/** Virtual time that passes while anybody waits for it, and as fast as it can. */
function passing() {
  const { time, clock } = virtualClock();
  const pass = async (ms: number): Promise<void> => {
    for (const untilMs = time.now + ms; time.now < untilMs;) {
      time.tick(1);
      await Promise.resolve();
    }
  };
  return { time, clock, pass };
}

microphoneContract('ClockMicrophone', () => {
  const { time, clock, pass } = passing();
  const room = new Room({ clock });
  const microphone = new ClockMicrophone({ clock, room });
  const missing = new ClockMicrophone({ clock, room });
  missing.failOpens(Infinity, 'device_missing');
  return Promise.resolve({
    microphone,
    missing,
    pass,
    say: async (fixture) => {
      const pcm = await fixturePcm(fixture);
      room.say(pcm);
      await pass(soundMs(pcm.length));
    },
    holdings: () => time.countTimers(),
    end: () => Promise.resolve(room.close()),
  });
});
