import type { AcceptedSocket, ConnectOptions, Listener, SocketAddress, Sockets } from '../ports';
import type { Door } from './door';
import type { Network } from './network';
import type { Undo } from './path';
import { Dial } from './tcp-dial';
import type { EndOwner, TcpEnd } from './tcp-flow';
import { awaitCertificate, tlsError } from './tls-handshake';
import {
  lookupError,
  systemError,
  VirtualSocket,
  type Endpoint,
  type ErrorCode,
} from './virtual-socket';

/** First of the ports that a system hands out (RFC 6335 section 6). */
export const FIRST_EPHEMERAL_PORT = 49_152;
const LAST_PORT = 65_535;

/** Calls `run` as the host's program: later where the host is paused, never where it is dead. */
export type RunOnHost = (kind: 'io', run: () => void) => void;

/** What stays of a host from one incarnation to the next. */
export interface Machine {
  readonly name: string;
  isUp: boolean;
  nic: VirtualNic | undefined;
  readonly ports: Map<number, Binding>;
  /** Why names cannot be resolved here; the latest counts. */
  readonly lookupFaults: { readonly code: ErrorCode }[];
  /** How many faults make it refuse every dial. */
  refusals: number;
  lastEphemeralPort: number;
}

interface Binding extends Door {
  readonly nic: VirtualNic;
  readonly onSocket: (socket: AcceptedSocket) => void;
}

/** The `Sockets` port of one incarnation of a host. */
export class VirtualNic implements Sockets {
  isRevoked = false;
  readonly #sockets = new Map<TcpEnd, VirtualSocket>();
  /** What is on its way to be connected, and how it is given up. */
  readonly #dialling = new Map<VirtualSocket, Undo>();
  /** Accepted by the kernel, and not by the program yet. */
  readonly #backlog = new Set<TcpEnd>();
  /** Ends that the kernel has, with or without a socket. */
  readonly #ends = new Set<TcpEnd>();

  /** For the network; see {@link Network.nic}. */
  constructor(
    readonly network: Network,
    readonly machine: Machine,
    readonly boot: number,
    private readonly runOnHost: RunOnHost,
  ) {}

  get host(): string {
    return this.machine.name;
  }

  get openSockets(): number {
    return this.#sockets.size - this.#backlog.size;
  }

  get boundPorts(): number {
    return this.#bindings().length;
  }

  get dialsInFlight(): number {
    return this.#dialling.size;
  }

  /** Of TLS only the certificate is looked at: a `tls` stream is a plain one. */
  connect(options: ConnectOptions): VirtualSocket {
    const socket: VirtualSocket = this.#socket(true, false, () => this.#abandon(socket));
    if (this.isRevoked) return socket;
    const dial = this.#dial(socket, options);
    this.#dialling.set(socket, () => dial.abort());
    return socket;
  }

  async listen(
    address: SocketAddress,
    onSocket: (socket: AcceptedSocket) => void,
  ): Promise<Listener> {
    if (this.isRevoked) return new Promise<never>(() => undefined);
    const { ports } = this.machine;
    const port = address.port === 0 ? this.#ephemeralPort() : address.port;
    const endpoint = { address: address.host, port };
    if (ports.has(port)) throw systemError('listen', 'EADDRINUSE', endpoint);
    const binding: Binding = {
      nic: this,
      host: this.machine,
      address: { address: this.host, port },
      onSocket,
      accept: (end, remote) => this.#accept(end, binding, remote),
    };
    ports.set(port, binding);
    return { host: address.host, port, close: () => Promise.resolve(this.#unbind(binding)) };
  }

  /** For the network: what a kernel does where a process ends. */
  releaseAll(): void {
    this.#unbindAll();
    for (const end of [...this.#ends]) end.close();
  }

  /** For the network: what a machine does without power. */
  forgetAll(): void {
    this.#unbindAll();
    for (const end of [...this.#ends]) end.forget();
  }

  /** For the network; see {@link Network.revoke}. */
  revoke(): void {
    this.isRevoked = true;
    this.#unbindAll();
    for (const [socket, giveUp] of this.#dialling) {
      giveUp();
      socket.revoke();
    }
    for (const socket of this.#sockets.values()) socket.revoke();
    this.#dialling.clear();
    this.#sockets.clear();
    this.#backlog.clear();
  }

  #dial(socket: VirtualSocket, { host, port, tls }: ConnectOptions): Dial<Door> {
    const { network, machine } = this;
    const there = network.path(this.host, host);
    const back = network.path(host, this.host);
    return new Dial<Door>(network.clock, there, back, {
      scale: network.scale,
      lookup: () => this.#lookup(host),
      clientIsUp: () => machine.isUp,
      serverIsUp: () => network.answers(this.host, host, port),
      knock: () => network.findDoor(this.host, host, port),
      onConnected: (door) => {
        const begin = this.#connected(socket, host, door);
        if (tls) this.#verify(socket, host, door, begin);
        else begin();
      },
      onFailed: (code, isLookup) => {
        const remote = { address: host, port };
        const error = isLookup ? lookupError(code, host) : systemError('connect', code, remote);
        this.#run(() => socket.destroy(error));
      },
    });
  }

  #lookup(host: string): ErrorCode | undefined {
    const fault = this.machine.lookupFaults.at(-1);
    if (fault !== undefined) return fault.code;
    return this.network.findMachine(host) === undefined ? 'ENOTFOUND' : undefined;
  }

  /**
   * The kernel has the connection at once; its program hears of it when it runs. What comes back
   * tells the program, of a failure too.
   */
  #connected(socket: VirtualSocket, host: string, door: Door): (error?: Error) => void {
    const { a, b } = this.network.openFlow(this.machine, host, door);
    const local = { address: this.host, port: this.#ephemeralPort() };
    this.#adopt(a, () => socket.wake());
    b.owner = { ...DEAF, onAccepted: () => door.accept(b, local) };
    a.accept();
    this.#dialling.set(socket, () => undefined);
    return (error) =>
      this.#run(() => {
        this.#dialling.delete(socket);
        if (socket.destroyed || error !== undefined) {
          a.close();
          socket.destroy(error);
          return;
        }
        this.#sockets.set(a, socket);
        socket.establish(a, local, door.address);
        socket.begin();
      });
  }

  /** The program hears of a TLS connection when the certificate has come. */
  #verify(socket: VirtualSocket, host: string, door: Door, begin: (error?: Error) => void): void {
    const there = this.network.path(this.host, host);
    const back = this.network.path(host, this.host);
    const giveUp = awaitCertificate(this.network.clock, there, back, () => {
      const code = this.network.tlsProblem(this.host, host, door);
      begin(code === undefined ? undefined : tlsError(code, host));
    });
    this.#dialling.set(socket, () => {
      giveUp();
      begin();
    });
  }

