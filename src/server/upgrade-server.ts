import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws';

import type { Refusal } from '../events';
import type { AcceptedSocket, Authenticator } from '../ports';
import { BEARER, DEFAULT_DEVICE, DEVICE_HEADER, DEVICE_NAME, TARS_V2 } from '../protocol';
import type { ServerSettings } from './server-settings';
import type { UpgradeGate } from './upgrade-gate';

/** A WebSocket that a device has opened. */
export interface Upgraded {
  readonly socket: WebSocket;
  readonly stream: Duplex;
  readonly device: string;
  /** Whether it would be let in at this moment, too. */
  readonly isAdmitted: () => boolean;
}

export interface UpgradeServerOptions {
  readonly gate: UpgradeGate;
  /** Without it no token is asked for, and whoever comes is who they say. */
  readonly authenticator: Authenticator | undefined;
  readonly settings: UpgradeLimits;
  /** Called in the turn of the upgrade; nothing was read from the socket yet. */
  readonly onUpgraded: (upgraded: Upgraded) => void;
}

/** What an {@link UpgradeServer} goes by. */
export type UpgradeLimits = Pick<
  ServerSettings,
  'closeTimeoutMs' | 'maxFrameChunks' | 'maxHeaderBytes' | 'maxMessageBytes' | 'maxMessageFragments'
>;

/** `ws` has these options, its types do not. */
type Options = ServerOptions & {
  readonly closeTimeout: number;
  readonly maxBufferedChunks: number;
  readonly maxFragments: number;
};

/** Errors of a TLS handshake, as Node names them. */
const TLS_ERROR = /^ERR_(SSL|TLS)_/;

/**
 * Makes WebSockets of accepted streams, by `node:http` and `ws`. What is no upgrade is answered and
 * closed. It never listens: streams come from the sockets port.
 *
 *   headers --Origin-----------> 403   a page in somebody's browser
 *          '--no such name-----> 400
 *          '--not its token----> 401   before there is any WebSocket
 *          '--wrong handshake--> 400
 *          '-------------------> 101
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
  accept({ remoteAddress, stream }: AcceptedSocket): void {
    // Between the libraries there are moments in which nobody else listens for errors.
    stream.on('error', (error) => this.broke(stream, error));
    this.options.gate.admit(stream, remoteAddress);
    this.http.emit('connection', stream);
  }

  private makeHttpServer(): Server {
    // Node's own answer to a missing `Host` has a date, and with it ambient time.
    const { maxHeaderBytes } = this.options.settings;
    const server = createServer({ requireHostHeader: false, maxHeaderSize: maxHeaderBytes });
    server.on('request', (request, response) => this.answerRequest(request, response));
    server.on('checkContinue', (request, response) => this.answerRequest(request, response));
    server.on('checkExpectation', (request, response) => this.answerRequest(request, response));
    server.on('clientError', (_error, stream) => this.answerBadRequest(stream));
    server.on('upgrade', (request, stream, head) => this.upgrade(request, stream, head));
    return server;
  }

  private makeWebSocketServer(): WebSocketServer {
    const { closeTimeoutMs, maxFrameChunks, maxMessageBytes, maxMessageFragments } =
      this.options.settings;
    const options: Options = {
      noServer: true,
      clientTracking: false,
      // Only the understudy of the connection's own timer, for sockets that never become one.
      closeTimeout: closeTimeoutMs,
      handleProtocols: (offered) => (offered.has(TARS_V2) ? TARS_V2 : false),
      maxPayload: maxMessageBytes,
      // A part of a message keeps alive the 64 KiB that it was read with, and each piece of a
      // frame costs some hundred bytes, be it of a single one: the limits of `ws` allow gigabytes.
      maxBufferedChunks: maxFrameChunks,
      maxFragments: maxMessageFragments,
      perMessageDeflate: false,
    };
    const server = new WebSocketServer(options);
    server.on('wsClientError', (_error, stream) => this.answerBadRequest(stream));
    return server;
  }

  /** A peer that goes away was not refused; one that cannot do TLS, or will not have ours, was. */
  private broke(stream: Duplex, { code = '' }: NodeJS.ErrnoException): void {
    if (TLS_ERROR.test(code)) this.options.gate.refuse(stream, 'bad_upgrade');
    stream.destroy();
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
    this.refuse(stream, '400 Bad Request', 'bad_upgrade');
  }

  private upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const { headers } = request;
    const device = headers[DEVICE_HEADER] ?? DEFAULT_DEVICE;
    const token = BEARER.exec(headers.authorization ?? '')?.[1];
    if (headers.origin !== undefined) {
      this.refuse(stream, '403 Forbidden', 'browser');
    } else if (typeof device !== 'string' || !DEVICE_NAME.test(device)) {
      this.answerBadRequest(stream);
    } else if (!this.isAdmitted(device, token)) {
      this.refuse(stream, '401 Unauthorized\r\nWWW-Authenticate: Bearer', 'unauthorized', device);
    } else {
      this.webSockets.handleUpgrade(request, stream, head, (socket) => {
        const isAdmitted = () => this.isAdmitted(device, token);
        this.options.onUpgraded({ socket, stream, device, isAdmitted });
      });
    }
  }

  private isAdmitted(device: string, token: string | undefined): boolean {
    return this.options.authenticator?.verify(device, token) ?? true;
  }

  /** Answers and closes. `status` is a status line without its version, and headers after it. */
  private refuse(stream: Duplex, status: string, reason: Refusal, device?: string): void {
    // A peer that went away was not refused, and hears no answer.
    if (!stream.writable) {
      stream.destroy();
      return;
    }
    this.options.gate.refuse(stream, reason, device);
    stream.once('finish', () => stream.destroy());
    stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  }
}
