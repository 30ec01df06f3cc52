import type { Writable } from 'node:stream';

import { WebSocket, type RawData } from 'ws';

import { BYTES_PER_SAMPLE, CLOSE_POLICY } from '../constants';
import type { InputProblem, LossLabel } from '../events';
import { Heartbeat } from '../heartbeat';
import { LinkVitals } from '../link-vitals';
import { messageEvent } from '../message-event';
import type { Clock, EventSink, Lag, TimerHandle } from '../ports';
import {
  decodeClientMessage,
  encodeMessage,
  TARS_V2,
  type ClientMessage,
  type ProtocolVersion,
  type ServerMessage,
} from '../protocol';
import type { ConversationLink } from './conversation-link';
import { RateLimit } from './rate-limit';
import { lossByClose, lossByFrameError, lossByStreamError, type Loss } from './loss';
import type { ServerSettings } from './server-settings';
import type { Upgraded } from './upgrade-server';

/** Told to the owner of a {@link DeviceConnection}. None of them may throw. */
export interface DeviceConnectionHandlers {
  readonly onControlMessage: (connection: DeviceConnection, message: ClientMessage) => void;
  /** Whole samples of 16 kHz mono s16le PCM. */
  readonly onAudioReceived: (connection: DeviceConnection, pcm: Buffer) => void;
  /** Called once, in the turn in which the loss is known. Nothing is received any more. */
  readonly onLost: (connection: DeviceConnection, label: LossLabel) => void;
  /** The socket is gone as well. Called once, after `onLost`. */
  readonly onClosed: (connection: DeviceConnection) => void;
}

export interface DeviceConnectionOptions extends Upgraded {
  readonly id: string;
  readonly clock: Clock;
  readonly events: EventSink;
  readonly lag: Lag | undefined;
  readonly settings: ServerSettings;
  readonly handlers: DeviceConnectionHandlers;
}

/**
 * One WebSocket of one device, from its upgrade to the end of its socket.
 *
 *   open() ---> up ---> lost (once) ... goodbye, at most `closeTimeoutMs` ... closed (once)
 *
 * A connection is lost before its socket is: when the stream ends or breaks, when frames are wrong,
 * when the peer falls silent, or when we say so. What the socket still does then changes nothing.
 */
export class DeviceConnection implements ConversationLink {
  readonly id: string;
  readonly device: string;
  readonly protocol: ProtocolVersion;
  /** When it was accepted, on the clock that it was given. */
  readonly openedAtMs: number;
  private readonly options: DeviceConnectionOptions;
  private readonly socket: WebSocket;
  private readonly heartbeat: Heartbeat;
  private isLost = false;
  private readonly vitals: LinkVitals;
  private readonly mistakes: RateLimit;
  private readonly messages: RateLimit;
  private readonly bytes: RateLimit;
  private closeTimer: TimerHandle | undefined;

  constructor(options: DeviceConnectionOptions) {
    this.options = options;
    this.id = options.id;
    this.device = options.device;
    this.socket = options.socket;
    this.protocol = options.socket.protocol === TARS_V2 ? TARS_V2 : 'base';
    this.openedAtMs = options.clock.now();
    const { clock, lag, settings } = options;
    this.vitals = new LinkVitals(lag === undefined ? { clock } : { clock, lag });
    const forgivenPerSecond = 1_000 / settings.rejectedInputForgivenMs;
    const limit = (perSecond: number, burst: number) => new RateLimit({ clock, perSecond, burst });
    this.mistakes = limit(forgivenPerSecond, settings.maxRejectedInputs);
    this.messages = limit(settings.messagesPerSecond, settings.messageBurst);
    this.bytes = limit(settings.bytesPerSecond, settings.byteBurst);
    this.heartbeat = this.makeHeartbeat();
  }

  /** Begins to listen, and welcomes the device. Called in the turn of the upgrade. */
  open(): void {
    const { device, id: connection, protocol } = this;
    this.options.events.emit({ type: 'link.accepted', connection, device, protocol });
    this.listenToSocket();
    this.listenForCloseFrame();
    this.listenToStream();
    this.heartbeat.start();
    this.send({ type: 'welcome', device, connection });
  }

