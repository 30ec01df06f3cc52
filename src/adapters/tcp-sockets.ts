/** TCP and TLS from Node. */
import { createServer, connect as connectTcp, type Server, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

import type { AcceptedSocket, ConnectOptions, Listener, SocketAddress, Sockets } from '../ports';

export interface TcpSocketsOptions {
  /** Certificates in PEM that are trusted instead of those that Node brings along. */
  readonly ca?: string | Buffer;
}

/** What is open: all zero for a program that has let go of everything. */
export interface SocketHoldings {
  /** Streams that are connected or were accepted, and are not closed yet. */
  readonly sockets: number;
  /** Streams that are on their way to be connected. */
  readonly dials: number;
  readonly listeners: number;
}

export class TcpSockets implements Sockets {
  readonly #options: TcpSocketsOptions;
  readonly #sockets = new Set<Socket>();
  readonly #dials = new Set<Socket>();
  readonly #servers = new Set<Server>();

  constructor(options: TcpSocketsOptions = {}) {
    this.#options = options;
  }

  /** With TLS `connect` comes from TCP and `secureConnect` once the certificate was verified. */
  connect(options: ConnectOptions): Socket {
    const socket = options.tls ? this.#dialTls(options) : this.#dialTcp(options);
    this.#dials.add(socket);
    socket.once(options.tls ? 'secureConnect' : 'connect', () => {
      this.#dials.delete(socket);
      this.#sockets.add(socket);
    });
    socket.once('close', () => {
      this.#dials.delete(socket);
      this.#sockets.delete(socket);
    });
    return socket;
  }

  async listen(
    address: SocketAddress,
    onSocket: (socket: AcceptedSocket) => void,
  ): Promise<Listener> {
    // These two options are what the server of `node:http` gives itself.
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      onSocket({ stream: socket, remoteAddress: socket.remoteAddress ?? '' });
    });
    await bound(server, address);
    this.#servers.add(server);
    server.once('close', () => this.#servers.delete(server));
    return { host: address.host, port: portOf(server), close: () => this.#unbind(server) };
  }

  /** Counts what this adapter has opened and not closed. */
  holdings(): SocketHoldings {
    return {
      sockets: this.#sockets.size,
      dials: this.#dials.size,
      listeners: this.#servers.size,
    };
  }

  #dialTcp({ host, port }: ConnectOptions): Socket {
    return connectTcp({ host, port, noDelay: true, keepAlive: false });
  }

  #dialTls({ host, port }: ConnectOptions): Socket {
    const { ca } = this.#options;
    // An address is no server name (RFC 6066 section 3), and Node would warn about it.
    const name = /^[\d.]+$|:/.test(host) ? {} : { servername: host };
    const socket = connectTls({ host, port, ...name, ...(ca === undefined ? {} : { ca }) });
    return socket.setNoDelay(true);
  }

  /** Not waited for: `close` of a Node server waits for every stream that it accepted. */
  #unbind(server: Server): Promise<void> {
    this.#servers.delete(server);
    server.close();
    return Promise.resolve();
  }
}

function bound(server: Server, { host, port }: SocketAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      // A later error of the server is one failed accept (EMFILE, ECONNABORTED): the next may do.
      server.on('error', () => undefined);
      resolve();
    });
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : 0;
}