  /** For whoever dialled: the handshake is complete. False where nobody listens any more. */
  #accept(end: TcpEnd, binding: Binding, remote: Endpoint): boolean {
    if (this.machine.ports.get(binding.address.port) !== binding) return false;
    const socket: VirtualSocket = this.#socket(false, true, () => this.#sockets.delete(end));
    this.#backlog.add(end);
    this.#sockets.set(end, socket);
    this.#adopt(end, () => {
      if (this.#backlog.delete(end)) this.#handOver(socket, end, binding, remote);
      else socket.wake();
    });
    return true;
  }

  /** A listener that was closed meanwhile takes nobody any more. */
  #handOver(socket: VirtualSocket, end: TcpEnd, binding: Binding, remote: Endpoint): void {
    if (this.machine.ports.get(binding.address.port) !== binding) {
      this.#sockets.delete(end);
      end.close();
      return;
    }
    socket.establish(end, binding.address, remote);
    binding.onSocket({ stream: socket, remoteAddress: remote.address });
    socket.begin();
  }

  #adopt(end: TcpEnd, onInbound: () => void): void {
    this.#ends.add(end);
    end.owner = {
      onAccepted: () => false,
      onInbound: () => this.#run(onInbound),
      onWritten: (callbacks) => this.#run(() => callbacks.forEach((callback) => callback())),
      onForgotten: () => this.#ends.delete(end),
    };
  }

  /** A socket that was dialled is destroyed: whatever of it is under way ends. */
  #abandon(socket: VirtualSocket): void {
    this.#dialling.get(socket)?.();
    this.#dialling.delete(socket);
    for (const [end, each] of this.#sockets) if (each === socket) this.#sockets.delete(end);
  }

  #socket(dialled: boolean, allowHalfOpen: boolean, onDestroyed: () => void): VirtualSocket {
    const after = (delayMs: number, run: () => void): Undo => this.#after(delayMs, run);
    return new VirtualSocket({ host: { after }, dialled, allowHalfOpen, onDestroyed });
  }

  #after(delayMs: number, run: () => void): Undo {
    const entry = this.network.clock.schedule(delayMs, () => this.#run(run), this);
    return () => this.network.clock.cancel(entry);
  }

  #run(run: () => void): void {
    if (this.isRevoked) return;
    this.runOnHost('io', () => {
      if (!this.isRevoked) run();
    });
  }

  #unbind(binding: Binding): void {
    const { ports } = this.machine;
    const { port } = binding.address;
    if (ports.get(port) === binding) ports.delete(port);
  }

  #unbindAll(): void {
    for (const binding of this.#bindings()) this.#unbind(binding);
  }

  #bindings(): readonly Binding[] {
    return [...this.machine.ports.values()].filter(({ nic }) => nic === this);
  }

  #ephemeralPort(): number {
    const { machine } = this;
    do {
      const last = machine.lastEphemeralPort;
      machine.lastEphemeralPort = last === LAST_PORT ? FIRST_EPHEMERAL_PORT : last + 1;
    } while (machine.ports.has(machine.lastEphemeralPort));
    return machine.lastEphemeralPort;
  }
}

/** Owner of an end that no program has yet. */
const DEAF: EndOwner = {
  onAccepted: () => false,
  onInbound: () => undefined,
  onWritten: () => undefined,
  onForgotten: () => undefined,
};
