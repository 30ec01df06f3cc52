import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { DeviceNotInstalledError } from '../sound/device';

/** What decides which engines there are. A parameter, so that a test may be a Raspberry Pi. */
export interface Machine {
  /** As in `process.platform`. */
  readonly platform: string;
  /** As in `process.arch`. */
  readonly arch: string;
  /** `/proc/cpuinfo`, or nothing where there is none. */
  cpuInfo(): string;
  /** The path of a file of a package; throws Node's `MODULE_NOT_FOUND`. */
  resolve(file: string): string;
  /** The package, or a file of it, as `require` has it. */
  load(file: string): unknown;
}

const requireHere = createRequire(__filename);

export const THIS_MACHINE: Machine = {
  platform: process.platform,
  arch: process.arch,
  cpuInfo: () => readIfThere('/proc/cpuinfo'),
  resolve: (file) => requireHere.resolve(file),
  load: (file): unknown => requireHere(file),
};

/** The path of a file of an optional package. `install` is the command that brings the package. */
export function resolveOptional(machine: Machine, file: string, install: string): string {
  try {
    return machine.resolve(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    const name = /^(@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? file;
    throw new DeviceNotInstalledError(`The package ${name} is not installed: ${install}`);
  }
}

/** The first part number of the processor ("0xd08"), by which ARM tells its cores apart. */
export function cpuPart(machine: Machine): string | undefined {
  return /^CPU part\s*:\s*(0x[0-9a-f]+)\s*$/im.exec(machine.cpuInfo())?.[1]?.toLowerCase();
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return ''; // Not Linux: who asks has looked at the platform first.
  }
}
