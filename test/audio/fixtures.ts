import { readFileSync } from 'node:fs';
import path from 'node:path';

import { decodeWav } from '../../src/audio/wav-file';

export const FIXTURES = path.join(__dirname, '../../fixtures/wav');

/** The file as it is on disk. */
export function fixtureFile(name: string): Buffer {
  return readFileSync(path.join(FIXTURES, `${name}.wav`));
}

/** Its samples: 16 kHz mono s16le PCM. */
export function fixturePcm(name: string): Promise<Buffer> {
  return decodeWav(fixtureFile(name));
}
