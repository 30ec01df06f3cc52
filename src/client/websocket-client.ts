/**
 * The Pi's side of the link.
 *
 *   websocket-client   keeps one connection to the server up: dials, backs off, dials again
 *   connection         one dial and the WebSocket that comes of it
 *   backoff            when to dial next
 *   session-manager    hotword, session, answer, and back to listening
 *   session            one session: its name and its uplink
 *   client-state       the states that a session goes through
 *   ear                the microphone, and who hears it
 *   uplink             microphone audio on its way to the server
 *   voice              everything that sounds: answers and cues
 *   client-settings    every number and name that can be set
 *   listener           a call of code that is not ours
 */
import { messageEvent } from '../message-event';
import type { Clock, EventSink, Lag, Random, Sockets, TimerHandle } from '../ports';
import type { ClientMessage, ProtocolVersion, ServerMessage } from '../protocol';
import { backoffDelayMs, nextAttempt, type Ending, type NextDial } from './backoff';
import {
  checkClientSettings,
  type ClientSettings,
  type ClientSettingsInput,
} from './client-settings';
import { Connection } from './connection';
import { callListener } from './listener';

/** Where the link stands (seed). */
export enum ConnectionStatus {
  DISCONNECTED = 'disconnected',
  CONNECTING = 'connecting',
  CONNECTED = 'connected',
}

/** Whether something went to the link. `not_connected`: it is gone for good, nothing is queued. */
export type SendResult = 'sent' | 'not_connected';

export interface LinkPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly sockets: Sockets;
  readonly events: EventSink;
  /** Without it nothing is known of our own stalls. */
  readonly lag?: Lag;
}

/**
 * Keeps one WebSocket to the server up, for as long as the program runs.
 *
 * The first dial is at `start()`. After a failed dial or a loss it waits, each time longer, and
 * dials again, without limit. Listeners may throw: it is reported, and changes nothing.
 */
export class WebSocketClient {
  /** The link is up. */
  onConnected: (() => void) | undefined;
  /** A link that was up is lost; called once for each. Not called by `shutdown()`. */
  onConnectionLost: (() => void) | undefined;
  /** A binary message: 16 kHz mono s16le PCM, if the server keeps its word. */
  onAudioReceived: ((pcm: Buffer) => void) | undefined;
  onControlMessageReceived: ((message: ServerMessage) => void) | undefined;

  private readonly settings: ClientSettings;
  private readonly ports: LinkPorts;
  private currentStatus = ConnectionStatus.DISCONNECTED;
  private current: Connection | undefined;
  /** Connections whose socket is not gone yet; more than one only while an old one closes. */
  private readonly unclosed = new Set<Connection>();
  private dials = 0;
  private attempt = 0;
  private next: NextDial | undefined;
  private redialTimer: TimerHandle | undefined;
  private started = false;
  private stopping: Promise<void> | undefined;
  private onAllClosed: (() => void) | undefined;

  /** Throws `ClientSettingsError` for settings that cannot be used. */
  constructor(settings: ClientSettingsInput, ports: LinkPorts) {
    this.settings = checkClientSettings(settings);
    this.ports = ports;
  }

  get status(): ConnectionStatus {
    return this.currentStatus;
  }

  /** The id of the connection that is up or being dialled, as the events have it. */
  get connectionId(): string | undefined {
    return this.current?.id;
  }

  /** What the server speaks; `undefined` while the link is not up. */
  get protocol(): ProtocolVersion | undefined {
    return this.isUp() ? this.current?.protocol : undefined;
  }

  /** Bytes that wait for the kernel to take them; 0 while the link is not up. */
  get bufferedBytes(): number {
    return this.current?.bufferedBytes ?? 0;
  }

  /** Starts to keep the link up. Calling it again, or after `shutdown()`, does nothing. */
  start(): void {
    if (this.started || this.stopping !== undefined) return;
    this.started = true;
    this.dial();
  }

  /** Sends a control message. Never throws. */
  sendMessage(message: ClientMessage): SendResult {
    if (!this.isUp() || this.current === undefined) return 'not_connected';
    const connection = this.current.id;
    this.ports.events.emit(messageEvent('control.sent', connection, message));
    this.current.send(message);
    return 'sent';
  }

