import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect } from 'chai';

import { WavSpeaker } from '../../src/adapters/wav-speaker';
import { decodeWav } from '../../src/audio/wav-file';
import { distinctSound, speakerContract } from '../contract/speaker';
import { fakeTime } from '../fake-time';

speakerContract('WavSpeaker', { isRemovable: false, slackMs: 5 }, () => {
  const { time, clock } = fakeTime();
  const folder = mkdtempSync(path.join(tmpdir(), 'tars-wav-speaker-'));
  const file = path.join(folder, 'heard.wav');
  const speaker = new WavSpeaker(file, clock, (error) => {
    throw error;
  });
  return Promise.resolve({
    clock,
    speaker,
    end: async () => {
      await speaker.written();
      rmSync(folder, { recursive: true });
    },
    heard: async () => {
      await speaker.written();
      return decodeWav(await readFile(file));
    },
    holdings: () => time.countTimers(),
    pass: (ms) => Promise.resolve(time.tick(ms)).then(() => undefined),
    tearOut: () => Promise.reject(new Error('a file stays where it is')),
  });
});

describe('WavSpeaker', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'tars-wav-speaker-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('completes its file however soon it is closed', async () => {
    const { time, clock } = fakeTime();
    const sound = distinctSound(10);
    // Many, because opening a file twice at once rarely ends in the other order.
    for (let index = 0; index < 500; index++) {
      const file = path.join(folder, `${index}.wav`);
      const speaker = new WavSpeaker(file, clock, (error) => expect.fail(error.message));
      speaker.play({ onFinished: () => undefined, onFailed: () => undefined }).write(sound);
      time.tick(10);
      await speaker.written();
      expect(await decodeWav(await readFile(file))).to.deep.equal(sound);
    }
  });

  it('tells once of a file that cannot be written, and can be closed all the same', async () => {
    const errors: NodeJS.ErrnoException[] = [];
    const file = path.join(folder, 'missing', 'heard.wav');
    const speaker = new WavSpeaker(file, fakeTime().clock, (error) => errors.push(error));
    await speaker.written();
    await speaker.written();
    expect(errors.map(({ code }) => code)).to.deep.equal(['ENOENT']);
  });
});
