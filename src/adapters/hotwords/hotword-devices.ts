/**
 * Who listens for the hotword: what `--hotword` asks for, or the first engine that can be had.
 *
 *   hotword-spec.ts           what can be asked for
 *   machine.ts                which system, processor and packages there are
 *   porcupine.ts              Porcupine 4, with an access key; porcupine-failure.ts its errors
 *   porcupine-v1.ts           Porcupine 1.9, without a key, not on 64-bit ARM
 *   openwakeword.ts           openWakeWord's models, in a process of their own
 *   lasting-hotword.ts        makes any of them one detection a hotword, and opens it when it dies
 *   keyboard-hotword.ts       nobody listens
 *
 * docs/hotwords.md is the manual.
 */
import { accessSync, constants, statSync, type Stats } from 'node:fs';
import { basename, extname, resolve } from 'node:path';

import type { Clock, EventSink } from '../../ports';
import { DeviceSpecError } from '../sound/device';
import type { EnginePorts, EngineRequest, HotwordEngine } from './hotword-engine';
import { HotwordError } from './hotword-error';
import { parseHotwordSpec, show, type HotwordSpec, type ListeningAdapter } from './hotword-spec';
import { KeyboardHotword } from './keyboard-hotword';
import { LastingHotword, type HotwordDevice, type HotwordRefusal } from './lasting-hotword';
import { THIS_MACHINE, type Machine } from './machine';
import { openOpenWakeWord } from './openwakeword';
import { openPorcupine } from './porcupine';
import { openPorcupineV1 } from './porcupine-v1';

export interface HotwordOptions {
  /** `auto`, `keyboard`, or `ENGINE[:KEYWORD]` with `porcupine`, `porcupine-v1`, `openwakeword`. */
  readonly spec: string;
  /** From 0 (few false alarms) to 1 (few misses). Default 0.5. */
  readonly sensitivity?: number;
  /** The file of a keyword: `.ppn` for Porcupine, `.onnx` for openWakeWord. */
  readonly modelPath?: string;
  /** Of Picovoice. White space around it is not part of it; an empty one is none. */
  readonly accessKey?: string;
}

export interface HotwordPorts {
  readonly clock: Clock;
  readonly events: EventSink;
}

type Opener = (
  request: EngineRequest,
  machine: Machine,
  ports: EnginePorts,
) => Promise<HotwordEngine>;

interface Engine {
  readonly open: Opener;
  /** Of the files of its keywords. */
  readonly suffix: '.ppn' | '.onnx';
  readonly keyword: string;
}

/** In the order in which `auto` tries them. */
const ENGINES: Readonly<Record<ListeningAdapter, Engine>> = {
  porcupine: { open: openPorcupine, suffix: '.ppn', keyword: 'jarvis' },
  'porcupine-v1': { open: openPorcupineV1, suffix: '.ppn', keyword: 'jarvis' },
  openwakeword: { open: openOpenWakeWord, suffix: '.onnx', keyword: 'hey jarvis' },
};

const DEFAULT_SENSITIVITY = 0.5;
/** A keyword is a few kB for Porcupine, a MB for openWakeWord. An empty one crashes the former. */
const MIN_MODEL_BYTES = 64;
const MAX_MODEL_BYTES = 64 * 2 ** 20;

/**
 * Opens what is asked for, and emits `device.chosen`. `auto` takes Porcupine 4 where there is a
 * key, else Porcupine 1.9, else openWakeWord, else the keyboard: then nothing listens, `refusals`
 * says why, and it is up to the caller to tell the person which key to press.
 *
 * Rejects with a `DeviceSpecError`, a `DeviceNotInstalledError` or a {@link HotwordError}: what is
 * asked for by name and cannot be had is an error, and so is a model that `auto` has no engine for.
 */
export async function openHotword(
  options: HotwordOptions,
  ports: HotwordPorts,
  machine: Machine = THIS_MACHINE,
): Promise<HotwordDevice> {
  const spec = parseHotwordSpec(options.spec);
  const request = checkedRequest(options, spec);
  if (spec.adapter === 'keyboard') return keyboard('asked_for', [], ports);
  if (spec.adapter === 'auto') return openFirst(request, ports, machine);
  const opening = { adapter: spec.adapter, why: 'asked_for' as const, refusals: [] };
  return openEngine(opening, request, ports, machine);
}

