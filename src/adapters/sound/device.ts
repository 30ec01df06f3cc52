/** What the sound devices of the real world have in common. */

/** A device that can be asked for, as `adapter:name`. */
export interface DeviceListing {
  /** The part of a spec before the colon. */
  readonly adapter: string;
  /** The part of a spec after the colon. Empty: the adapter alone, which is the default device. */
  readonly name: string;
  /** What the system calls it, on one line. */
  readonly description: string;
}

/** Whoever holds devices of the operating system. */
export interface DeviceHolder {
  /** Child processes and handles that are not let go of yet: 0 some time after `close()`. */
  openDevices(): number;
}

/** A spec that names no device; the message says what is allowed. */
export class DeviceSpecError extends Error {
  override readonly name = 'DeviceSpecError';
  /** Stable: programs go by it, people read the message. */
  readonly code = 'ERR_DEVICE_SPEC';
}

/** What is asked for needs a package or a program that is not here; the message says which. */
export class DeviceNotInstalledError extends Error {
  override readonly name = 'DeviceNotInstalledError';
  /** Stable: programs go by it, people read the message. */
  readonly code = 'ERR_DEVICE_NOT_INSTALLED';
}