  /** Sends microphone audio of a session. Never throws. */
  sendAudio(session: string, pcm: Buffer): SendResult {
    if (!this.isUp() || this.current === undefined) return 'not_connected';
    const { id: connection } = this.current;
    this.ports.events.emit({ type: 'audio.sent', connection, session, bytes: pcm.length });
    this.current.sendAudio(session, pcm);
    return 'sent';
  }

  /** Back-pressure: while paused nothing is received, and the server's audio waits on its side. */
  pauseReading(): void {
    this.current?.pause();
  }

  resumeReading(): void {
    this.current?.resume();
  }

  /**
   * Ends the link, with a close frame where it is up, and resolves when no timer and no socket is
   * left: after the close timeout at the latest. May be called in any state, and again.
   */
  shutdown(): Promise<void> {
    this.stopping ??= this.stop();
    return this.stopping;
  }

  private stop(): Promise<void> {
    this.ports.clock.clearTimeout(this.redialTimer);
    const allClosed = new Promise<void>((resolve) => {
      this.onAllClosed = resolve;
    });
    this.current?.shutdown();
    this.resolveWhenAllClosed();
    return allClosed;
  }

  private dial(): void {
    this.redialTimer = undefined;
    this.dials += 1;
    const id = `c${this.dials}`;
    this.enter(ConnectionStatus.CONNECTING, 'dial');
    this.ports.events.emit({ type: 'link.dialing', connection: id, attempt: this.attempt });
    const connection: Connection = new Connection(id, this.settings, this.ports, {
      onConnected: () => this.connected(connection),
      onMessage: (message) => this.messageReceived(connection, message),
      onAudio: (pcm) => this.audioReceived(connection, pcm),
      planNext: (ending) => this.planNext(connection, ending),
      onEnded: (ending) => this.ended(connection, ending),
      onClosed: () => this.closed(connection),
    });
    this.current = connection;
    this.unclosed.add(connection);
  }

  private connected(connection: Connection): void {
    if (connection !== this.current) return;
    this.enter(ConnectionStatus.CONNECTED, 'welcome');
    this.call('onConnected', () => this.onConnected?.());
  }

  private messageReceived(connection: Connection, message: ServerMessage): void {
    if (connection !== this.current) return;
    this.ports.events.emit(messageEvent('control.received', connection.id, message));
    this.call('onControlMessageReceived', () => this.onControlMessageReceived?.(message));
  }

  private audioReceived(connection: Connection, pcm: Buffer): void {
    if (connection !== this.current) return;
    this.call('onAudioReceived', () => this.onAudioReceived?.(pcm));
  }

  private ended(connection: Connection, ending: Ending): void {
    if (connection !== this.current) return;
    this.current = undefined;
    this.enter(ConnectionStatus.DISCONNECTED, ending.label);
    if (this.next === undefined) return;
    this.scheduleRedial(this.next);
    if (ending.wasConnected) this.call('onConnectionLost', () => this.onConnectionLost?.());
  }

  private planNext(connection: Connection, ending: Ending): NextDial | undefined {
    this.next = undefined;
    if (connection !== this.current || this.stopping !== undefined) return undefined;
    if (ending.label === 'local_shutdown') return undefined;
    const attempt = nextAttempt(this.attempt, ending, this.settings);
    const delayMs = backoffDelayMs(attempt, this.ports.random.next(), this.settings);
    this.next = { attempt, delayMs };
    return this.next;
  }

  private scheduleRedial({ attempt, delayMs }: NextDial): void {
    const { clock, events } = this.ports;
    this.attempt = attempt;
    events.emit({ type: 'backoff.scheduled', attempt, delayMs });
    this.redialTimer = clock.setTimeout(() => this.dial(), delayMs);
  }

  private closed(connection: Connection): void {
    this.unclosed.delete(connection);
    this.resolveWhenAllClosed();
  }

  private resolveWhenAllClosed(): void {
    if (this.unclosed.size === 0) this.onAllClosed?.();
  }

  private isUp(): boolean {
    return this.currentStatus === ConnectionStatus.CONNECTED;
  }

  private enter(status: ConnectionStatus, cause: string): void {
    const from = this.currentStatus;
    if (from === status) return;
    this.currentStatus = status;
    this.ports.events.emit({ type: 'state.changed', machine: 'link', from, to: status, cause });
  }

  private call(callback: string, listener: () => unknown): void {
    callListener(this.ports.events, callback, listener);
  }
}