async function openFirst(
  request: EngineRequest,
  ports: HotwordPorts,
  machine: Machine,
): Promise<HotwordDevice> {
  const refusals: HotwordRefusal[] = [];
  for (const adapter of enginesFor(request.modelPath)) {
    const opening = { adapter, why: 'first_that_works' as const, refusals };
    try {
      return await openEngine(opening, request, ports, machine);
    } catch (error) {
      refusals.push(asRefusal(error));
    }
  }
  if (request.modelPath !== undefined) throw unwanted(request.modelPath, refusals);
  return keyboard('nothing_works', refusals, ports);
}

function enginesFor(modelPath: string | undefined): readonly ListeningAdapter[] {
  const all = Object.keys(ENGINES) as ListeningAdapter[];
  if (modelPath === undefined) return all;
  return all.filter((adapter) => ENGINES[adapter].suffix === extname(modelPath));
}

interface Opening {
  readonly adapter: ListeningAdapter;
  readonly why: 'asked_for' | 'first_that_works';
  readonly refusals: readonly HotwordRefusal[];
}

function openEngine(
  opening: Opening,
  request: EngineRequest,
  ports: HotwordPorts,
  machine: Machine,
): Promise<HotwordDevice> {
  const { keyword, open, suffix } = ENGINES[opening.adapter];
  const { modelPath } = request;
  if (modelPath !== undefined && extname(modelPath) !== suffix) {
    return Promise.reject(wrongSuffix(modelPath, opening.adapter, suffix));
  }
  const name = modelPath === undefined ? (request.keyword ?? keyword) : basename(modelPath, suffix);
  return LastingHotword.open({
    ...opening,
    ...ports,
    keyword: name,
    open: (enginePorts) => open(request, machine, enginePorts),
  });
}

function keyboard(
  why: 'asked_for' | 'nothing_works',
  refusals: readonly HotwordRefusal[],
  { events }: HotwordPorts,
): HotwordDevice {
  events.emit({ type: 'device.chosen', device: 'hotword', adapter: 'keyboard', why });
  return new KeyboardHotword(refusals);
}

function checkedRequest(options: HotwordOptions, { keyword }: HotwordSpec): EngineRequest {
  const { sensitivity = DEFAULT_SENSITIVITY } = options;
  // openWakeWord's process has another working directory.
  const modelPath = options.modelPath === undefined ? undefined : resolve(options.modelPath);
  if (!(sensitivity >= 0 && sensitivity <= 1)) {
    const message = `The sensitivity ${sensitivity} is not a number from 0 to 1.`;
    throw new HotwordError('ERR_HOTWORD_SENSITIVITY', message);
  }
  if (modelPath !== undefined && keyword !== undefined) {
    const message = `The keyword ${show(keyword)} is asked for, and a model too: give one of them`;
    throw new DeviceSpecError(message);
  }
  if (modelPath !== undefined) requireFile(modelPath);
  const accessKey = options.accessKey?.trim() ?? '';
  return {
    sensitivity,
    ...(keyword === undefined ? {} : { keyword }),
    ...(modelPath === undefined ? {} : { modelPath }),
    ...(accessKey === '' ? {} : { accessKey }),
  };
}

function requireFile(path: string): void {
  const stats = readableFile(path);
  if (enginesFor(path).length === 0) throw badModel(path, 'has the wrong suffix');
  if (!stats.isFile()) throw badModel(path, 'is not a file');
  if (stats.size < MIN_MODEL_BYTES) throw badModel(path, `is too short: ${stats.size} bytes`);
  if (stats.size > MAX_MODEL_BYTES) throw badModel(path, `is too long: ${stats.size} bytes`);
}

function readableFile(path: string): Stats {
  try {
    accessSync(path, constants.R_OK);
    return statSync(path);
  } catch (error) {
    throw badModel(path, `cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function badModel(path: string, problem: string): HotwordError {
  const message = `${path} ${problem}. --hotword-model wants a .ppn of Porcupine or an .onnx of`;
  return new HotwordError('ERR_HOTWORD_MODEL', `${message} openWakeWord.`);
}

function wrongSuffix(path: string, adapter: ListeningAdapter, suffix: string): HotwordError {
  const message = `${path}: ${adapter} wants a keyword file that ends in ${suffix}.`;
  return new HotwordError('ERR_HOTWORD_MODEL', message);
}

function unwanted(path: string, refusals: readonly HotwordRefusal[]): HotwordError {
  const reasons = refusals.map(({ message }) => message).join(' ');
  return new HotwordError('ERR_HOTWORD_MODEL', `No engine takes ${path}. ${reasons}`);
}

/** What is not of a closed list is our mistake, and not a reason to try the next engine. */
function asRefusal(error: unknown): HotwordRefusal {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return error as HotwordRefusal;
  }
  throw error;
}
