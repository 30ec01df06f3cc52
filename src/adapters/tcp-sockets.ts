/** TCP and TLS from Node. */
import { createServer, connect as connectTcp, type Server, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

import type { AcceptedSocket, ConnectOptions, Listener, SocketAddress, Sockets } from '../ports';
import { CertificateError, TlsAcceptor, type Certificate } from './tls-acceptor';

export interface TcpSocketsOptions {
  /** Certificates in PEM that are trusted instead of those that Node brings along. */
  readonly ca?: string | Buffer;
  /** What is shown to those who dial us; with it, listeners speak TLS and nothing else. */
  readonly certificate?: Certificate;
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
  readonly #acceptor: TlsAcceptor | undefined;

  /** Throws a `CertificateError` for a certificate that cannot be used. */
  constructor(options: TcpSocketsOptions = {}) {
    this.#options = options;
    const { certificate } = options;
    this.#acceptor = certificate === undefined ? undefined : new TlsAcceptor(certificate);
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
      const stream = this.#acceptor?.accept(socket) ?? socket;
      onSocket({ stream, remoteAddress: socket.remoteAddress ?? '' });
    });
    await bound(server, address);
    this.#servers.add(server);
    server.once('close', () => this.#servers.delete(server));
    return { host: address.host, port: portOf(server), close: () => this.#unbind(server) };
  }

  /**
   * Shows another certificate to those who dial from now on, as after a renewal; who is connected
   * stays so. Throws a `CertificateError` and keeps the old one where the new one cannot be used,
   * or where the listeners speak no TLS.
   */
  setCertificate(certificate: Certificate): void {
    if (this.#acceptor === undefined) throw new CertificateError('there was none at the start');
    this.#acceptor.setCertificate(certificate);
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
