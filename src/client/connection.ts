import type { Duplex, Writable } from 'node:stream';

import { WebSocket, type ClientOptions, type RawData } from 'ws';

import { CLOSE_NORMAL } from '../constants';
import type { InputProblem, LossLabel } from '../events';
import { brokenLinkLabel, dialFailureLabel } from '../failure-label';
import { Heartbeat } from '../heartbeat';
import { LinkVitals } from '../link-vitals';
import { asPrintable } from '../peer-words';
import type { Clock, EventSink, Lag, Sockets, TimerHandle } from '../ports';
import {
  decodeServerMessage,
  encodeMessage,
  TARS_V2,
  type ClientMessage,
  type ProtocolVersion,
  type ServerMessage,
} from '../protocol';
import type { Ending, NextDial } from './backoff';
import { causeOfCloseFrame, type Cause } from './cause';
import type { ClientSettings } from './client-settings';
import { dialHeaders } from './dial-headers';

/** Told to the owner of a {@link Connection}; `onEnded` and `onClosed` exactly once each. */
export interface ConnectionHandlers {
  readonly onConnected: () => void;
  readonly onMessage: (message: ServerMessage) => void;
  readonly onAudio: (pcm: Buffer) => void;
  /** Asked before the end is told: when the next dial will be, if there will be one. */
  readonly planNext: (ending: Ending) => NextDial | undefined;
  /** The dial failed or the connection is lost. Nothing is received any more. */
  readonly onEnded: (ending: Ending) => void;
  /** The socket is gone as well. Comes after `onEnded`, up to the close timeout later. */
  readonly onClosed: () => void;
}

export interface ConnectionPorts {
  readonly clock: Clock;
  readonly sockets: Sockets;
  readonly events: EventSink;
  /** Without it nothing is known of our own stalls. */
  readonly lag?: Lag;
}

type Dialer = NonNullable<ClientOptions['createConnection']>;
type Phase = 'dialing' | 'open' | 'connected' | 'ended';

/**
 * One dial and the WebSocket that comes of it, from the first packet to the last.
 *
 *   dialing ---101---> open ---welcome---> connected ---> ended ... socket closed
 *      '------- failed, timed out ----'-----------------> '
 *
 * A base peer sends no welcome: it is connected as soon as it is open.
 */
export class Connection {
  readonly id: string;
  private readonly settings: ClientSettings;
  private readonly ports: ConnectionPorts;
  private readonly handlers: ConnectionHandlers;
  private readonly socket: WebSocket;
  private readonly heartbeat: Heartbeat;
  private stream: Duplex | undefined;
  private phase: Phase = 'dialing';
  private protocolSpoken: ProtocolVersion = TARS_V2;
  private readonly dialTimer: TimerHandle;
  private closeTimer: TimerHandle | undefined;
  private readonly vitals: LinkVitals;
  private streamCode: string | undefined;

  /** Dials at once. */
  constructor(
    id: string,
    settings: ClientSettings,
    ports: ConnectionPorts,
    handlers: ConnectionHandlers,
  ) {
    this.id = id;
    this.settings = settings;
    this.ports = ports;
    this.handlers = handlers;
    this.vitals = new LinkVitals(ports);
    this.heartbeat = this.makeHeartbeat();
    this.dialTimer = ports.clock.setTimeout(() => this.dialTimedOut(), settings.dialTimeoutMs);
    this.socket = this.dial();
    this.listen();
  }

  get protocol(): ProtocolVersion {
    return this.protocolSpoken;
  }

  /** Bytes handed to the WebSocket that the kernel has not taken yet. */
  get bufferedBytes(): number {
    return this.socket.bufferedAmount;
  }

  /** Does nothing unless the connection is up. */
  send(message: ClientMessage): void {
    this.write(encodeMessage(message, this.protocolSpoken));
  }

  /** Does nothing unless the connection is up. */
  sendAudio(session: string, pcm: Buffer): void {
    this.vitals.sentAudio(session, pcm.length);
    this.write(pcm);
  }

  /** Stops reading, so that the server feels that it sends too fast. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** Ends an open connection with a close frame, and a dial without. */
  shutdown(): void {
    const wasOpen = this.phase === 'open' || this.phase === 'connected';
    this.end({ label: 'local_shutdown', initiator: 'local', code: CLOSE_NORMAL });
    if (!wasOpen) {
      this.socket.terminate();
      return;
    }
    this.ports.events.emit({ type: 'link.closing', connection: this.id, code: CLOSE_NORMAL });
    this.socket.resume();
    this.socket.close(CLOSE_NORMAL);
    this.armCloseTimer();
  }

  private write(frame: string | Buffer): void {
    if (this.phase !== 'connected') return;
    // A write that fails closes the socket, and that is where the loss is told.
    this.socket.send(frame, () => undefined);
  }

