import type { DeviceFailure } from '../../ports';

/** Words of the system's C library, in the locale C, and of ALSA itself. */
const BUSY = /resource busy|device busy/i;
/** PulseAudio's word for a device that is not there; ALSA goes on to complain of its settings. */
const NO_ENTITY = /no such entity/i;
/** It is there, and cannot play what we have. */
const UNFIT = /non available|not available|unable to (install|set)|broken configuration/i;
const MISSING =
  /no such (file|device)|unknown pcm|cannot find card|connection refused|host is down|not found/i;

/**
 * What a program of ALSA means by what it wrote to stderr before it gave up; `otherwise` where it
 * used no word that we know.
 */
export function failureOf(complaint: string, otherwise: DeviceFailure): DeviceFailure {
  if (BUSY.test(complaint)) return 'device_busy';
  if (NO_ENTITY.test(complaint)) return 'device_missing';
  if (UNFIT.test(complaint)) return 'device_error';
  return MISSING.test(complaint) ? 'device_missing' : otherwise;
}
