import { isIP } from 'node:net';

import { UsageError } from './command-line';

export interface AdmissionOptions {
  /** The address to listen on. */
  readonly host: string;
  /** The file of tokens; undefined where none are asked for. */
  readonly tokens: string | undefined;
  /** Whether the operator has said that anybody may come in. */
  readonly insecure: boolean;
  /** Whether listeners speak TLS. */
  readonly tls: boolean;
}

/**
 * Who may come in must be decided before a port can be reached from other machines: anybody there
 * could talk and listen.
 *
 *   host      tokens  insecure
 *   loopback  any     any        starts
 *   other     yes     any        starts; without TLS with a warning
 *   other     no      yes        starts with a warning
 *   other     no      no         throws a `UsageError` that says why, and what to do
 *
 * Returns what is to be said on standard error at each start: `insecure` never goes without.
 */
export function requireAdmission(options: AdmissionOptions): readonly string[] {
  const { host, insecure, tls, tokens } = options;
  const isOpen = !isLoopback(host);
  if (isOpen && tokens === undefined && !insecure) throw new UsageError(refusalOf(host));
  const warnings: string[] = [];
  if (insecure) warnings.push(warningOf(options));
  if (isOpen && tokens !== undefined && !tls) {
    warnings.push(`tokens and speech go to ${host} in the clear: see --tls-cert and --tls-key`);
  }
  return warnings;
}

function refusalOf(host: string): string {
  return (
    `--host: '${host}' can be reached from other machines, and anybody there could talk and ` +
    "listen. Give each device a token ('token add kitchen --tokens FILE') and start with " +
    '--tokens FILE; or listen on 127.0.0.1, with a tunnel (ssh -L) from elsewhere; or, where ' +
    'nobody else is on the network, say --insecure.'
  );
}

function warningOf({ host, tokens }: AdmissionOptions): string {
  if (tokens !== undefined) return '--insecure: changes nothing, because --tokens asks for tokens';
  if (isLoopback(host)) return `--insecure: changes nothing, because ${host} is this machine alone`;
  return `--insecure: no tokens are asked for, so anybody who reaches ${host} can talk and listen`;
}

/** Whether an address to listen on is reached from this machine alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
