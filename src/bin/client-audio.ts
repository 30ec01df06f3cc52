/** What a person asks about the sound of a Pi: which devices there are, and whether they work. */
import { checkAudio } from '../adapters/sound/check-audio';
import type { DeviceListing } from '../adapters/sound/device';
import { listMicrophones } from '../adapters/sound/microphone-devices';
import { listSpeakers } from '../adapters/sound/speaker-devices';
import { SystemClock } from '../adapters/system-clock';
import { chooseMicrophone, chooseSpeaker, untilNone, type Settings } from './client-devices';
import { UsageError } from './command-line';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Prints every device as it can be asked for. */
export async function printDevices(): Promise<number> {
  printList('microphone', await listMicrophones());
  printList('speaker', await listSpeakers());
  return 0;
}

function printList(what: string, devices: readonly DeviceListing[]): void {
  say(devices.length === 0 ? `no ${what} was found` : `--${what}`);
  for (const { adapter, description, name } of devices) {
    say(`  ${[adapter, name].filter(Boolean).join(':')}    ${description}`);
  }
}

/** Records, plays back, and says what is wrong; what is chosen by itself is told. */
export async function tryAudio(settings: Settings): Promise<number> {
  for (const name of ['microphone', 'speaker'] as const) {
    if (!/^(wav:|null$)/.test(settings.values[name])) continue;
    throw new UsageError(`${settings.whereOf(name)}: a file is no device that can be checked`);
  }
  const clock = new SystemClock();
  const events = {
    emit: (event: {
      readonly type: string;
      readonly device?: string;
      readonly adapter?: string;
    }) => {
      if (event.type === 'device.chosen') say(`${event.device}: ${event.adapter}`);
    },
  };
  const microphone = await chooseMicrophone(settings, { clock, events });
  const speaker = await chooseSpeaker(settings, { clock, events });
  const ports = { microphone: microphone.device, speaker: speaker.device, clock, write: say };
  const { exitCode } = await checkAudio(ports);
  speaker.device.close();
  const held = [microphone, speaker].map(({ holder }) => holder);
  await untilNone(() => held.reduce((sum, each) => sum + (each?.openDevices() ?? 0), 0), clock);
  return exitCode;
}
