/**
 * The speakers of the Pi: which there are, and which one is played to.
 *
 *   DeviceSpeaker     the port: one playback at a time, and a wait after each failure
 *   DevicePlayback    feeds a device a little ahead of what is heard
 *   SpeakerOutput     a device behind the package `speaker`, in this process
 *   AplayOutput       a device behind `aplay`, a child
 *   check-audio.ts    records and plays back, for a person to hear
 *
 * Both reach devices by ALSA, and so PulseAudio or PipeWire where it has them as its default.
 */
import { BYTES_PER_MS } from '../../constants';
import type { EventOf } from '../../events';
import type { Clock, DeviceFailure, EventSink } from '../../ports';
import { listAlsaDevices } from './alsa-devices';
import { AplayOutput } from './aplay-output';
import { DeviceNotInstalledError, type DeviceListing } from './device';
import { DevicePlayback } from './device-playback';
import { DeviceSpeaker } from './device-speaker';
import { parseDeviceSpec } from './device-spec';
import type { OpenOutput } from './pcm-output';
import { isOnPath } from './run-program';
import { SpeakerLibrary } from './speaker-library';
import { SpeakerOutput } from './speaker-output';

export interface SpeakerPorts {
  readonly clock: Clock;
  readonly events: EventSink;
}

type Why = EventOf<'device.chosen'>['why'];

/** A way to play, to one device. */
interface Candidate {
  readonly adapter: string;
  readonly open: OpenOutput;
}

/** The ways to play, the best first. */
interface Adapter {
  readonly name: string;
  /** What to do where it is not installed. */
  readonly install: string;
  isInstalled(): boolean;
  prepare(device: string | undefined, clock: Clock): OpenOutput;
}

const ADAPTERS: readonly Adapter[] = [
  {
    name: 'speaker',
    install: 'install libasound2-dev and run "npm install"',
    isInstalled: () => SpeakerLibrary.isInstalled(),
    prepare: (device, clock) => {
      const library = new SpeakerLibrary();
      return (handlers) => new SpeakerOutput(library, device, clock, handlers);
    },
  },
  {
    name: 'aplay',
    install: 'install alsa-utils',
    isInstalled: () => isOnPath('aplay'),
    prepare: (device, clock) => (handlers) => new AplayOutput(device, clock, handlers),
  },
];

/** Silence that is played to find out whether a device works: 20 ms. */
const SILENCE = Buffer.alloc(20 * BYTES_PER_MS);

/**
 * Opens the speaker that a spec names: `auto`, `speaker[:NAME]` or `aplay[:NAME]`. With `auto` it
 * is the first that works; where none does at this moment, the best that is installed, for a card
 * may be plugged in later.
 *
 * @throws {DeviceSpecError} where the spec names none
 * @throws {DeviceNotInstalledError} where what it names is not installed
 */
export async function openSpeaker(spec: string, ports: SpeakerPorts): Promise<DeviceSpeaker> {
  const { adapter, why, open } = await choose(spec, ports);
  ports.events.emit({ type: 'device.chosen', device: 'speaker', adapter, why });
  return new DeviceSpeaker({ ...ports, open });
}

/** Devices that can be played to, by what can be asked for; empty where nothing can tell. */
export async function listSpeakers(): Promise<readonly DeviceListing[]> {
  const devices = await listAlsaDevices('aplay', 'sinks');
  return installed().flatMap(({ name: adapter }) =>
    devices.map((device) => ({ adapter, ...device })),
  );
}

async function choose(spec: string, ports: SpeakerPorts): Promise<Candidate & { why: Why }> {
  const names = ADAPTERS.map((adapter) => adapter.name);
  const parsed = parseDeviceSpec('speaker', spec, names);
  const asked = ADAPTERS.find((adapter) => adapter.name === parsed.adapter);
  if (asked === undefined) return chooseFrom(installed(), ports.clock);
  if (!asked.isInstalled()) {
    throw new DeviceNotInstalledError(
      `speaker '${spec}': ${asked.name} is not here; ${asked.install}, or use auto`,
    );
  }
  const open = asked.prepare(parsed.name, ports.clock);
  const failure = await tryOut(open, ports.clock);
  if (failure !== undefined) ports.events.emit({ type: 'speaker.failed', failure });
  return { adapter: asked.name, open, why: 'asked_for' };
}

async function chooseFrom(
  adapters: readonly Adapter[],
  clock: Clock,
): Promise<Candidate & { why: Why }> {
  const candidates = adapters.map(({ name, prepare }) => ({
    adapter: name,
    open: prepare(undefined, clock),
  }));
  for (const candidate of candidates) {
    const failure = await tryOut(candidate.open, clock);
    if (failure === undefined) return { ...candidate, why: 'first_that_works' };
  }
  const [best] = candidates;
  if (best !== undefined) return { ...best, why: 'nothing_works' };
  const ways = ADAPTERS.map(({ name, install }) => `${install} for ${name}`).join(', or ');
  throw new DeviceNotInstalledError(`speaker 'auto': nothing to play with is here; ${ways}`);
}

function installed(): Adapter[] {
  return ADAPTERS.filter((adapter) => adapter.isInstalled());
}

/** Plays a moment of silence; what came of it. */
function tryOut(open: OpenOutput, clock: Clock): Promise<DeviceFailure | undefined> {
  return new Promise((resolve) => {
    const playback = new DevicePlayback({
      clock,
      handlers: { onFinished: () => resolve(undefined), onFailed: resolve },
      refusal: undefined,
      connect: (handlers) => open({ ...handlers, onReleased: () => undefined }),
      onOver: () => undefined,
    });
    playback.write(SILENCE);
    playback.end();
  });
}
