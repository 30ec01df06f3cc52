import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws';

import { DEFAULT_DEVICE, DEVICE_HEADER, DEVICE_NAME, TARS_V2 } from '../protocol';
import type { UpgradeGate } from './upgrade-gate';

/** A WebSocket that a device has opened. */
export interface Upgraded {
  readonly socket: WebSocket;
  readonly stream: Duplex;
  readonly device: string;
}

export interface UpgradeServerOptions {
  readonly gate: UpgradeGate;
  readonly maxMessageBytes: number;
  readonly closeTimeoutMs: number;
  /** Called in the turn of the upgrade; nothing was read from the socket yet. */
  readonly onUpgraded: (upgraded: Upgraded) => void;
}

/** `ws` has this option, its types do not. */
type Options = ServerOptions & { readonly closeTimeout: number };

const BAD_REQUEST = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

/**
 * Makes WebSockets of accepted streams, by `node:http` and `ws`. What is no upgrade is answered and
 * closed. It never listens: streams come from the sockets port.
 */
export class UpgradeServer {
  private readonly options: UpgradeServerOptions;
  private readonly http: Server;
  private readonly webSockets: WebSocketServer;

  constructor(options: UpgradeServerOptions) {
    this.options = options;
    this.http = this.makeHttpServer();
    this.webSockets = this.makeWebSocketServer();
  }

  /** Takes a stream that was just accepted. */
  accept(stream: Duplex): void {
    // Between the libraries there are moments in which nobody else listens for errors.
    stream.on('error', () => stream.destroy());
    this.options.gate.admit(stream);
    this.http.emit('connection', stream);
  }

  private makeHttpServer(): Server {
    // Node's own answer to a missing `Host` has a date, and with it ambient time.
    const server = createServer({ requireHostHeader: false });
    server.on('request', (request, response) => this.answerRequest(request, response));
    server.on('checkContinue', (request, response) => this.answerRequest(request, response));
    server.on('checkExpectation', (request, response) => this.answerRequest(request, response));
    server.on('clientError', (_error, stream) => this.answerBadRequest(stream));
    server.on('upgrade', (request, stream, head) => this.upgrade(request, stream, head));
    return server;
  }

  private makeWebSocketServer(): WebSocketServer {
    const { closeTimeoutMs, maxMessageBytes } = this.options;
    const options: Options = {
      noServer: true,
      clientTracking: false,
      // Only the understudy of the connection's own timer, for sockets that never become one.
      closeTimeout: closeTimeoutMs,
      handleProtocols: (offered) => (offered.has(TARS_V2) ? TARS_V2 : false),
      maxPayload: maxMessageBytes,
      perMessageDeflate: false,
    };
    const server = new WebSocketServer(options);
    server.on('wsClientError', (_error, stream) => this.answerBadRequest(stream));
    return server;
  }

  private answerRequest({ socket }: IncomingMessage, response: ServerResponse): void {
    this.options.gate.refuse(socket, 'bad_upgrade');
    const body = 'Upgrade Required';
    response.sendDate = false;
    response.writeHead(426, {
      Connection: 'close',
      'Content-Length': body.length,
      'Content-Type': 'text/plain',
      Upgrade: 'websocket',
    });
    response.end(body);
  }

  private answerBadRequest(stream: Duplex): void {
    // A peer that went away was not refused, and hears no answer.
    if (!stream.writable) {
      stream.destroy();
      return;
    }
    this.options.gate.refuse(stream, 'bad_upgrade');
    stream.once('finish', () => stream.destroy());
    stream.end(BAD_REQUEST);
  }

  private upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const device = request.headers[DEVICE_HEADER] ?? DEFAULT_DEVICE;
    if (typeof device !== 'string' || !DEVICE_NAME.test(device)) {
      this.answerBadRequest(stream);
      return;
    }
    this.webSockets.handleUpgrade(request, stream, head, (socket) => {
      this.options.onUpgraded({ socket, stream, device });
    });
  }
}
