import { createRequire } from 'node:module';
import type { Writable } from 'node:stream';

import { BYTES_PER_SAMPLE, SAMPLE_RATE_HZ } from '../../constants';
import type { DeviceFailure } from '../../ports';
import { failureOf } from './alsa-complaint';
import { runProgram } from './run-program';

/** What we use of a stream of the package: its own types know no device. */
export interface NativeSpeaker extends Writable {
  /** Drops what was not heard and closes the device, in this very moment. */
  close(): void;
}

type SpeakerConstructor = new (options: object) => NativeSpeaker;

/** Never anything but these whole numbers: the native part aborts the process on other values. */
const FORMAT = {
  bitDepth: 8 * BYTES_PER_SAMPLE,
  channels: 1,
  sampleRate: SAMPLE_RATE_HZ,
  signed: true,
};

/** Plays 20 ms of silence. The arguments: the package, the format, the device or nothing. */
const PROBE = `
  const [library, format, device] = process.argv.slice(1);
  const Speaker = require(library);
  const speaker = new Speaker({ ...JSON.parse(format), ...(device ? { device } : {}) });
  speaker.on('error', () => process.exit(1));
  speaker.write(Buffer.alloc(640), (error) => {
    if (error) return;
    speaker.close();
    process.exit(0);
  });
`;

/** How long a probe may take: on the smallest Pi, Node alone takes a second to start. */
const PROBE_LIMIT_MS = 10_000;

const requireHere = createRequire(__filename);

/**
 * The package `speaker`, kept from harming us.
 *
 * When it is loaded it opens the default device, and where that cannot be opened it aborts the
 * process. So a child of ours tries first, each time that we have no reason to trust the device.
 */
export class SpeakerLibrary {
  private isTrusted = false;

  /** Whether the package is here, and was built. */
  static isInstalled(): boolean {
    return packagePath() !== undefined;
  }

  /** Finds out whether the device can be played to; at once, as long as nothing failed. */
  async check(device: string | undefined, signal: AbortSignal): Promise<DeviceFailure | undefined> {
    if (this.isTrusted) return undefined;
    const failure = await probe(device, signal);
    this.isTrusted = failure === undefined;
    return failure;
  }

  /** The device has failed: it is looked at in a child before it is opened again. */
  distrust(): void {
    this.isTrusted = false;
  }

  /** A stream that opens the device with its first write. Only after a check without a failure. */
  make(device: string | undefined): NativeSpeaker {
    const Speaker = requireHere('speaker') as SpeakerConstructor;
    return new Speaker({ ...FORMAT, ...(device === undefined ? {} : { device }) });
  }
}

function packagePath(): string | undefined {
  try {
    requireHere.resolve('speaker/build/Release/binding.node');
    return requireHere.resolve('speaker');
  } catch {
    return undefined; // Not installed: it is an optional dependency, and may not have been built.
  }
}

async function probe(
  device: string | undefined,
  signal: AbortSignal,
): Promise<DeviceFailure | undefined> {
  const library = packagePath();
  if (library === undefined) return 'device_missing';
  const args = ['-e', PROBE, library, JSON.stringify(FORMAT), device ?? ''];
  const limits = { limitMs: PROBE_LIMIT_MS, signal };
  const { isOk, stderr } = await runProgram(process.execPath, args, limits);
  return isOk ? undefined : failureOf(stderr, 'device_error');
}