  send(message: ServerMessage): void {
    const known = this.forPeer(message);
    if (known === undefined || !this.isOpen()) return;
    this.socket.send(encodeMessage(known, this.protocol));
    this.options.events.emit(messageEvent('control.sent', this.id, known));
    if (this.socket.bufferedAmount > this.options.settings.maxSendBufferBytes) {
      this.cut({ label: 'overload', initiator: 'local' });
    }
  }

  sendAudio(session: string, pcm: Buffer, onWritten: () => void): void {
    if (!this.isOpen()) return;
    const bytes = pcm.length;
    this.options.events.emit({ type: 'audio.sent', connection: this.id, session, bytes });
    this.vitals.sentAudio(session, bytes);
    // A write that fails is followed by the loss of the connection, and that ends the speech.
    this.socket.send(pcm, (error) => {
      if (!error) onWritten();
    });
  }

  reject(problem: InputProblem): void {
    this.options.events.emit({ type: 'input.rejected', connection: this.id, problem });
    // Sound that was on its way when its session ended is nobody's mistake.
    if (problem === 'stale_audio' || this.mistakes.take()) return;
    this.sendAway('Too much that was not understood.');
  }

  /** Reports the loss before the socket is told anything. Does nothing once it is lost. */
  lose(loss: Loss): void {
    if (this.isLost) return;
    this.isLost = true;
    this.heartbeat.stop();
    this.reportLost(loss);
    this.options.handlers.onLost(this, loss.label);
  }

  /** Says goodbye to a connection that is lost: a close frame, and the end of patience. */
  close(code: number, reason: string): void {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    this.armCloseTimer();
    if (!this.isSocketOpen()) return;
    this.options.events.emit({ type: 'link.closing', connection: this.id, code });
    this.socket.close(code, reason);
  }

  /** Ends the socket at once, without a word. */
  terminate(): void {
    this.socket.terminate();
  }

  private listenToSocket(): void {
    const { socket } = this;
    socket.on('message', (data, isBinary) => this.received(data, isBinary));
    socket.on('ping', () => this.pinged());
    socket.on('pong', () => this.ponged());
    socket.on('error', (error) => this.frameFailed(error));
    socket.on('close', (code, reason) => this.closed(code, reason.toString()));
  }

  /**
   * `ws` tells of a close frame once the stream is closed as well, and the peer may take its time
   * with that. The device has gone with its word.
   */
  private listenForCloseFrame(): void {
    const { _receiver: receiver } = this.socket as unknown as { readonly _receiver: Writable };
    receiver.on('conclude', (code: number, reason: Buffer) => {
      this.lose(lossByClose(code, reason.toString()));
      this.armCloseTimer();
    });
  }

  /**
   * `ws` keeps to itself what the stream says, and tells of the end only after its own goodbye. So
   * our listeners come first. A socket that is no longer open had its close frame: `ws` tells that.
   */
  private listenToStream(): void {
    const { stream } = this.options;
    stream.prependListener('data', ({ length }: Buffer) => this.took(length));
    stream.prependListener('end', () => {
      if (this.isSocketOpen()) this.cut({ label: 'fin', initiator: 'network' });
    });
    stream.prependListener('error', (error) => {
      if (this.isSocketOpen()) this.lose(lossByStreamError(error));
    });
  }

  private received(data: RawData, isBinary: boolean): void {
    this.heard();
    if (this.isLost) return;
    if (isBinary) this.receivedAudio(data as Buffer);
    else this.receivedText((data as Buffer).toString());
  }

  private receivedAudio(pcm: Buffer): void {
    if (pcm.length % BYTES_PER_SAMPLE === 0) this.options.handlers.onAudioReceived(this, pcm);
    else this.reject('odd_length');
  }

  private receivedText(text: string): void {
    const decoded = decodeClientMessage(text);
    if (!decoded.ok) {
      this.reject(decoded.problem);
      return;
    }
    const { message } = decoded;
    this.options.events.emit(messageEvent('control.received', this.id, message));
    if (message.type === 'playback_complete') this.vitals.confirmedAudio();
    this.options.handlers.onControlMessage(this, message);
  }