  private dial(): WebSocket {
    const { closeTimeoutMs, maxMessageBytes, serverUrl } = this.settings;
    const { generateMask } = this.ports.sockets;
    const options: ClientOptions & { readonly closeTimeout: number } = {
      // Our own timer cuts the connection; the library's, on the ambient clock, is its understudy.
      closeTimeout: closeTimeoutMs,
      // The types ask for more of a socket than `ws` and `http` do.
      createConnection: (() => this.connect()) as unknown as Dialer,
      followRedirects: false,
      headers: dialHeaders(this.settings),
      maxPayload: maxMessageBytes,
      perMessageDeflate: false,
      ...(generateMask === undefined ? {} : { generateMask }),
    };
    return new WebSocket(serverUrl, [TARS_V2], options);
  }

  private connect(): Duplex {
    const url = new URL(this.settings.serverUrl);
    const tls = url.protocol === 'wss:';
    this.stream = this.ports.sockets.connect({
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: Number(url.port) || (tls ? 443 : 80),
      tls,
    });
    // `ws` does not pass on the error of an upgraded socket, and a reset is told from a FIN by it.
    // An error without a code is one of `ws` itself, about an upgrade that it will not have.
    this.stream.on('error', ({ code }: NodeJS.ErrnoException) => {
      this.streamCode ??= code;
    });
    return this.stream;
  }

  private listen(): void {
    const { socket } = this;
    socket.on('upgrade', ({ headers }) => this.agreeOnProtocol(headers));
    socket.on('unexpected-response', (_request, { statusCode }) => this.refused(statusCode ?? 0));
    socket.on('open', () => this.opened());
    socket.on('message', (data, isBinary) => this.received(data, isBinary));
    socket.on('ping', () => this.heard());
    socket.on('pong', () => this.ponged());
    socket.on('error', (error: NodeJS.ErrnoException) => this.broke(error.code));
    socket.on('close', (code, reason) => this.closed(code, reason.toString()));
  }

  /**
   * A base server answers without a subprotocol, which RFC 6455 section 4.1 allows and `ws` refuses
   * to go on with. So its answer is completed before `ws` sees it, and what was meant is kept here.
   */
  private agreeOnProtocol(headers: Record<string, unknown>): void {
    if (headers['sec-websocket-protocol'] !== undefined) return;
    this.protocolSpoken = 'base';
    headers['sec-websocket-protocol'] = TARS_V2;
  }

  private opened(): void {
    if (this.phase !== 'dialing') return;
    this.phase = 'open';
    const { id: connection, protocolSpoken: protocol } = this;
    this.ports.events.emit({ type: 'link.open', connection, protocol });
    this.watchForCloseFrame();
    if (protocol === 'base') this.connected(undefined);
  }

  /**
   * `ws` tells of a close frame once the socket is closed as well, and the server may take its time
   * with that. Until then all that is sent is lost, so the connection ends with the frame.
   */
  private watchForCloseFrame(): void {
    const { _receiver: receiver } = this.socket as unknown as { readonly _receiver?: Writable };
    receiver?.on('conclude', (code: number, reason: Buffer) => {
      if (this.phase === 'ended') return;
      this.end(causeOfCloseFrame(code, reason.toString()));
      this.armCloseTimer();
    });
  }

  private connected(peerConnection: string | undefined): void {
    this.phase = 'connected';
    this.ports.clock.clearTimeout(this.dialTimer);
    this.vitals.begin();
    this.ports.events.emit({
      type: 'link.connected',
      connection: this.id,
      protocol: this.protocolSpoken,
      ...(peerConnection === undefined ? {} : { peerConnection }),
    });
    this.heartbeat.start();
    this.handlers.onConnected();
  }

  private received(data: RawData, isBinary: boolean): void {
    this.heard();
    if (isBinary) this.receivedAudio(data as Buffer);
    else this.receivedText((data as Buffer).toString());
  }

  private receivedAudio(pcm: Buffer): void {
    if (this.phase === 'open') this.reject('unexpected_audio');
    if (this.phase === 'connected') this.handlers.onAudio(pcm);
  }

  private receivedText(text: string): void {
    const decoded = decodeServerMessage(text);
    if (!decoded.ok) this.reject(decoded.problem);
    else if (this.phase === 'open') this.receivedBeforeWelcome(decoded.message);
    else if (this.phase === 'connected') this.receivedMessage(decoded.message);
  }

  private receivedBeforeWelcome(message: ServerMessage): void {
    if (message.type === 'welcome') this.connected(asPrintable(message.connection));
    else this.reject('unexpected_message');
  }

  private receivedMessage(message: ServerMessage): void {
    if (message.type === 'welcome') {
      this.reject('unexpected_message');
      return;
    }
    if (message.type === 'audio_ack') this.vitals.confirmedAudio(message.session, message.bytes);
    this.handlers.onMessage(message);
  }

