import { expect } from 'chai';

import { checkAudio } from '../../../src/adapters/sound/check-audio';
import { ClockMicrophone } from '../../../src/audio/clock-microphone';
import { ClockSpeaker } from '../../../src/audio/clock-speaker';
import type { Microphone, Speaker } from '../../../src/ports';
import { fakeTime } from '../../fake-time';

/** A tone whose loudest sample is `peak`: 100 samples a wave, so that each wave reaches it. */
function tone(ms: number, peak: number): Buffer {
  const pcm = Buffer.alloc(ms * 32);
  for (let index = 0; index < pcm.length / 2; index++) {
    pcm.writeInt16LE(Math.round(peak * Math.sin((index / 100) * 2 * Math.PI)), index * 2);
  }
  return pcm;
}

/** A check under way in a room of virtual time. */
function check(devices: { microphone?: Microphone; speaker?: Speaker } = {}) {
  const { time, clock } = fakeTime();
  const microphone = new ClockMicrophone({ clock });
  const pieces: Buffer[] = [];
  const speaker = new ClockSpeaker({ clock, onHeard: (pcm) => pieces.push(pcm) });
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const result = checkAudio({ microphone, speaker, clock, write, ...devices });
  const run = async () => {
    for (let step = 0; step < 400; step++) await time.tickAsync(50);
    return result;
  };
  return { time, microphone, speaker, lines, run, heard: () => Buffer.concat(pieces) };
}

describe('checkAudio', () => {
  it('plays back the two seconds that it has recorded, and says how loud they were', async () => {
    const { microphone, lines, run, heard, time } = check();
    microphone.room.say(tone(5_000, 16_384));
    expect(await run()).to.deep.equal({ exitCode: 0 });
    expect(heard()).to.have.length(64_000);
    expect(heard().equals(tone(2_000, 16_384))).to.equal(true);
    expect(lines).to.include('Recorded: peak -6.0 dBFS, RMS -9.0 dBFS.');
    expect(lines.filter((line) => line.includes('#'))).to.have.length.within(5, 8);
    expect(lines.join('\n')).not.to.match(/too loud/i);
    expect(time.countTimers(), 'timers').to.equal(0);
  });

  it('tells of silence what to do, and lets the speaker be heard all the same', async () => {
    const { lines, run, heard } = check();
    expect(await run()).to.deep.equal({
      exitCode: 1,
      device: 'microphone',
      why: 'nothing_heard',
    });
    expect(lines.at(-1)).to.match(/^microphone: nothing heard: is the microphone muted/);
    expect(heard().some((byte) => byte !== 0)).to.equal(true);
  });

  it('takes the noise of a microphone for silence', async () => {
    const { microphone, run } = check();
    microphone.room.say(tone(5_000, 50));
    expect(await run()).to.include({ exitCode: 1, why: 'nothing_heard' });
  });

  it('warns of clipping', async () => {
    const { microphone, lines, run } = check();
    microphone.room.say(tone(5_000, 32_767));
    expect(await run()).to.deep.equal({ exitCode: 0 });
    expect(lines.join('\n')).to.match(/^Too loud: parts were cut off/m);
  });

  it('says which device has failed, why, and what to do', async () => {
    const atMicrophone = check();
    atMicrophone.microphone.fail('device_lost');
    expect(await atMicrophone.run()).to.deep.equal({
      exitCode: 1,
      device: 'microphone',
      why: 'device_lost',
    });
    expect(atMicrophone.lines.at(-1)).to.match(/^microphone: device lost: .*cable/);
    expect(atMicrophone.time.countTimers()).to.equal(0);

    const atSpeaker = check();
    atSpeaker.microphone.room.say(tone(5_000, 16_384));
    await atSpeaker.time.tickAsync(2_500);
    atSpeaker.speaker.fail('device_busy');
    expect(await atSpeaker.run()).to.deep.equal({
      exitCode: 1,
      device: 'speaker',
      why: 'device_busy',
    });
    expect(atSpeaker.lines.at(-1)).to.match(/^speaker: device busy: another program/);
    expect(atSpeaker.time.countTimers()).to.equal(0);
  });

  it('waits neither for a microphone that is deaf nor for a speaker that hangs', async () => {
    const deaf = check({
      microphone: { open: () => ({ listenFor: () => undefined, close: () => undefined }) },
    });
    expect(await deaf.run()).to.include({ device: 'microphone', why: 'stalled' });

    let isStopped = false;
    const stop = () => void (isStopped = true);
    const nothing = () => undefined;
    const mute = check({
      speaker: {
        close: nothing,
        play: () => ({ bufferedBytes: () => 0, end: nothing, stop, write: nothing }),
      },
    });
    mute.microphone.room.say(tone(5_000, 16_384));
    expect(await mute.run()).to.include({ device: 'speaker', why: 'stalled' });
    expect(isStopped).to.equal(true);
  });
});
