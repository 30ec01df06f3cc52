/** A program without descriptors for a child: what becomes of a sound. Run by a test. */
import { closeSync, openSync } from 'node:fs';

import { openSpeaker } from '../../../src/adapters/sound/speaker-devices';
import { SystemClock } from '../../../src/adapters/system-clock';
import type { Playback, Speaker } from '../../../src/ports';
import { distinctSound } from '../../contract/speaker';

async function main(): Promise<void> {
  const clock = new SystemClock();
  const ports = { clock, events: { emit: () => undefined } };
  const speaker = await openSpeaker('aplay', ports);
  const other = await openSpeaker('aplay', ports);
  const descriptors = takeAllDescriptors();
  const how = await new Promise((resolve) => begin(speaker, resolve));
  begin(other, () => undefined).stop();
  for (const descriptor of descriptors) closeSync(descriptor);
  process.stdout.write(`${how} ${speaker.openDevices()}\n`);
}

function begin(speaker: Speaker, onOver: (how: string) => void): Playback {
  const playback = speaker.play({ onFinished: () => onOver('finished'), onFailed: onOver });
  playback.write(distinctSound(50));
  return playback;
}

function takeAllDescriptors(): number[] {
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch {
    return taken; // EMFILE: that was the last one.
  }
}

void main();
