import { expect } from 'chai';

import { ClockSpeaker } from '../../src/audio/clock-speaker';
import { speakerContract } from '../contract/speaker';
import { fakeTime } from '../fake-time';

function sound(ms: number, value = 1): Buffer {
  return Buffer.alloc(ms * 32, value);
}

/** A speaker, and a log of all that it says, each entry with its instant. */
function loggedSpeaker() {
  const { time, clock } = fakeTime();
  const log: string[] = [];
  const pieces: Buffer[] = [];
  const note = (what: string) => void log.push(`${time.now} ${what}`);
  const speaker = new ClockSpeaker({
    clock,
    onStarted: () => note('started'),
    onHeard: (pcm) => pieces.push(pcm),
    onSilent: (playedBytes, how) => note(`silent ${playedBytes} ${how}`),
  });
  const handlers = {
    onFinished: () => note('finished'),
    onFailed: (failure: string) => note(`failed ${failure}`),
  };
  const heard = () => Buffer.concat(pieces);
  return { time, speaker, handlers, log, pieces, heard };
}

speakerContract('ClockSpeaker', { isRemovable: true, slackMs: 5 }, () => {
  const { time, clock } = fakeTime();
  const pieces: Buffer[] = [];
  const speaker = new ClockSpeaker({ clock, onHeard: (pcm) => pieces.push(pcm) });
  return Promise.resolve({
    clock,
    speaker,
    end: () => Promise.resolve(),
    heard: () => Promise.resolve(Buffer.concat(pieces)),
    holdings: () => time.countTimers(),
    pass: (ms) => Promise.resolve(time.tick(ms)).then(() => undefined),
    tearOut: () => Promise.resolve(speaker.fail('device_lost')),
  });
});

describe('ClockSpeaker', () => {
  it('takes as long as the sound lasts, and finishes when its last byte was heard', () => {
    const { time, speaker, handlers, log, heard } = loggedSpeaker();
    const playback = speaker.play(handlers);
    time.tick(5);
    playback.write(sound(100));
    playback.write(sound(50, 2));
    playback.end();
    time.tick(1_000);
    expect(log).to.deep.equal(['5 started', '155 silent 4800 finished', '155 finished']);
    expect(heard()).to.deep.equal(Buffer.concat([sound(100), sound(50, 2)]));
  });

  it('knows at each instant what is still to be heard', () => {
    const { time, speaker, handlers } = loggedSpeaker();
    const playback = speaker.play(handlers);
    playback.write(sound(100));
    expect(playback.bufferedBytes()).to.equal(3_200);
    time.tick(30);
    expect(playback.bufferedBytes()).to.equal(70 * 32);
    playback.write(sound(10));
    expect(playback.bufferedBytes()).to.equal(80 * 32);
    time.tick(500);
    expect(playback.bufferedBytes()).to.equal(0);
  });

  it('is silent when it runs dry, and goes on when more comes', () => {
    const { time, speaker, handlers, log, heard } = loggedSpeaker();
    const playback = speaker.play(handlers);
    playback.write(sound(20));
    time.tick(1_000);
    playback.write(sound(20, 2));
    playback.end();
    time.tick(1_000);
    expect(log).to.deep.equal(['0 started', '1020 silent 1280 finished', '1020 finished']);
    expect(heard()).to.deep.equal(Buffer.concat([sound(20), sound(20, 2)]));
  });

  it('holds no timer before the end is known, and then one', () => {
    const { time, speaker, handlers } = loggedSpeaker();
    const playback = speaker.play(handlers);
    for (let write = 0; write < 100; write++) playback.write(sound(100));
    expect(time.countTimers()).to.equal(0);
    playback.end();
    playback.end();
    expect(time.countTimers()).to.equal(1);
  });

  it('finishes an end without sound, but not before end() has returned', () => {
    const { time, speaker, handlers, log } = loggedSpeaker();
    speaker.play(handlers).end();
    expect(log).to.deep.equal([]);
    time.tick(1);
    expect(log).to.have.length(1);
    expect(log[0]).to.match(/finished$/);
  });

  it('is silent at once on stop: nothing is told its owner, and the rest is not heard', () => {
    const { time, speaker, handlers, log, heard } = loggedSpeaker();
    const playback = speaker.play(handlers);
    playback.write(sound(100));
    playback.end();
    time.tick(40);
    playback.stop();
    playback.stop();
    playback.write(sound(100));
    time.tick(1_000);
    expect(log).to.deep.equal(['0 started', `40 silent ${40 * 32} stopped`]);
    expect(heard()).to.deep.equal(sound(40));
    expect(playback.bufferedBytes()).to.equal(0);
    expect(time.countTimers()).to.equal(0);
  });

  it('fails at once, and tells its owner once', () => {
    const { time, speaker, handlers, log, heard } = loggedSpeaker();
    speaker.fail('device_lost');
    const playback = speaker.play(handlers);
    playback.write(sound(100));
    time.tick(10);
    speaker.fail('device_lost');
    speaker.fail('device_lost');
    playback.end();
    time.tick(1_000);
    const wanted = ['0 started', '10 silent 320 device_lost', '10 failed device_lost'];
    expect(log).to.deep.equal(wanted);
    expect(heard()).to.deep.equal(sound(10));
    expect(playback.bufferedBytes(), 'what was lost').to.equal(90 * 32);
  });

  it('hands on what was heard in few pieces, but holds no more than some seconds of it', () => {
    const { time, speaker, handlers, pieces, heard } = loggedSpeaker();
    const playback = speaker.play(handlers);
    for (let second = 0; second < 60; second++) {
      playback.write(sound(1_000, second));
      time.tick(1_000);
    }
    playback.end();
    time.tick(1);
    expect(heard().length).to.equal(60 * 32_000);
    expect(heard().readUInt8(59 * 32_000)).to.equal(59);
    expect(pieces.length).to.be.at.most(7);
    expect(Math.max(...pieces.map((piece) => piece.length))).to.be.below(12 * 32_000);
  });

  it('plays one sound after another, and says when it is busy', () => {
    const { time, speaker, handlers, log } = loggedSpeaker();
    for (const ms of [10, 20]) {
      const playback = speaker.play(handlers);
      expect(speaker.busy).to.equal(true);
      playback.write(sound(ms));
      playback.end();
      time.tick(100);
      expect(speaker.busy).to.equal(false);
    }
    expect(log.filter((entry) => entry.endsWith(' finished'))).to.deep.equal([
      ...['10 silent 320 finished', '10 finished'],
      ...['120 silent 640 finished', '120 finished'],
    ]);
  });

  it('can be asked for the next sound by who is told that one is finished', () => {
    const { time, speaker, handlers, log } = loggedSpeaker();
    const onFinished = () => speaker.play(handlers).end();
    speaker.play({ ...handlers, onFinished }).end();
    time.tick(10);
    expect(log).to.have.length(1);
  });

  it('takes two sounds at a time, or one after close, as the mistakes that they are', () => {
    const { speaker, handlers } = loggedSpeaker();
    speaker.play(handlers);
    expect(() => speaker.play(handlers)).to.throw('one sound at a time');
    speaker.close();
    expect(() => speaker.play(handlers)).to.throw('closed');
  });

  it('stops on close what is playing, holds no timer, and may be closed twice', () => {
    const { time, speaker, handlers, log } = loggedSpeaker();
    const playback = speaker.play(handlers);
    playback.write(sound(100));
    playback.end();
    speaker.close();
    speaker.close();
    time.tick(1_000);
    expect(log).to.deep.equal(['0 started', '0 silent 0 stopped']);
    expect(time.countTimers()).to.equal(0);
  });
});
