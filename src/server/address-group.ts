/** Hextets of an IPv6 address that name its network: whoever has one address has 2^64 of them. */
const NETWORK_HEXTETS = 4;

/**
 * Whom an address stands for, where addresses are counted: an IPv4 address for itself, an IPv6
 * address for its /64, and one that is mapped from IPv4 for that. Link-local addresses (RFC 4291
 * section 2.5.6) share one /64 among strangers, and so stand for themselves.
 *
 * @param address - as `net.Socket` has it: `10.0.0.7`, `2001:db8::7`, `::ffff:10.0.0.7`,
 *   `fe80::7%eth0`.
 */
export function addressGroup(address: string): string {
  if (!address.includes(':') || address.startsWith('fe80:')) return address;
  const last = address.slice(address.lastIndexOf(':') + 1);
  if (last.includes('.')) return last;
  return `${hextetsOf(address).slice(0, NETWORK_HEXTETS).join(':')}::/64`;
}

/** All eight of them, with the zeros that `::` stands for. */
function hextetsOf(address: string): readonly string[] {
  const ALL = 8;
  const [head = '', tail] = address.split('::');
  const before = partsOf(head);
  if (tail === undefined) return before;
  const after = partsOf(tail);
  const zeros = Array<string>(Math.max(0, ALL - before.length - after.length)).fill('0');
  return [...before, ...zeros, ...after];
}

function partsOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(':');
}
