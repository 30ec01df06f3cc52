/**
 * The microphones of the Pi: which there are, and which one is listened to.
 *
 *   DeviceMicrophone   the port: one stream at a time
 *   DeviceStream       watches the device, and fails when it is silent for good
 *   EchoGuard          lets through what was recorded while the ear was open ...
 *   RecordingClock     ... and tells when that was
 *   RecorderProcess    the child that records
 *   pvRecorder         the package `@picovoice/pvrecorder-node`, by the names of its devices
 *   arecord            the program of alsa-utils, by the names of ALSA
 */
import type { EventOf } from '../../events';
import type { Clock, DeviceFailure, EventSink } from '../../ports';
import { listAlsaDevices } from './alsa-devices';
import { arecord } from './arecord';
import { DeviceNotInstalledError, DeviceSpecError, type DeviceListing } from './device';
import { DeviceMicrophone } from './device-microphone';
import { parseDeviceSpec } from './device-spec';
import { pvRecorder, pvRecorderDevices } from './pvrecorder';
import { RecorderProcess, type RecorderProgram } from './recorder-process';
import { isOnPath } from './run-program';

export interface MicrophonePorts {
  readonly clock: Clock;
  readonly events: EventSink;
}

type Why = EventOf<'device.chosen'>['why'];

interface Choice {
  readonly program: RecorderProgram;
  readonly why: Why;
}

/** A way to record. */
interface Adapter {
  readonly name: string;
  /** What to do where it is not installed. */
  readonly install: string;
  /** What records from the device of that name, or from the default. */
  prepare(name: string | undefined): Promise<RecorderProgram | undefined>;
}

/** The best first. They prepare nothing where they are not installed. */
const ADAPTERS: readonly Adapter[] = [
  {
    name: 'pvrecorder',
    install: 'install @picovoice/pvrecorder-node on a CPU that it knows',
    prepare: async (name) => {
      const devices = await pvRecorderDevices();
      if (devices === undefined) return undefined;
      return pvRecorder(name === undefined ? undefined : deviceNamed(name, devices));
    },
  },
  {
    name: 'arecord',
    install: 'install alsa-utils',
    prepare: (name) => Promise.resolve(isOnPath('arecord') ? arecord(name) : undefined),
  },
];

/** How long a device may take until it is said not to work. */
const TRY_LIMIT_MS = 10_000;
/** What the library calls those names of ALSA that no sound comes from. */
const NO_DEVICE = /^(Discard all samples|Rate Converter|JACK|Open Sound|Plugin (using|for))/;

/**
 * Opens the microphone that a spec names: `auto`, `pvrecorder[:NAME]` or `arecord[:NAME]`. With
 * `auto` it is the first that works; where none does at this moment, the best that is installed,
 * for a card may be plugged in later.
 *
 * @throws {DeviceSpecError} where the spec names none
 * @throws {DeviceNotInstalledError} where what it names is not installed
 */
export async function openMicrophone(
  spec: string,
  ports: MicrophonePorts,
): Promise<DeviceMicrophone> {
  const { program, why } = await choose(spec, ports.clock);
  const { adapter } = program;
  ports.events.emit({ type: 'device.chosen', device: 'microphone', adapter, why });
  return new DeviceMicrophone({ ...ports, program });
}

/** Devices that can be listened to, by what can be asked for; empty where nothing can tell. */
export async function listMicrophones(): Promise<readonly DeviceListing[]> {
  const [names, devices] = await Promise.all([
    pvRecorderDevices(),
    listAlsaDevices('arecord', 'sources'),
  ]);
  const named = (names ?? []).filter((name) => !NO_DEVICE.test(name));
  return [
    ...named.map((name) => ({ adapter: 'pvrecorder', name, description: name })),
    ...devices.map((device) => ({ adapter: 'arecord', ...device })),
  ];
}

/**
 * The device of exactly this name, or the only one with it in its name, in capitals or not.
 *
 * @throws {DeviceSpecError} where there is none, or more than one
 */
export function deviceNamed(name: string, devices: readonly string[]): string {
  if (devices.includes(name)) return name;
  const part = name.toLowerCase();
  const matches = [...new Set(devices)].filter((each) => each.toLowerCase().includes(part));
  const [match] = matches;
  if (match !== undefined && matches.length === 1) return match;
  throw new DeviceSpecError(`microphone 'pvrecorder:${name}': ${whyNone(matches, devices)}`);
}

function whyNone(matches: readonly string[], devices: readonly string[]): string {
  const list = (names: readonly string[]): string => names.map((each) => `'${each}'`).join(', ');
  if (devices.length === 0) return 'there is no device at all';
  if (matches.length > 1)
    return `more than one device has that in its name; use one of ${list(matches)}`;
  return `no device has that in its name; use one of ${list(devices)}`;
}

async function choose(spec: string, clock: Clock): Promise<Choice> {
  const names = ADAPTERS.map((adapter) => adapter.name);
  const parsed = parseDeviceSpec('microphone', spec, names);
  const asked = ADAPTERS.find((adapter) => adapter.name === parsed.adapter);
  if (asked === undefined) return chooseFrom(await installed(), clock);
  const program = await asked.prepare(parsed.name);
  if (program !== undefined) return { program, why: 'asked_for' };
  throw new DeviceNotInstalledError(
    `microphone '${spec}': ${asked.name} is not here; ${asked.install}, or use auto`,
  );
}

async function chooseFrom(programs: readonly RecorderProgram[], clock: Clock): Promise<Choice> {
  for (const program of programs) {
    const failure = await tryOut(program, clock);
    if (failure === undefined) return { program, why: 'first_that_works' };
  }
  const [best] = programs;
  if (best !== undefined) return { program: best, why: 'nothing_works' };
  const ways = ADAPTERS.map(({ name, install }) => `${install} for ${name}`).join(', or ');
  throw new DeviceNotInstalledError(`microphone 'auto': nothing to record with is here; ${ways}`);
}

async function installed(): Promise<RecorderProgram[]> {
  const programs = await Promise.all(ADAPTERS.map((adapter) => adapter.prepare(undefined)));
  return programs.filter((program) => program !== undefined);
}

/** Records a moment, for the sake of what goes wrong. */
async function tryOut(program: RecorderProgram, clock: Clock): Promise<DeviceFailure | undefined> {
  let recorder: RecorderProcess | undefined;
  let limit: object | undefined;
  const failure = await new Promise<DeviceFailure | undefined>((resolve) => {
    limit = clock.setTimeout(() => resolve('device_error'), TRY_LIMIT_MS);
    recorder = new RecorderProcess(program, clock, {
      onBytes: () => resolve(undefined),
      onFailed: resolve,
    });
  });
  clock.clearTimeout(limit);
  recorder?.stop();
  await recorder?.over;
  return failure;
}
