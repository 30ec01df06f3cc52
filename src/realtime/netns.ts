/**
 * Machines that are network namespaces of this Linux, on two sides of a router: real kernels, real
 * packets, and a cut that nobody is told of.
 *
 *   pi 127.9.1.2 ---- 127.9.1.1 router 127.9.2.1 ---- 127.9.2.2 server
 *
 * The router stops forwarding what comes from one side. No packet is answered, no carrier lost, and
 * both ends still resolve their neighbour, which is the router: as with a dead Wi-Fi bridge or a
 * provider's outage. That needs neither a firewall nor a queueing discipline.
 *
 * The addresses are loopback ones, because the server listens on no others; with `route_localnet`
 * and no `lo` the kernel routes them as any.
 */
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Nothing here takes longer than milliseconds, unless the kernel is stuck. */
const PATIENCE = { timeout: 20_000 };

/** What was found out about a machine on which namespaces are asked for. */
export interface Footing {
  readonly platform: string;
  readonly uid: number | undefined;
  /** What went wrong in the making of a first namespace; undefined where nothing did. */
  readonly trialError: (Error & { readonly code?: unknown; readonly stderr?: string }) | undefined;
}

/** Why no namespaces can be had here, in a few words; undefined where they can. */
export async function whyNoNamespaces(): Promise<string | undefined> {
  const { getuid, platform } = process;
  const footing = { platform, uid: getuid?.(), trialError: undefined };
  return reasonAgainst(footing) ?? reasonAgainst({ ...footing, trialError: await tryOut() });
}

/** The judgement of {@link whyNoNamespaces}. */
export function reasonAgainst({ platform, trialError, uid }: Footing): string | undefined {
  if (platform !== 'linux') return `network namespaces are Linux's, and this is ${platform}`;
  if (uid !== 0) return 'network namespaces need root';
  if (trialError === undefined) return undefined;
  if (trialError.code === 'ENOENT') return 'there is no `ip` (package iproute2)';
  const said = (trialError.stderr ?? '').trim() || trialError.message;
  return `no network namespace can be set up: ${said.split('\n')[0]}`;
}

/** As root in a container one may have `ip` and no right to use it. */
async function tryOut(): Promise<Footing['trialError']> {
  const net = new NamespaceNet('trial', ['pi', 'server']);
  try {
    await net.create();
    return undefined;
  } catch (error) {
    return error as NonNullable<Footing['trialError']>;
  } finally {
    await net.close();
  }
}

interface Machine {
  readonly subnet: string;
  readonly namespace: string;
}

/** Hosts around a router. */
export class NamespaceNet {
  private readonly prefix: string;
  private readonly router: string;
  private readonly hosts: readonly string[];
  private readonly machines = new Map<string, Machine>();
  /** Whatever may have to be deleted. */
  private readonly namespaces = new Set<string>();
  private boots = 0;

  /** @param id - unique among those of this process, in a few letters. */
  constructor(id: string, hosts: readonly string[]) {
    this.prefix = `tars-${process.pid}-${id}`;
    this.router = `${this.prefix}-router`;
    this.hosts = hosts;
  }

  /** Sets up the router, and a machine for each host. */
  async create(): Promise<void> {
    await this.addNamespace(this.router);
    for (const host of this.hosts) await this.boot(host);
  }

  addressOf(host: string): string {
    return `${this.machineOf(host).subnet}.2`;
  }

  /** The command, and the arguments before a program's own, that run it on this host. */
  runOn(host: string): readonly [string, ...string[]] {
    return ['ip', 'netns', 'exec', this.machineOf(host).namespace];
  }

  /** Gives the host a new machine, with nothing of an old one, and connects it. */
  async boot(host: string): Promise<void> {
    this.boots += 1;
    const subnet = `127.9.${this.hosts.indexOf(host) + 1}`;
    const namespace = `${this.prefix}-${host}-${this.boots}`;
    await this.addNamespace(namespace);
    this.machines.set(host, { namespace, subnet });
    await ip(`link add eth0 netns ${namespace} type veth peer name ${host} netns ${this.router}`);
    await ip(`-n ${this.router} addr add ${subnet}.1/24 scope global dev ${host}`);
    await ip(`-n ${this.router} link set ${host} up`);
    await ip(`-n ${namespace} addr add ${subnet}.2/24 scope global dev eth0`);
    await ip(`-n ${namespace} link set eth0 up`);
    await ip(`-n ${namespace} route add default via ${subnet}.1`);
    await this.setForwarding(host, true);
  }

  /** Whether anything that comes from this host is passed on. */
  async setForwarding(host: string, isOn: boolean): Promise<void> {
    await this.setUp(this.router, `conf/${host}/forwarding`, isOn);
  }

  /** The machine is gone with whatever its kernel still had to say. Its programs must be dead. */
  async powerOff(host: string): Promise<void> {
    const { namespace } = this.machineOf(host);
    // The link first: a namespace lives on while a socket of it still retransmits.
    await ip(`-n ${this.router} link delete ${host}`);
    await ip(`netns delete ${namespace}`);
    this.namespaces.delete(namespace);
  }

  /** Deletes everything. What it cannot delete, {@link clear} may. */
  async close(): Promise<void> {
    for (const namespace of this.namespaces) {
      await ip(`netns delete ${namespace}`).then(
        () => this.namespaces.delete(namespace),
        // It was never made, or it is tried again.
        () => undefined,
      );
    }
  }

  /** Deletes what is left at once, while the process ends and nothing else may run. */
  clear(): void {
    for (const namespace of this.namespaces) {
      spawnSync('ip', ['netns', 'delete', namespace], { ...PATIENCE, stdio: 'ignore' });
    }
    this.namespaces.clear();
  }

  private async addNamespace(name: string): Promise<void> {
    // Noted before it is there, so that no moment is left in which nobody would delete it.
    this.namespaces.add(name);
    await ip(`netns add ${name}`);
    await this.setUp(name, 'conf/all/route_localnet', true);
  }

  private async setUp(namespace: string, setting: string, isOn: boolean): Promise<void> {
    const write = `echo ${isOn ? 1 : 0} > /proc/sys/net/ipv4/${setting}`;
    await run('ip', ['netns', 'exec', namespace, 'sh', '-c', write], PATIENCE);
  }

  private machineOf(host: string): Machine {
    const machine = this.machines.get(host);
    if (machine === undefined) throw new Error(`There is no machine called '${host}'.`);
    return machine;
  }
}

async function ip(command: string): Promise<void> {
  await run('ip', command.split(' '), PATIENCE);
}
