/**
 * Porcupine 1.9, which needs no access key and no network.
 *
 * Its native library is called directly. The package's own JavaScript tells a Pi by the lines
 * "Hardware" and "model name" of /proc/cpuinfo, and current kernels write neither.
 */
import { dirname, join } from 'node:path';

import type { EngineRequest, HotwordEngine } from './hotword-engine';
import { HotwordError } from './hotword-error';
import { cpuPart, resolveOptional, type Machine } from './machine';
import { builtInKeyword, PorcupineEngine, type Porcupine } from './porcupine-engine';

/** `pv_porcupine.node`. Results hold two numbers: `handle * 10 + status`, `index * 10 + status`. */
interface Binding {
  init(model: string, count: number, keywords: string[], sensitivities: number[]): bigint;
  /** Aborts the program unless the frame is a whole buffer of `frame_length()` samples. */
  process(handle: bigint, frame: Int16Array): number;
  delete(handle: bigint): void;
  frame_length(): number;
}

interface Build {
  /** Of the native library, in the folder `lib` of the package. */
  readonly folder: string;
  /** Of the keyword files, which are made for one platform each. */
  readonly platform: 'linux' | 'mac' | 'raspberry-pi';
}

/** 32-bit builds by the core's part number; a Pi 5 takes that of a Pi 4. */
const PI_FOLDERS: Readonly<Record<string, string>> = {
  '0xc07': 'cortex-a7',
  '0xd03': 'cortex-a53',
  '0xd08': 'cortex-a72',
  '0xd0b': 'cortex-a72',
};

const SUCCESS = 0;
/** The status with which a keyword file is turned down. */
const INVALID_ARGUMENT = 3;
const INSTALL = 'npm install porcupine-v1@npm:@picovoice/porcupine-node@1.9.2';

export async function openPorcupineV1(
  request: EngineRequest,
  machine: Machine,
): Promise<HotwordEngine> {
  const build = porcupineV1Build(machine);
  const folder = dirname(resolveOptional(machine, 'porcupine-v1/package.json', INSTALL));
  const keyword = request.modelPath ?? keywordFile(folder, build, builtInKeyword(request));
  const binding = load(machine, join(folder, 'lib', build.folder, 'pv_porcupine.node'));
  const model = join(folder, 'lib', 'common', 'porcupine_params.pv');
  const packed = binding.init(model, 1, [keyword], [request.sensitivity]);
  const status = Number(packed % 10n);
  if (status !== SUCCESS) throw refused(status, request.modelPath);
  return new PorcupineEngine(opened(binding, packed / 10n));
}

/** Which build suits a machine. Throws `ERR_HOTWORD_UNSUPPORTED` where none does. */
export function porcupineV1Build(machine: Machine): Build {
  const { arch, platform } = machine;
  if (platform === 'linux' && arch === 'x64') return { folder: 'linux/x86_64', platform: 'linux' };
  if (platform === 'darwin' && arch === 'x64') return { folder: 'mac/x86_64', platform: 'mac' };
  const part = platform === 'linux' && arch === 'arm' ? cpuPart(machine) : undefined;
  const pi = part === undefined ? undefined : PI_FOLDERS[part];
  if (pi !== undefined) return { folder: `raspberry-pi/${pi}`, platform: 'raspberry-pi' };
  const cpu = part === undefined ? '' : ` with CPU part ${part}`;
  throw new HotwordError(
    'ERR_HOTWORD_UNSUPPORTED',
    `porcupine-v1 has no build for ${platform}/${arch}${cpu}: it is for x64, and for a Raspberry ` +
      'Pi 2 or later with a 32-bit system. Use --hotword openwakeword or keyboard.',
  );
}

function keywordFile(folder: string, { platform }: Build, keyword: string): string {
  const file = `${keyword}_${platform}.ppn`;
  return join(folder, 'resources', 'keyword_files', platform, file);
}

function load(machine: Machine, library: string): Binding {
  try {
    return machine.load(library) as Binding;
  } catch {
    throw new HotwordError(
      'ERR_HOTWORD_UNSUPPORTED',
      `The library of porcupine-v1 cannot be loaded: ${library}. Install the package again, or ` +
        'use --hotword openwakeword or keyboard.',
    );
  }
}

function opened(binding: Binding, handle: bigint): Porcupine {
  const own = new Int16Array(binding.frame_length());
  return {
    frameLength: own.length,
    process: (frame) => {
      own.set(frame);
      const packed = binding.process(handle, own);
      if (packed % 10 !== SUCCESS) throw failed(packed % 10);
      return packed / 10;
    },
    release: () => binding.delete(handle),
  };
}

function refused(status: number, modelPath: string | undefined): HotwordError {
  if (status !== INVALID_ARGUMENT || modelPath === undefined) return failed(status);
  return new HotwordError(
    'ERR_HOTWORD_MODEL',
    `${modelPath}: porcupine-v1 takes no such file. It must be a .ppn of version 1.9 for this ` +
      'platform; later ones need --hotword porcupine and an access key.',
  );
}

function failed(status: number): HotwordError {
  return new HotwordError('ERR_HOTWORD_ENGINE', `porcupine-v1 failed with status ${status}.`);
}
