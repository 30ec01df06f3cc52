import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** By then a connection has asked, and has read the answer. */
const CONNECTION_LIMIT_MS = 5_000;
/** Connections at a time. The oldest goes: who stalls must not keep out who asks. */
const MAX_CONNECTIONS = 16;
const MAX_HEADER_BYTES = 4_096;

const PATH = '/healthz';

export interface HealthServerOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** What is answered, as JSON; `isWell` decides between 200 and 503. Asked for each request. */
  readonly report: () => { readonly isWell: boolean; readonly body: object };
}

/**
 * Answers `GET /healthz`, on an address of its own, so that whatever is done to it touches no
 * device: each connection has one request and 5 s, and there are 16 at a time.
 */
export class HealthServer {
  private readonly options: HealthServerOptions;
  private readonly server: Server;
  /** Oldest first. */
  private readonly connections = new Set<Socket>();

  constructor(options: HealthServerOptions) {
    this.options = options;
    this.server = createServer({ maxHeaderSize: MAX_HEADER_BYTES });
    this.server.on('connection', (socket) => this.admit(socket));
    this.server.on('request', (request, response) => this.answer(request, response));
  }

  /** Resolves with the port once it is bound; rejects with Node's error (`EADDRINUSE`, ...). */
  async listen(): Promise<number> {
    const { host, port } = this.options;
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen({ host, port }, () => {
        this.server.off('error', reject);
        // A later error is one failed accept: the next may do.
        this.server.on('error', () => undefined);
        resolve();
      });
    });
    return (this.server.address() as AddressInfo).port;
  }

  /** Connections that are open, and the socket that listens: 0 once it is closed. */
  openSockets(): number {
    return this.connections.size + (this.server.listening ? 1 : 0);
  }

  /** Ends every connection. Resolves when the port is free. May be called twice. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    // A server that is closed may have sockets whose end is still to come.
    const ended = [...this.connections].map((socket) => once(socket.destroy(), 'close'));
    await Promise.all([closed, ...ended]);
  }

  private admit(socket: Socket): void {
    const [oldest] = this.connections;
    if (this.connections.size >= MAX_CONNECTIONS) oldest?.destroy();
    this.connections.add(socket);
    // Node's own limits are for headers and requests, and not for who does not read the answer.
    const timer = setTimeout(() => socket.destroy(), CONNECTION_LIMIT_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      this.connections.delete(socket);
    });
  }

  private answer({ method = '', url = '' }: IncomingMessage, response: ServerResponse): void {
    if (url.split('?')[0] !== PATH) return send(response, 404, { error: 'not_found' });
    if (method !== 'GET' && method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      return send(response, 405, { error: 'method_not_allowed' });
    }
    const { body, isWell } = this.options.report();
    return send(response, isWell ? 200 : 503, body);
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    'Cache-Control': 'no-store',
    Connection: 'close',
    'Content-Length': Buffer.byteLength(text),
    'Content-Type': 'application/json',
  });
  response.end(text);
}
