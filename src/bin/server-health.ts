import { HealthServer } from '../adapters/health-server';
import type { Clock, SocketAddress } from '../ports';
import type { TarsAssistant } from '../server/tars-assistant';
import { isLoopback } from './admission';
import { UsageError } from './command-line';
import type { EffectiveSettings } from './effective-settings';
import { packageVersion } from './package-version';
import type { SERVER_OPTIONS } from './server-options';

/**
 * What answers at the address of `--health`, where one is given. It names the devices and asks for
 * no token, so it must be an address that nobody else reaches.
 */
export function healthServerOf(
  settings: EffectiveSettings<typeof SERVER_OPTIONS>,
  assistant: TarsAssistant,
  clock: Clock,
): HealthServer | undefined {
  const { health } = settings.values;
  if (health === undefined) return undefined;
  const address = parseAddress(health);
  if (address === undefined || !isLoopback(address.host)) {
    const example = 'It must be a loopback address and a port, as 127.0.0.1:8766.';
    throw new UsageError(`${settings.whereOf('health')}: '${health}' is invalid. ${example}`);
  }
  const startedMs = clock.now();
  return new HealthServer({
    ...address,
    report: () => {
      const { devices, status } = assistant.health();
      const uptimeMs = Math.round(clock.now() - startedMs);
      const body = { status, uptimeMs, version: packageVersion(), devices };
      return { isWell: status === 'ok', body };
    },
  });
}

/** `127.0.0.1:8766`, `localhost:0` or `[::1]:8766`; undefined for anything else. */
function parseAddress(text: string): SocketAddress | undefined {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  return host === undefined || !(port <= 65_535) ? undefined : { host, port };
}
