import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

import { TcpSockets } from '../adapters/tcp-sockets';
import type {
  AcceptedSocket,
  ConnectOptions,
  Listener,
  SocketAddress,
  Sockets,
  SocketStream,
} from '../ports';
import type { HostNetwork } from '../sim/host';

export const LOOPBACK = '127.0.0.1';

/** Nothing listens there: who dials it is refused. */
const NOBODYS_PORT = 1;

/** Below what systems hand out to those who dial, so that a port that is free stays free. */
const [FIRST_PORT, LAST_PORT] = [20_000, 32_000];
const TRIES = 100;

/** A port of this machine on which nothing listens. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    if (await isFree(port)) return port;
  }
  throw new Error(`No free port found between ${FIRST_PORT} and ${LAST_PORT}.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: LOOPBACK, port }, () => server.close(() => resolve(true)));
  });
}

/** The hosts of a story on this machine: each has a port of its own, whatever it listens on. */
export class LoopbackNetwork implements HostNetwork<LoopbackNic> {
  private readonly ports = new Map<string, number>();
  private readonly nics = new Set<LoopbackNic>();

  /** Whoever dials a host of this name comes to this port. */
  place(host: string, port: number): void {
    this.ports.set(host, port);
  }

  portOf(host: string): number {
    return this.ports.get(host) ?? NOBODYS_PORT;
  }

  nic(host: string): LoopbackNic {
    const nic = new LoopbackNic(host, this);
    this.nics.add(nic);
    return nic;
  }

  kill(nic: LoopbackNic): void {
    nic.release();
    this.nics.delete(nic);
  }

  powerOff(): never {
    throw new Error('A machine cannot lose its power on loopback.');
  }

  openSockets(nic: LoopbackNic): number {
    return nic.tcp.holdings().sockets;
  }

  boundPorts(nic: LoopbackNic): number {
    return nic.tcp.holdings().listeners;
  }

  dialsInFlight(nic: LoopbackNic): number {
    return nic.tcp.holdings().dials;
  }

  /** Lets go of whatever is left. */
  close(): void {
    for (const nic of this.nics) this.kill(nic);
  }
}

/** The production sockets, with the names of a story. */
class LoopbackNic implements Sockets {
  readonly tcp = new TcpSockets();
  private readonly streams = new Set<SocketStream>();
  private readonly listeners = new Set<Listener>();

  constructor(
    private readonly host: string,
    private readonly network: LoopbackNetwork,
  ) {}

  connect({ host, tls }: ConnectOptions): SocketStream {
    const stream = this.tcp.connect({ host: LOOPBACK, port: this.network.portOf(host), tls });
    return this.keep(stream);
  }

  async listen(
    address: SocketAddress,
    onSocket: (socket: AcceptedSocket) => void,
  ): Promise<Listener> {
    const here = { host: LOOPBACK, port: this.network.portOf(this.host) };
    const listener = await this.tcp.listen(here, (socket) => {
      this.keep(socket.stream);
      onSocket(socket);
    });
    this.listeners.add(listener);
    return { ...listener, ...address };
  }

  /** What a kernel does where a process ends; the program hears nothing of it. */
  release(): void {
    for (const listener of this.listeners) void listener.close();
    for (const stream of this.streams) {
      stream.removeAllListeners();
      stream.on('error', () => undefined);
      stream.destroy();
    }
  }

  private keep(stream: SocketStream): SocketStream {
    this.streams.add(stream);
    stream.once('close', () => this.streams.delete(stream));
    return stream;
  }
}
