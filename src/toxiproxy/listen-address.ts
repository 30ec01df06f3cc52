import type { SocketAddress } from '../ports';

/**
 * Takes `host:port` apart, as `net.SplitHostPort` of Go does. An empty text is any port of any
 * interface.
 *
 * @returns the address, or what is wrong in Go's words.
 */
export function parseAddress(text: string): SocketAddress | string {
  if (text === '') return { host: '', port: 0 };
  const match = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(text);
  if (match === null) return `address ${text}: ${whyNot(text)}`;
  const [, bracketed, plain, port = ''] = match;
  if (!/^\d{1,9}$/.test(port) && port !== '') return `lookup tcp/${port}: unknown port`;
  if (Number(port) > 65_535) return `address ${port}: invalid port`;
  return { host: bracketed ?? plain ?? '', port: Number(port) };
}

/** As it is written, with brackets around an address that has colons of its own. */
export function formatAddress({ host, port }: SocketAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Where to listen: names of all interfaces and of this machine become addresses, as Go makes them.
 * Other names are left to the `Sockets` port, which in a simulation knows hosts by them.
 */
export function boundAddress({ host, port }: SocketAddress): SocketAddress {
  if (host === '') return { host: '::', port };
  return { host: host === 'localhost' ? '127.0.0.1' : host, port };
}

/** What Go says of a port that could not be bound. */
export function listenError(address: SocketAddress, error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code === 'ENOTFOUND') return `listen tcp: lookup ${address.host}: no such host`;
  return `listen tcp ${formatAddress(address)}: bind: ${REASONS[code] ?? message}`;
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EADDRINUSE: 'address already in use',
  EADDRNOTAVAIL: 'cannot assign requested address',
};

function whyNot(text: string): string {
  const port = text.slice(text.lastIndexOf(']') + 1);
  if (text.startsWith('[') && !text.includes(']')) return "missing ']' in address";
  if (!port.includes(':')) return 'missing port in address';
  return 'too many colons in address';
}