  private reject(problem: InputProblem): void {
    this.ports.events.emit({ type: 'input.rejected', connection: this.id, problem });
  }

  private heard(): void {
    this.vitals.heard();
    this.heartbeat.heard();
  }

  private ponged(): void {
    this.heard();
    const rttMs = this.vitals.ponged();
    if (this.phase !== 'connected' || rttMs === undefined) return;
    this.ports.events.emit({ type: 'heartbeat.pong', connection: this.id, rttMs });
  }

  private makeHeartbeat(): Heartbeat {
    const { settings } = this;
    const connection = this.id;
    const { clock, events } = this.ports;
    return new Heartbeat({
      clock,
      intervalMs: settings.heartbeatIntervalMs,
      timeoutMs: settings.pongTimeoutMs,
      lateMs: settings.heartbeatLateMs,
      graceMs: settings.heartbeatGraceMs,
      sendPing: () => {
        this.vitals.pinged();
        events.emit({ type: 'heartbeat.sent', connection });
        this.socket.ping(undefined, undefined, () => undefined);
      },
      onLate: (lateMs) => events.emit({ type: 'heartbeat.late', connection, lateMs }),
      onDead: () => this.died(),
    });
  }

  private died(): void {
    const { sinceInboundMs } = this.vitals;
    this.ports.events.emit({ type: 'heartbeat.timeout', connection: this.id, sinceInboundMs });
    this.cut({ label: 'heartbeat_timeout', initiator: 'local' });
  }

  private dialTimedOut(): void {
    const label = this.phase === 'open' ? 'no_welcome' : 'dial_timeout';
    this.cut({ label, initiator: 'local' });
  }

  private refused(httpStatus: number): void {
    this.cut({
      label: httpStatus === 401 ? 'auth' : 'http_status',
      initiator: 'remote',
      httpStatus,
    });
  }

  /** `ws` found the dial or a frame wrong; after a wrong frame it closes by itself. */
  private broke(code: string | undefined): void {
    if (this.phase === 'ended') return;
    if (this.phase === 'dialing') {
      this.end({ label: dialFailureLabel(this.streamCode ?? code), initiator: 'network' });
      return;
    }
    this.end({ label: brokenLinkLabel(this.streamCode, code), initiator: 'local' });
    this.armCloseTimer();
  }

  private closed(code: number, reason: string): void {
    this.end(this.causeOfClose(code, reason));
    this.ports.clock.clearTimeout(this.closeTimer);
    this.ports.events.emit({ type: 'link.closed', connection: this.id });
    this.handlers.onClosed();
  }

  private causeOfClose(code: number, reason: string): Cause {
    const ABNORMAL = 1006;
    if (code !== ABNORMAL) return causeOfCloseFrame(code, reason);
    // Neither a FIN nor an error: `ws` cut it, as it does when too many pings wait for their pongs.
    const isOwnDoing = this.streamCode === undefined && this.stream?.readableEnded === false;
    if (isOwnDoing) return { label: 'overload', initiator: 'local' };
    return { label: brokenLinkLabel(this.streamCode, undefined), initiator: 'network' };
  }

  private cut(cause: Cause): void {
    this.end(cause);
    this.socket.terminate();
  }

  /** The logical end: told once, whatever the socket still does. */
  private end(cause: Cause): void {
    if (this.phase === 'ended') return;
    const wasConnected = this.phase === 'connected';
    this.phase = 'ended';
    this.ports.clock.clearTimeout(this.dialTimer);
    this.heartbeat.stop();
    const { label } = cause;
    const ending = { label, upMs: wasConnected ? this.vitals.upMs : 0, wasConnected };
    const next = this.handlers.planNext(ending);
    if (wasConnected) this.reportLost(cause, next);
    else this.reportFailed(cause);
    this.handlers.onEnded(ending);
  }

  private reportFailed({ code, httpStatus, label }: Cause): void {
    this.ports.events.emit({
      type: 'link.failed',
      connection: this.id,
      label,
      ...(code === undefined ? {} : { code }),
      ...(httpStatus === undefined ? {} : { httpStatus }),
    });
  }

  private reportLost({ code, initiator, label, reason }: Cause, next: NextDial | undefined): void {
    this.ports.events.emit({
      type: 'link.lost',
      connection: this.id,
      // A connection that was up can only be lost for a reason on the list of losses.
      label: label as LossLabel,
      initiator,
      ...(code === undefined ? {} : { code }),
      ...(reason === undefined ? {} : { reason }),
      ...this.vitals.read(this.bufferedBytes),
      ...(next === undefined ? {} : { attempt: next.attempt, nextDelayMs: next.delayMs }),
    });
  }

  /** The peer may never close its side; then the connection is cut. */
  private armCloseTimer(): void {
    const { clock } = this.ports;
    this.closeTimer = clock.setTimeout(() => this.socket.terminate(), this.settings.closeTimeoutMs);
  }
}
