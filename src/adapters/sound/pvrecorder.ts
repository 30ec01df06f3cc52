import { createRequire } from 'node:module';

import { SAMPLE_RATE_HZ } from '../../constants';
import { failureOf } from './alsa-complaint';
import type { RecorderEnd, RecorderProgram } from './recorder-process';
import { runProgram } from './run-program';
import type { DeviceFailure } from '../../ports';

/** What is read at a time: 20 ms. */
const FRAME_SAMPLES = SAMPLE_RATE_HZ / 50;
/** The library drops what does not fit, without a word: 10 s, for when we are held up. */
const RING_FRAMES = 500;
/** How long it may take to name the devices: on the smallest Pi, Node alone takes a second. */
const LIST_LIMIT_MS = 10_000;

/** How the children below end; Node itself ends with 1 to 13. */
const EXIT = { unusable: 64, missing: 65, unopened: 66, lost: 67 };

/** Loading throws on a CPU that the library does not know. The argument: the library. */
const LOAD = `
  const load = () => {
    try {
      return require(process.argv[1]).PvRecorder;
    } catch {
      process.exit(${EXIT.unusable});
    }
  };
`;

const LIST = `${LOAD}
  process.stdout.write(JSON.stringify(load().getAvailableDevices()));
`;

/**
 * Records until it is told to end, or its parent is gone. A read takes as long as its frame sounds,
 * in which this process does nothing else. A second argument: the name of the device.
 */
const RECORD = `${LOAD}
  const { writeSync } = require('node:fs');
  const open = (PvRecorder, name) => {
    const index = name === undefined ? -1 : PvRecorder.getAvailableDevices().indexOf(name);
    if (name !== undefined && index < 0) process.exit(${EXIT.missing});
    try {
      const recorder = new PvRecorder(${FRAME_SAMPLES}, index, ${RING_FRAMES});
      recorder.start();
      return recorder;
    } catch {
      process.exit(${EXIT.unopened});
    }
  };
  const write = (bytes) => {
    for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
  };
  let isOver = false;
  const end = () => (isOver = true);
  process.once('SIGTERM', end);
  process.stdin.once('close', end).resume();
  const record = async (recorder) => {
    while (!isOver) write(new Uint8Array((await recorder.read()).buffer));
    recorder.release(); // Once: a second time is a segmentation fault.
  };
  // What has failed is not released, which may take for ever: the end of a process releases all.
  record(open(load(), process.argv[2])).then(
    () => process.exit(0),
    () => process.exit(${EXIT.lost}),
  );
`;

const requireHere = createRequire(__filename);

/**
 * The package `@picovoice/pvrecorder-node`, run by a Node of its own.
 *
 * Not in a thread of ours: what the library and ALSA write to stderr comes straight to the terminal
 * from there, a fault of theirs ends the whole program, and a read that hangs cannot be broken off.
 *
 * `device` is a name that {@link pvRecorderDevices} gave. Absent: the default.
 */
export function pvRecorder(device?: string): RecorderProgram {
  return {
    adapter: 'pvrecorder',
    file: process.execPath,
    args: ['-e', RECORD, '--', libraryPath() ?? '', ...(device === undefined ? [] : [device])],
    failureOf: failureOfEnd,
  };
}

/** What devices are called, by the library; undefined where it is not here, or cannot be used. */
export async function pvRecorderDevices(): Promise<readonly string[] | undefined> {
  const library = libraryPath();
  if (library === undefined) return undefined;
  const args = ['-e', LIST, '--', library];
  const { isOk, stdout } = await runProgram(process.execPath, args, { limitMs: LIST_LIMIT_MS });
  return isOk ? (JSON.parse(stdout) as string[]) : undefined;
}

function libraryPath(): string | undefined {
  try {
    return requireHere.resolve('@picovoice/pvrecorder-node');
  } catch {
    return undefined;
  }
}

function failureOfEnd({ complaint, exitCode, hasRecorded }: RecorderEnd): DeviceFailure {
  switch (exitCode) {
    case EXIT.missing:
      return 'device_missing';
    case EXIT.unopened:
      return failureOf(complaint, 'device_error');
    case EXIT.lost:
      return hasRecorded ? 'device_lost' : 'device_error';
    default:
      return 'device_error';
  }
}
