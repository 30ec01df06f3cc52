/**
 * The fabric between simulated hosts. It knows no policy: what goes wrong is decided elsewhere.
 *
 *   Network      names, machines, paths; faults by one or two calls
 *   Path         one direction between two hosts: latency, outages (`path.ts`), a limit of bytes a
 *                second (`bottleneck.ts`), bytes that are changed (`corruption.ts`)
 *   IdleTimeout, Portal   boxes on the way: one forgets flows, one takes them for itself
 *   VirtualNic   the `Sockets` port of one incarnation of a host (`virtual-nic.ts`)
 *   Dial         a name, a handshake, and how both fail (`tcp-dial.ts`, `tls-handshake.ts`)
 *   Flow         a TCP connection: two ends and two pipes (`tcp-flow.ts`, `tcp-pipe.ts`)
 *   VirtualSocket  what the program holds (`virtual-socket.ts`)
 *
 * Whatever touches a host's program goes through its `runOnHost`, so that a paused host gets its
 * input late and a dead one never. The kernel of a paused host goes on: it takes and acknowledges.
 */
import assert from 'node:assert';

import type { Door } from './door';
import { IdleTimeout, type Forgetting } from './idle-timeout';
import { once, Path, type Undo } from './path';
import { Portal } from './portal';
import { Flow, type FlowHost, type FlowObserver, type FlowOptions, type Towards } from './tcp-flow';
import type { TlsCode } from './tls-handshake';
import type { VirtualClock } from './virtual-clock';
import { FIRST_EPHEMERAL_PORT, VirtualNic, type Machine, type RunOnHost } from './virtual-nic';

/** Hears of what happens on the wire, as it happens. */
export interface NetworkObserver extends FlowObserver {
  /** A connection is established for the host that dialled. Flows are numbered from 1. */
  onOpened(flow: number, from: string, to: string): void;
}

export interface NetworkOptions {
  readonly clock: VirtualClock;
  /** Default: nobody. */
  readonly observer?: NetworkObserver;
  /** One way, for paths that were not set otherwise. Whole milliseconds; default 1. */
  readonly latencyMs?: number;
  /** Real milliseconds for one here, default 1: a kernel's own timers keep their real length. */
  readonly scale?: number;
  /** Unacknowledged bytes at which a writer has to wait. Default 262,144. */
  readonly sendBufferBytes?: number;
  /** Unread bytes from which on a kernel acknowledges no more. Default 262,144. */
  readonly receiveBufferBytes?: number;
  /** What a client's clock has against a server's certificate. Default: nothing. */
  readonly untimely?: (client: string, server: string) => TlsCode | undefined;
}

const NOBODY: NetworkObserver = {
  onOpened: () => undefined,
  onDelivered: () => undefined,
  onClosed: () => undefined,
};

export class Network {
  readonly clock: VirtualClock;
  /** See {@link NetworkOptions.scale}. */
  readonly scale: number;
  readonly #observer: NetworkObserver;
  readonly #options: NetworkOptions;
  readonly #flowOptions: FlowOptions;
  readonly #latencyMs: number;
  readonly #machines = new Map<string, Machine>();
  readonly #paths = new Map<string, Map<string, Path>>();
  #flows = 0;

