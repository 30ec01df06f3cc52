import { SAMPLE_RATE_HZ } from '../../constants';
import { failureOf } from './alsa-complaint';
import type { RecorderProgram } from './recorder-process';

/** Periods of 20 ms, so that sound comes soon, in a buffer that bridges half a second. */
const ARGUMENTS = [
  ...['--file-type=raw', '--format=S16_LE', `--rate=${SAMPLE_RATE_HZ}`, '--channels=1'],
  ...['--period-time=20000', '--buffer-time=500000'],
];

/** `arecord`, of the package alsa-utils. `device` is a name of ALSA's. Absent: its default. */
export function arecord(device?: string): RecorderProgram {
  return {
    adapter: 'arecord',
    file: 'arecord',
    args: [...(device === undefined ? [] : [`--device=${device}`]), ...ARGUMENTS],
    failureOf: ({ complaint, exitCode, hasRecorded }) => {
      if (exitCode === undefined) return 'device_error';
      return hasRecorded ? 'device_lost' : failureOf(complaint, 'device_error');
    },
  };
}
