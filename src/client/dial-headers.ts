import { DEVICE_HEADER } from '../protocol';
import type { ClientSettings } from './client-settings';

/** What a client says of itself with its dial: its name, and what proves it. */
export function dialHeaders({
  device,
  token,
}: Pick<ClientSettings, 'device' | 'token'>): Record<string, string> {
  const proof = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return { [DEVICE_HEADER]: device, ...proof };
}
