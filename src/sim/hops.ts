/**
 * The Toxiproxy on the way from a client to its server: a host of its own, beside the server. It is
 * there where a fault needs it, and only there, because each hop has its price.
 */
import type { HostSpec } from './host-spec';
import type { Scenario } from './scenario';

/** The scenario with a Toxiproxy wherever a fault speaks of one. */
export function withHops(scenario: Scenario): Scenario {
  const clients = scenario.faults.flatMap((fault) =>
    fault.kind === 'toxic' || fault.kind === 'proxy_down' ? [fault.between[0]] : [],
  );
  return withHopsOf(scenario, new Set(clients));
}

/** The scenario with a Toxiproxy before the server of each of these clients that has none yet. */
export function withHopsOf(scenario: Scenario, clients: ReadonlySet<string>): Scenario {
  const hosts: [string, HostSpec][] = [];
  for (const [name, spec] of Object.entries(scenario.hosts)) {
    if (spec.program !== 'client' || spec.via !== undefined || !clients.has(name)) {
      hosts.push([name, spec]);
      continue;
    }
    const via = `toxiproxy-${name}`;
    hosts.push([via, { program: 'toxiproxy', upstream: spec.server, startsAt: 0 }]);
    hosts.push([name, { ...spec, via }]);
  }
  return { ...scenario, hosts: Object.fromEntries(hosts) };
}

/** The Toxiproxy by which a client reaches a server, if there is one between them. */
export function hopBetween(
  { hosts }: Pick<Scenario, 'hosts'>,
  client: string,
  server: string,
): string | undefined {
  const spec = hosts[client];
  return spec?.program === 'client' && spec.server === server ? spec.via : undefined;
}
