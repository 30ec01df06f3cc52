/**
 * What tests of the hotword engines share.
 *
 *   HotwordBench        opens devices, on a clock that is told how much sound was heard
 *   pretend, without    a machine that this one is not
 *   areHere             whether optional packages are installed
 *   refusal             what an opening is rejected with
 *   eventually          waits for what another process does
 *   heyJarvisByFlite    a voice that Porcupine 1.9 knows
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { openHotword, type HotwordOptions } from '../../../src/adapters/hotwords/hotword-devices';
import type { HotwordDevice } from '../../../src/adapters/hotwords/lasting-hotword';
import { THIS_MACHINE, type Machine } from '../../../src/adapters/hotwords/machine';
import { decodeWav } from '../../../src/audio/wav-file';
import type { LinkEvent } from '../../../src/events';
import { samplesOf } from '../../contract/hotword';
import { FakeClock } from '../../server/conversation-bench';

export class HotwordBench {
  readonly clock = new FakeClock();
  readonly events: LinkEvent[] = [];
  readonly ports = { clock: this.clock, events: { emit: (event: LinkEvent) => this.take(event) } };
  private readonly devices: HotwordDevice[] = [];

  async open(options: HotwordOptions, machine?: Machine): Promise<HotwordDevice> {
    const device = await openHotword(options, this.ports, machine);
    this.devices.push(device);
    return device;
  }

  closeAll(): void {
    for (const device of this.devices) device.close();
  }

  eventsOf<Type extends LinkEvent['type']>(type: Type): Extract<LinkEvent, { type: Type }>[] {
    return this.events.filter((event) => event.type === type) as never;
  }

  private take(event: LinkEvent): void {
    this.events.push(event);
  }
}

/** This machine, but for what is said. */
export function pretend(other: Partial<Machine>): Machine {
  return { ...THIS_MACHINE, ...other };
}

/** A machine on which these packages are not installed. */
export function without(...packages: readonly string[]): Machine {
  const missing = (file: string): boolean => packages.some((name) => file.startsWith(name));
  return pretend({
    resolve: (file) => {
      if (!missing(file)) return THIS_MACHINE.resolve(file);
      throw Object.assign(new Error(`Cannot find module '${file}'`), { code: 'MODULE_NOT_FOUND' });
    },
  });
}

/** Whether all these files of packages are here. */
export function areHere(...files: readonly string[]): boolean {
  try {
    for (const file of files) THIS_MACHINE.resolve(file);
    return true;
  } catch {
    return false;
  }
}

/**
 * "Hey Jarvis" by a voice that Porcupine 1.9 knows: it does not know that of the fixtures. Made by
 * Flite 2.2 (voice rms) and SoX 14.4.2, as fixtures/wav/make.sh makes the others.
 */
export async function heyJarvisByFlite(): Promise<Int16Array> {
  return samplesOf(await decodeWav(readFileSync(path.join(__dirname, 'hey-jarvis-by-flite.wav'))));
}

/** What an opening is rejected with. */
export async function refusal(opening: Promise<unknown>): Promise<Error & { code: string }> {
  try {
    await opening;
  } catch (error) {
    return error as Error & { code: string };
  }
  throw new Error('It was opened.');
}

/** Resolves once it holds, which is up to another process; the test's time limit bounds it. */
export async function eventually(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(5);
}