  private heard(): void {
    this.vitals.heard();
    this.heartbeat.heard();
    if (!this.messages.take()) this.flooded();
  }

  /** Counts all that is read: also parts of frames, and what comes after the goodbye. */
  private took(bytes: number): void {
    if (!this.bytes.take(bytes)) this.flooded();
  }

  /** It is not read any further. One that had its goodbye already is cut. */
  private flooded(): void {
    if (this.isLost) {
      this.terminate();
      return;
    }
    this.sendAway('Too much at a time.');
    this.socket.pause();
  }

  private sendAway(reason: string): void {
    if (this.isLost) return;
    this.lose({ label: 'policy', initiator: 'local', code: CLOSE_POLICY });
    this.close(CLOSE_POLICY, reason);
  }

  private pinged(): void {
    this.heard();
    // `ws` has cut the connection by now where the peer does not read the answers to its pings.
    if (!this.isSocketOpen()) this.lose({ label: 'overload', initiator: 'local' });
  }

  private ponged(): void {
    this.heard();
    const rttMs = this.vitals.ponged();
    if (this.isLost || rttMs === undefined) return;
    this.options.events.emit({ type: 'heartbeat.pong', connection: this.id, rttMs });
  }

  private frameFailed(error: Error): void {
    this.lose(lossByFrameError(error));
    this.armCloseTimer();
  }

  private closed(code: number, reason: string): void {
    this.lose(lossByClose(code, reason));
    this.options.clock.clearTimeout(this.closeTimer);
    this.options.events.emit({ type: 'link.closed', connection: this.id });
    this.options.handlers.onClosed(this);
  }

  private cut(loss: Loss): void {
    this.lose(loss);
    this.terminate();
  }

  private makeHeartbeat(): Heartbeat {
    const { clock, events, settings } = this.options;
    const connection = this.id;
    return new Heartbeat({
      clock,
      ...settings.heartbeat,
      sendPing: () => this.ping(),
      onLate: (lateMs) => events.emit({ type: 'heartbeat.late', connection, lateMs }),
      onDead: () => this.died(),
    });
  }

  private ping(): void {
    if (!this.isOpen()) return;
    // Links live for months, and so would one whose token was taken away.
    if (!this.options.isAdmitted()) {
      this.sendAway('Its token is not right any more.');
      return;
    }
    this.vitals.pinged();
    this.options.events.emit({ type: 'heartbeat.sent', connection: this.id });
    this.socket.ping();
  }

  private died(): void {
    const { sinceInboundMs } = this.vitals;
    const connection = this.id;
    this.options.events.emit({ type: 'heartbeat.timeout', connection, sinceInboundMs });
    this.cut({ label: 'heartbeat_timeout', initiator: 'local' });
  }

  private reportLost({ code, initiator, label, reason }: Loss): void {
    this.options.events.emit({
      type: 'link.lost',
      connection: this.id,
      device: this.device,
      label,
      initiator,
      ...(code === undefined ? {} : { code }),
      ...(reason === undefined ? {} : { reason }),
      ...this.vitals.read(this.socket.bufferedAmount),
    });
  }

  /** The peer may never close its side; then the connection is cut. */
  private armCloseTimer(): void {
    const { clock, settings } = this.options;
    clock.clearTimeout(this.closeTimer);
    this.closeTimer = clock.setTimeout(() => this.terminate(), settings.closeTimeoutMs);
  }

  /** What a base peer would not know is left out, or said in its own words. */
  private forPeer(message: ServerMessage): ServerMessage | undefined {
    if (this.protocol === TARS_V2) return message;
    switch (message.type) {
      case 'welcome':
      case 'session_started':
      case 'audio_ack':
        return undefined;
      case 'session_rejected':
        return { type: 'session_end', session: message.session };
      case 'session_end':
      case 'start_of_tts_stream':
      case 'tts_stream_end':
        return message;
      default:
        return message satisfies never;
    }
  }

  private isOpen(): boolean {
    return !this.isLost && this.isSocketOpen();
  }

  private isSocketOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }
}
