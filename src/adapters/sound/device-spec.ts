import { DeviceSpecError } from './device';

const NAME_CHARS = 200;

export interface DeviceSpec {
  /** `auto`, or one of the adapters. */
  readonly adapter: string;
  /** What follows the colon. Absent: the default device. */
  readonly name?: string;
}

/** Takes apart `auto` or `ADAPTER[:NAME]`. `what` says for which port. @throws {DeviceSpecError} */
export function parseDeviceSpec(
  what: string,
  spec: string,
  adapters: readonly string[],
): DeviceSpec {
  const [, adapter = '', name] = /^([^:]*)(?::(.*))?$/s.exec(spec) ?? [];
  if (spec === 'auto') return { adapter };
  if (!adapters.includes(adapter)) {
    const allowed = adapters.map((each) => `${each}[:NAME]`).join(' or ');
    throw new DeviceSpecError(`${what} '${shown(spec)}': use auto, ${allowed}`);
  }
  if (name === undefined) return { adapter };
  if (name === '' || name.length > NAME_CHARS || /\p{Cc}/u.test(name)) {
    throw new DeviceSpecError(
      `${what} '${shown(spec)}': a NAME has 1 to ${NAME_CHARS} characters, none of them control`,
    );
  }
  return { adapter, name };
}

/** Any text on one line, and not too long for it. */
function shown(text: string): string {
  return JSON.stringify(text.slice(0, NAME_CHARS)).slice(1, -1);
}
