import { expect } from 'chai';

import { DeviceSpeaker } from '../../../src/adapters/sound/device-speaker';
import type { Clock } from '../../../src/ports';
import { distinctSound, speakerContract } from '../../contract/speaker';
import { fakeTime } from '../../fake-time';
import { FakeDevice, fakeSpeaker } from './fake-device';

speakerContract('DeviceSpeaker', { isRemovable: true, slackMs: 50 }, () => {
  const { time, clock, device, speaker } = fakeSpeaker();
  return Promise.resolve({
    clock,
    speaker,
    end: () => Promise.resolve(),
    heard: () => Promise.resolve(Buffer.concat(device.heard)),
    holdings: () => speaker.openDevices() + time.countTimers(),
    pass: (ms) => Promise.resolve(time.tick(ms)).then(() => undefined),
    tearOut: () => Promise.resolve(device.fail('device_lost')),
  });
});

describe('DeviceSpeaker', () => {
  const SOUND = distinctSound(100);

  it('opens the device for the first sample, and not for a playback without any', () => {
    const { time, device, play, log } = fakeSpeaker();
    const empty = play();
    time.tick(1_000);
    empty.write(Buffer.alloc(1));
    empty.end();
    time.tick(1_000);
    expect(log).to.deep.equal(['1001 finished']);
    expect(device.opens).to.equal(0);
    play().write(SOUND);
    expect(device.opens).to.equal(1);
  });

  it('holds the device for one playback, and no timer while it waits for more to play', () => {
    const { time, play, speaker } = fakeSpeaker();
    const playback = play();
    playback.write(SOUND);
    expect(speaker.openDevices()).to.equal(1);
    time.tick(1_000);
    expect(time.countTimers()).to.equal(0);
    playback.end();
    time.tick(1_000);
    expect(speaker.openDevices()).to.equal(0);
    expect(time.countTimers()).to.equal(0);
  });

  it('feeds a device no more than 400 ms ahead, however much is written at once', () => {
    const { time, device, play, log } = fakeSpeaker();
    const sound = distinctSound(327_680); // 10 MiB
    const playback = play();
    playback.write(sound);
    playback.end();
    expect(playback.bufferedBytes()).to.equal(sound.length);
    time.tick(340_000);
    expect(log).to.have.length(1);
    expect(device.mostAheadBytes).to.be.within(300 * 32, 400 * 32);
    expect(Buffer.concat(device.heard).equals(sound)).to.equal(true);
  });

  it('leaves a device that failed alone: 1 s, then twice as long each time, up to 8 s', () => {
    const { time, device, events, play, log } = fakeSpeaker();
    device.openFailure = 'device_busy';
    for (const waitMs of [1_000, 2_000, 4_000, 8_000, 8_000]) {
      const opens = device.opens;
      play().write(SOUND);
      time.tick(device.opensAfterMs);
      expect(device.opens).to.equal(opens + 1);
      time.tick(waitMs - 2);
      play().write(SOUND);
      time.tick(1);
      expect(device.opens, 'within the wait').to.equal(opens + 1);
      time.tick(1);
    }
    expect(events).to.deep.equal(
      Array.from({ length: 5 }, () => ({ type: 'speaker.failed', failure: 'device_busy' })),
    );
    expect(log.map((entry) => entry.split(' ')[1])).to.deep.equal(Array(10).fill('device_busy'));
  });

  it('fails within the wait as the device did, and keeps the count', () => {
    const { time, device, play, log } = fakeSpeaker();
    device.openFailure = 'device_missing';
    play().write(SOUND);
    time.tick(device.opensAfterMs);
    const refused = play();
    refused.write(SOUND);
    refused.end();
    expect(log).to.deep.equal(['10 device_missing']);
    time.tick(1);
    expect(log).to.deep.equal(['10 device_missing', '11 device_missing']);
    expect(refused.bufferedBytes()).to.equal(SOUND.length);
  });

  it('can be stopped within the wait, and then says nothing', () => {
    const { time, device, play, log, speaker } = fakeSpeaker();
    device.openFailure = 'device_missing';
    play().write(SOUND);
    time.tick(device.opensAfterMs);
    play().stop();
    play();
    speaker.close();
    time.tick(100);
    expect(log).to.have.length(1);
    expect(time.countTimers()).to.equal(0);
  });

  it('waits as briefly as at first once the device has played again', () => {
    const { time, device, play } = fakeSpeaker();
    const failOnce = () => {
      device.openFailure = 'device_lost';
      play().write(SOUND);
      time.tick(device.opensAfterMs);
      device.openFailure = undefined;
    };
    failOnce();
    time.tick(1_000);
    failOnce();
    time.tick(2_000);
    const playback = play();
    playback.write(SOUND);
    time.tick(200);
    playback.stop();
    time.tick(200);
    failOnce();
    time.tick(1_000);
    const opens = device.opens;
    play().write(SOUND);
    expect(device.opens).to.equal(opens + 1);
  });

  it('waits until the last playback has let go of the device, and no longer', () => {
    const { time, device, play, log } = fakeSpeaker();
    device.releasesAfterMs = 330;
    const stopped = play();
    stopped.write(SOUND);
    time.tick(50);
    stopped.stop();
    const next = play();
    next.write(SOUND);
    next.end();
    time.tick(329);
    expect(device.opens).to.equal(1);
    time.tick(1);
    expect(device.opens).to.equal(2);
    time.tick(500);
    expect(log).to.deep.equal(['491 finished']);
  });

  it('calls a device busy that is not let go of, or does not open, within 5 s', () => {
    const { time, device, play, log, speaker } = fakeSpeaker();
    device.opensAfterMs = device.releasesAfterMs = 60_000;
    play().write(SOUND);
    time.tick(10_000);
    expect(log).to.deep.equal(['5100 device_busy']);
    play().write(SOUND);
    time.tick(10_000);
    expect(log).to.deep.equal(['5100 device_busy', '15100 device_busy']);
    expect(device.opens).to.equal(1);
    expect(speaker.openDevices(), 'the first one still').to.equal(1);
  });

  it('calls a device lost that takes nothing for 5 s', () => {
    const { time, device, play, log } = fakeSpeaker();
    const playback = play();
    playback.write(SOUND);
    time.tick(1_000);
    device.isTaking = false;
    playback.write(SOUND);
    time.tick(10_000);
    expect(log).to.deep.equal(['6000 device_lost']);
    expect(playback.bufferedBytes()).to.equal(SOUND.length);
  });

  it('accuses no device of a stall of the process', () => {
    const { clock: real, time } = fakeTime();
    let stalledMs = 0;
    const clock: Clock = { ...real, now: () => real.now() + stalledMs };
    const device = new FakeDevice(clock);
    const speaker = new DeviceSpeaker({
      clock,
      events: { emit: () => undefined },
      open: device.open,
    });
    const log: string[] = [];
    const playback = speaker.play({
      onFinished: () => log.push('finished'),
      onFailed: (failure) => log.push(failure),
    });
    playback.write(distinctSound(2_000));
    playback.end();
    time.tick(500);
    stalledMs = 60_000;
    time.tick(3_000);
    expect(log).to.deep.equal(['finished']);
  });

  it('hears nothing of a device that was stopped before it was open', () => {
    const { time, device, events, play, log, speaker } = fakeSpeaker();
    device.openFailure = 'device_error';
    const playback = play();
    playback.write(SOUND);
    playback.stop();
    time.tick(1_000);
    expect([...log, ...events]).to.deep.equal([]);
    expect(speaker.openDevices()).to.equal(0);
  });
});
