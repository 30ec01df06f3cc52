import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { WavSpeaker } from '../../src/adapters/wav-speaker';
import { decodeWav } from '../../src/audio/wav-file';
import { speakerContract } from '../contract/speaker';
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