  constructor(options: NetworkOptions) {
    this.clock = options.clock;
    this.scale = options.scale ?? 1;
    this.#options = options;
    this.#observer = options.observer ?? NOBODY;
    this.#latencyMs = options.latencyMs ?? 1;
    this.#flowOptions = {
      clock: options.clock,
      observer: this.#observer,
      scale: this.scale,
      sendBufferBytes: options.sendBufferBytes ?? 262_144,
      receiveBufferBytes: options.receiveBufferBytes ?? 262_144,
    };
  }

  /** A new incarnation of a host; its machine gets power. The last one must have been revoked. */
  nic(host: string, boot: number, runOnHost: RunOnHost): VirtualNic {
    const machine = this.#machine(host);
    assert(machine.nic?.isRevoked ?? true, `${host} is still running`);
    machine.isUp = true;
    machine.nic = new VirtualNic(this, machine, boot, runOnHost);
    return machine.nic;
  }

  /** The way from one host to another, in this direction. */
  path(from: string, to: string): Path {
    let paths = this.#paths.get(from);
    if (paths === undefined) this.#paths.set(from, (paths = new Map<string, Path>()));
    let path = paths.get(to);
    if (path === undefined) paths.set(to, (path = new Path(this.clock, this.#latencyMs)));
    return path;
  }

  /** Until it is undone, no name can be resolved here. Of several faults the latest counts. */
  failLookups(host: string, code: 'ENOTFOUND' | 'EAI_AGAIN'): Undo {
    const { lookupFaults } = this.#machine(host);
    const fault = { code };
    lookupFaults.push(fault);
    return () => {
      if (lookupFaults.includes(fault)) lookupFaults.splice(lookupFaults.indexOf(fault), 1);
    };
  }

  /** Until it is undone, dials to this host are answered as if nothing listened there. */
  refuseDials(host: string): Undo {
    const machine = this.#machine(host);
    machine.refusals += 1;
    return once(() => (machine.refusals -= 1));
  }

  /** Something between the two hosts resets all their connections, at both ends or at one. */
  resetFlows(a: string, b: string, towards: Towards = 'both', openedBeforeMs = Infinity): void {
    for (const flow of this.#flowsBetween(a, b, openedBeforeMs)) flow.reset(towards);
  }

  /** Something between the two hosts ends all their connections by FIN, at both ends or at one. */
  closeFlows(a: string, b: string, towards: Towards = 'both', openedBeforeMs = Infinity): void {
    for (const flow of this.#flowsBetween(a, b, openedBeforeMs)) flow.sever(towards);
  }

  /**
   * A box between the two hosts forgets their connections, those of now too, where they are idle
   * for so long. Undone it forgets no more, and what it has forgotten stays so.
   */
  forgetIdle(a: string, b: string, afterMs: number, how: Forgetting): Undo {
    const box = new IdleTimeout({ clock: this.clock, afterMs, how });
    const ways = [this.path(a, b), this.path(b, a)];
    for (const flow of this.#flowsBetween(a, b)) box.watch(flow);
    for (const way of ways) way.idleTimeouts.add(box);
    return () => {
      for (const way of ways) way.idleTimeouts.delete(box);
      box.stop();
    };
  }

  /** Dials from one host to the other end at a box that answers every request with this status. */
  answerDials(from: string, to: string, status: number, page: string): Undo {
    return this.path(from, to).divert((port) => new Portal(to, port, status, page));
  }

  /** The process is gone: its kernel closes every socket and unbinds every port. */
  kill(nic: VirtualNic): void {
    nic.releaseAll();
    this.revoke(nic);
  }

  /** The machine is gone: it sends nothing, and what comes is lost until its next incarnation. */
  powerOff(nic: VirtualNic): void {
    nic.forgetAll();
    this.revoke(nic);
    nic.machine.isUp = false;
  }

  /** Nothing of this incarnation is called back or reaches the wire. May be called twice. */
  revoke(nic: VirtualNic): void {
    nic.revoke();
  }

  /** Streams that were connected or accepted and are not destroyed. */
  openSockets(nic: VirtualNic): number {
    return nic.openSockets;
  }

  boundPorts(nic: VirtualNic): number {
    return nic.boundPorts;
  }

  dialsInFlight(nic: VirtualNic): number {
    return nic.dialsInFlight;
  }

  /** For a nic: the machine of this name, if there is any. */
  findMachine(name: string): Machine | undefined {
    return this.#machines.get(name);
  }

  /** For a nic: what takes a connection from one host to a port of another, if anything does. */
  findDoor(from: string, to: string, port: number): Door | undefined {
    const machine = this.#machines.get(to);
    const bound = machine?.refusals === 0 ? machine.ports.get(port) : undefined;
    return this.path(from, to).portal(port) ?? bound;
  }

  /** For a nic: whether anything answers a dial at all, be it by RST. */
  answers(from: string, to: string, port: number): boolean {
    if (this.path(from, to).portal(port) !== undefined) return true;
    return this.#machines.get(to)?.isUp ?? false;
  }

  /** For a nic: why a client takes offence at the certificate that it is shown behind this door. */
  tlsProblem(from: string, to: string, door: Door): TlsCode | undefined {
    const { untimely } = this.#options;
    return this.path(from, to).tlsFault ?? untimely?.(from, to) ?? door.tlsProblem;
  }

  /** For a nic: a handshake with what answers for the host `to` has come back. */
  openFlow(from: Machine, to: string, door: Door): Flow {
    this.#flows += 1;
    const hosts: readonly [FlowHost, FlowHost] = [from, door.host];
    const paths = [this.path(from.name, to), this.path(to, from.name)] as const;
    const flow = new Flow(this.#flows, this.#flowOptions, hosts, paths);
    this.#observer.onOpened(flow.id, from.name, door.host.name);
    for (const box of paths[0].idleTimeouts) box.watch(flow);
    return flow;
  }

  #machine(name: string): Machine {
    const known = this.#machines.get(name);
    if (known !== undefined) return known;
    const machine: Machine = {
      name,
      isUp: false,
      nic: undefined,
      ports: new Map(),
      lookupFaults: [],
      refusals: 0,
      lastEphemeralPort: FIRST_EPHEMERAL_PORT - 1,
    };
    this.#machines.set(name, machine);
    return machine;
  }

  #flowsBetween(a: string, b: string, openedBeforeMs = Infinity): Set<Flow> {
    const riders = [...this.path(a, b).riders, ...this.path(b, a).riders];
    const flows = riders.map(({ flow }) => flow);
    return new Set(flows.filter(({ openedMs }) => openedMs < openedBeforeMs));
  }
}
