/**
 * The sounds that scenarios speak of. The only file of the simulator that reads files, before a
 * run.
 */
import { readdir, readFile } from 'node:fs/promises';

import { FIXTURES_FOLDER, fixtureFile } from '../audio/fixture-file';
import { HotwordTemplate } from '../audio/sample-hotword';
import { decodeWav } from '../audio/wav-file';
import { ScenarioError } from './scenario';
import type { SoundLibrary } from './fake-audio';

/** The fixture that the simulated detector listens for. */
export const HOTWORD = 'hey-jarvis';

let loaded: Promise<SoundLibrary> | undefined;

/** Reads `fixtures/wav` once for the whole process. */
export function loadFixtures(): Promise<SoundLibrary> {
  loaded ??= readLibrary();
  return loaded;
}

async function readLibrary(): Promise<SoundLibrary> {
  const files = (await readdir(FIXTURES_FOLDER)).filter((file) => file.endsWith('.wav')).sort();
  const sounds = new Map<string, Buffer>();
  for (const file of files) {
    const name = file.slice(0, -'.wav'.length);
    sounds.set(name, await decodeWav(await readFile(fixtureFile(name))));
  }
  const sound = (name: string): Buffer => {
    const pcm = sounds.get(name);
    if (pcm !== undefined) return pcm;
    throw new ScenarioError(`There is no sound '${name}', only: ${[...sounds.keys()].join(', ')}.`);
  };
  return { hotword: new HotwordTemplate(sound(HOTWORD)), sound };
}
