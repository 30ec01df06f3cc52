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
import { SAMPLE_RATE_HZ } from '../../constants';
import type { EventOf } from '../../events';
import type { Clock, DeviceFailure, EventSink } from '../../ports';
import { parseCards, parsePcms, parsePulse, type AlsaDevice } from './alsa-listing';
import { AplayOutput } from './aplay-output';
import { DeviceNotInstalledError, DeviceSpecError, type DeviceListing } from './device';
import { DevicePlayback } from './device-playback';
import { DeviceSpeaker } from './device-speaker';
import type { OpenOutput } from './pcm-output';
import { isOnPath, runProgram } from './run-program';
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
    install: 'install libasound2-dev and run "npm rebuild speaker"',
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

const ALLOWED = 'auto, speaker[:NAME] or aplay[:NAME], where NAME is a device of ALSA';
/** How long a program may take that only tells something. */
const QUERY_LIMIT_MS = 5_000;
const NAME_CHARS = 200;
/** Silence that is played to find out whether a device works: 20 ms. */
const SILENCE = Buffer.alloc((SAMPLE_RATE_HZ / 50) * 2);

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
  const devices = await listDevices();
  return installed().flatMap(({ name: adapter }) =>
    devices.map((device) => ({ adapter, ...device })),
  );
}

async function choose(spec: string, ports: SpeakerPorts): Promise<Candidate & { why: Why }> {
  const { adapter, device } = parseSpec(spec);
  if (adapter === undefined) return chooseFrom(installed(), ports.clock);
  if (!adapter.isInstalled()) {
    throw new DeviceNotInstalledError(
      `speaker '${spec}': ${adapter.name} is not here; ${adapter.install}, or use auto`,
    );
  }
  const open = adapter.prepare(device, ports.clock);
  const failure = await tryOut(open, ports.clock);
  if (failure !== undefined) ports.events.emit({ type: 'speaker.failed', failure });
  return { adapter: adapter.name, open, why: 'asked_for' };
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
async function tryOut(open: OpenOutput, clock: Clock): Promise<DeviceFailure | undefined> {
  let release: () => void;
  const released = new Promise<void>((resolve) => (release = resolve));
  const failure = await new Promise<DeviceFailure | undefined>((resolve) => {
    const playback = new DevicePlayback({
      clock,
      handlers: { onFinished: () => resolve(undefined), onFailed: resolve },
      refusal: undefined,
      connect: (handlers) => open({ ...handlers, onReleased: () => release() }),
      onOver: () => undefined,
    });
    playback.write(SILENCE);
    playback.end();
  });
  await released;
  return failure;
}

/** No adapter: `auto`. No device: the default. */
function parseSpec(spec: string): { adapter: Adapter | undefined; device: string | undefined } {
  if (spec === 'auto') return { adapter: undefined, device: undefined };
  const [, name, device] = /^([^:]*)(?::(.*))?$/s.exec(spec) ?? [];
  const adapter = ADAPTERS.find((each) => each.name === name);
  if (adapter === undefined) throw new DeviceSpecError(`speaker '${shown(spec)}': use ${ALLOWED}`);
  if (device !== undefined && !isDeviceName(device)) {
    throw new DeviceSpecError(
      `speaker '${shown(spec)}': a NAME has 1 to ${NAME_CHARS} characters, none of them control`,
    );
  }
  return { adapter, device };
}

function isDeviceName(name: string): boolean {
  return name.length > 0 && name.length <= NAME_CHARS && !/\p{Cc}/u.test(name);
}

/** A spec as it can be shown on a line. */
function shown(spec: string): string {
  return JSON.stringify(spec.slice(0, NAME_CHARS)).slice(1, -1);
}

async function listDevices(): Promise<AlsaDevice[]> {
  const [pcms, cards, sinks] = await Promise.all([
    query('aplay', '-L').then(parsePcms),
    query('aplay', '-l').then(parseCards),
    query('pactl', 'list', 'short', 'sinks').then(parsePulse),
  ]);
  const hasPulse = pcms.some(({ name }) => name === 'pulse');
  const all = [...pcms, ...cards, ...(hasPulse ? sinks : [])];
  // Newer versions of aplay list with -L what older ones list with -l alone.
  const byName = new Map(all.toReversed().map((device) => [device.name, device]));
  return [...byName.values()].toReversed();
}

async function query(program: string, ...args: string[]): Promise<string> {
  return (await runProgram(program, args, { limitMs: QUERY_LIMIT_MS })).stdout;
}
