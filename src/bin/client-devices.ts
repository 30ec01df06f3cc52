/** The devices of a client: recordings and files here, those of the machine by their adapters. */
import { open, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

import type { DeviceHolder } from '../adapters/sound/device';
import type { SystemClock } from '../adapters/system-clock';
import { ClockMicrophone } from '../audio/clock-microphone';
import { ClockSpeaker } from '../audio/clock-speaker';
import { fixtureFile } from '../audio/fixture-file';
import { SampleHotword } from '../audio/sample-hotword';
import type { Button, EventSink, HotwordDetector, Microphone, Speaker } from '../ports';
import type { CLIENT_OPTIONS } from './client-options';
import { FAILED, UsageError } from './command-line';
import type { EffectiveSettings } from './effective-settings';
import { asToldError, openKeyboard, type Keyboard } from './push-to-talk';
import { SpokenFile } from './spoken-file';

export interface ClientDevices {
  readonly microphone: Microphone;
  readonly speaker: Speaker;
  readonly hotword: HotwordDetector;
  readonly button: Button;
  /** How the microphone was asked for. */
  readonly microphoneName: string;
  /** What is spoken, where the microphone is a file. */
  readonly spokenFile: SpokenFile | undefined;
  /** Devices of the operating system that are not let go of yet. */
  openDevices(): number;
  /** Lets go of the keyboard, which is nobody else's to close. */
  close(): void;
  /** Resolves once nothing is held any more, or a second after all were closed. */
  released(): Promise<void>;
}

export interface DevicePorts {
  readonly clock: SystemClock;
  readonly events: EventSink;
}

/** Only what is asked for is loaded: each would be paid for with memory. */
const load = createRequire(__filename);

type WavFile = typeof import('../audio/wav-file');
type WavSpeakerFile = typeof import('../adapters/wav-speaker');
type Hotwords = typeof import('../adapters/hotwords/hotword-devices');
type Microphones = typeof import('../adapters/sound/microphone-devices');
type Speakers = typeof import('../adapters/sound/speaker-devices');

export type Settings = EffectiveSettings<typeof CLIENT_OPTIONS>;

/** A device, who counts what it holds of the machine, and when all of it is done. */
interface Chosen<Device> {
  readonly device: Device;
  readonly holder?: DeviceHolder;
  readonly done?: () => Promise<void>;
}

/** How long what was closed may take to be gone, of the three seconds of a shutdown. */
const RELEASE_LIMIT_MS = 1_000;
const LOOK_AGAIN_MS = 10;

const NO_BUTTON: Button = { onPress: () => () => undefined };

/**
 * Opens what the settings ask for: files first, because nothing has to be let go of where one is
 * wrong. Throws a {@link UsageError} that names the setting, for what cannot be had.
 */
export async function openClientDevices(
  settings: Settings,
  ports: DevicePorts,
  accessKey: string | undefined,
): Promise<ClientDevices> {
  const spokenFile = await spokenFileOf(settings, ports);
  const recorded = await recordedHotword(settings);
  const file = await wavSpeaker(settings, ports);
  const hotword = recorded ?? (await chooseHotword(settings, ports, accessKey));
  try {
    const microphone = spokenFile
      ? { device: spokenFile.microphone }
      : await chooseMicrophone(settings, ports);
    const speaker = file ?? (await chooseSpeaker(settings, ports));
    return assembled(settings, ports, { microphone, speaker, hotword, spokenFile });
  } catch (error) {
    hotword.keyboard?.close();
    hotword.device.close();
    throw error;
  }
}

interface Parts {
  readonly microphone: Chosen<Microphone>;
  readonly speaker: Chosen<Speaker>;
  readonly hotword: ChosenHotword;
  readonly spokenFile: SpokenFile | undefined;
}

function assembled(settings: Settings, { clock }: DevicePorts, parts: Parts): ClientDevices {
  const { hotword, microphone, speaker, spokenFile } = parts;
  const holders = [microphone, speaker, hotword].flatMap(({ holder }) => holder ?? []);
  const openDevices = (): number => holders.reduce((sum, holder) => sum + holder.openDevices(), 0);
  return {
    ...{ microphone: microphone.device, speaker: speaker.device, hotword: hotword.device },
    ...{ button: hotword.keyboard ?? NO_BUTTON, spokenFile, openDevices },
    microphoneName: settings.values.microphone,
    close: () => hotword.keyboard?.close(),
    released: async () => {
      await speaker.done?.();
      await untilNone(openDevices, clock);
    },
  };
}

export async function chooseMicrophone(
  settings: Settings,
  ports: DevicePorts,
): Promise<Chosen<Microphone>> {
  const { microphone: spec } = settings.values;
  if (spec === 'null') return { device: new ClockMicrophone(ports) };
  const { openMicrophone } = load('../adapters/sound/microphone-devices') as Microphones;
  const device = await attempt(settings, 'microphone', openMicrophone(spec, ports));
  return { device, holder: device };
}

export async function chooseSpeaker(
  settings: Settings,
  ports: DevicePorts,
): Promise<Chosen<Speaker>> {
  const { speaker: spec } = settings.values;
  if (spec === 'null') return { device: new ClockSpeaker(ports) };
  const { openSpeaker } = load('../adapters/sound/speaker-devices') as Speakers;
  const device = await attempt(settings, 'speaker', openSpeaker(spec, ports));
  return { device, holder: device };
}

async function spokenFileOf(
  settings: Settings,
  { clock }: DevicePorts,
): Promise<SpokenFile | undefined> {
  const speech = await readSound(settings, 'microphone');
  return speech === undefined ? undefined : new SpokenFile(clock, speech);
}

async function wavSpeaker(
  settings: Settings,
  { clock }: DevicePorts,
): Promise<Chosen<Speaker> | undefined> {
  const file = fileOf(settings, 'speaker');
  if (file === undefined) return undefined;
  const where = settings.whereOf('speaker');
  await requireWritable(where, file);
  const { WavSpeaker } = load('../adapters/wav-speaker') as WavSpeakerFile;
  const device = new WavSpeaker(file, clock, ({ message }) => {
    process.stderr.write(`error: ${where}: ${message}\n`);
    process.exit(FAILED);
  });
  return { device, done: () => device.written() };
}

interface ChosenHotword extends Chosen<HotwordDetector> {
  readonly keyboard?: Keyboard;
}

/** A recording is listened for where one is named, and where no room is listened to anyway. */
async function recordedHotword(settings: Settings): Promise<ChosenHotword | undefined> {
  const { hotword, microphone } = settings.values;
  const isRoom = microphone !== 'null' && !microphone.startsWith('wav:');
  const template =
    hotword === 'auto' && !isRoom
      ? await decodedFile(fixtureFile('hey-jarvis'))
      : await readSound(settings, 'hotword');
  if (template === undefined) return undefined;
  try {
    return { device: new SampleHotword({ template }) };
  } catch (error) {
    throw new UsageError(`${settings.whereOf('hotword')}: ${(error as Error).message}`);
  }
}

async function chooseHotword(
  settings: Settings,
  ports: DevicePorts,
  accessKey: string | undefined,
): Promise<ChosenHotword> {
  const { hotword: spec, hotwordModel, hotwordSensitivity } = settings.values;
  const { openHotword } = load('../adapters/hotwords/hotword-devices') as Hotwords;
  const options = {
    spec,
    ...(hotwordSensitivity === undefined ? {} : { sensitivity: hotwordSensitivity }),
    ...(hotwordModel === undefined ? {} : { modelPath: hotwordModel }),
    ...(accessKey === undefined ? {} : { accessKey }),
  };
  const device = await attempt(settings, 'hotword', openHotword(options, ports));
  if (device.adapter !== 'keyboard') return { device, holder: device };
  return {
    device,
    holder: device,
    keyboard: openKeyboard(settings.whereOf('hotword'), device.refusals),
  };
}

/** What an adapter has against a setting is told by the name that the user knows. */
async function attempt<Device>(
  settings: Settings,
  name: 'microphone' | 'speaker' | 'hotword',
  opening: Promise<Device>,
): Promise<Device> {
  try {
    return await opening;
  } catch (error) {
    throw asToldError(settings.whereOf(name), error);
  }
}

/** Resolves once no device is held any more, or a second later. */
export async function untilNone(openDevices: () => number, clock: SystemClock): Promise<void> {
  const untilMs = clock.now() + RELEASE_LIMIT_MS;
  while (openDevices() > 0 && clock.now() < untilMs) {
    await new Promise<void>((resolve) => clock.setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

async function readSound(
  settings: Settings,
  name: 'microphone' | 'hotword',
): Promise<Buffer | undefined> {
  const file = fileOf(settings, name);
  if (file === undefined) return undefined;
  try {
    return await decodedFile(file);
  } catch (error) {
    throw new UsageError(`${settings.whereOf(name)}: ${file}: ${(error as Error).message}`);
  }
}

/** A library that a client with real devices has no use for, and 6 MB of its memory. */
async function decodedFile(file: string): Promise<Buffer> {
  const { decodeWav } = load('../audio/wav-file') as WavFile;
  return decodeWav(await readFile(file));
}

async function requireWritable(where: string, file: string): Promise<void> {
  try {
    await (await open(file, 'a')).close();
  } catch (error) {
    throw new UsageError(`${where}: ${file}: ${(error as Error).message}`);
  }
}

/** What follows `wav:`; undefined where a device of the machine is asked for. */
function fileOf(
  settings: Settings,
  name: 'microphone' | 'speaker' | 'hotword',
): string | undefined {
  const spec = settings.values[name];
  return spec.startsWith('wav:') ? spec.slice('wav:'.length) : undefined;
}
