import type { Duplex } from 'node:stream';

import { CLOSE_SERVICE_RESTART, CLOSE_TRY_LATER, REPLACED_REASON } from '../constants';
import type { LossLabel } from '../events';
import type {
  AcceptedSocket,
  Authenticator,
  Clock,
  EventSink,
  Lag,
  Listener,
  Random,
  SocketAddress,
  Sockets,
} from '../ports';
import type { ClientMessage } from '../protocol';
import { DeviceConnection, type DeviceConnectionHandlers } from './device-connection';
import type { ServerSettings } from './server-settings';
import { UpgradeGate } from './upgrade-gate';
import { UpgradeServer, type Upgraded } from './upgrade-server';

/** Ports of a {@link PiWebsocketService}. */
export interface PiWebsocketServicePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly sockets: Sockets;
  readonly events: EventSink;
  /** Without it nothing is known of our own stalls. */
  readonly lag?: Lag;
  /** Who may come in; without it, whoever reaches the port. */
  readonly authenticator?: Authenticator;
}

/** Told to whoever serves the devices. What one of them throws is reported, and harms nobody. */
export interface PiWebsocketServiceHandlers {
  readonly onClientConnected: (connection: DeviceConnection) => void;
  /** Called in the turn of the loop in which the connection is lost, before all else. */
  readonly onClientDisconnected: (connection: DeviceConnection, label: LossLabel) => void;
  readonly onControlMessage: (connection: DeviceConnection, message: ClientMessage) => void;
  /** Whole samples of 16 kHz mono s16le PCM. */
  readonly onAudioReceived: (connection: DeviceConnection, pcm: Buffer) => void;
}

/** What cannot be done with a service that was shut down. */
export class ServiceStoppedError extends Error {
  readonly code = 'ERR_SERVICE_STOPPED';

  constructor() {
    super('the service was shut down');
    this.name = 'ServiceStoppedError';
  }
}

/**
 * Accepts devices, one connection each.
 *
 *   stream --upgrade--> connection of a device that has none        registered
 *                  '--> connection of a device that has one         registered at once; the old one
 *                  |                                                is lost first, and closed after
 *                  '--> no place for another device                 closed with 1013
 */
export class PiWebsocketService {
  private readonly ports: PiWebsocketServicePorts;
  private readonly settings: ServerSettings;
  private readonly handlers: PiWebsocketServiceHandlers;
  private readonly gate: UpgradeGate;
  private readonly upgrades: UpgradeServer;
  /** The same for all: there may be thousands of connections. */
  private readonly connectionHandlers: DeviceConnectionHandlers = {
    onControlMessage: (connection, message) =>
      this.call('onControlMessage', (handler) => handler(connection, message)),
    onAudioReceived: (connection, pcm) =>
      this.call('onAudioReceived', (handler) => handler(connection, pcm)),
    onLost: (connection, label) => this.onLost(connection, label),
    onClosed: (connection) => this.onClosed(connection),
  };
  /** Distinguishes the connections of this life of the server from those of another. */
  private readonly boot: string;
  private readonly streams = new Set<Duplex>();
  private readonly connections = new Map<string, DeviceConnection>();
  /** Connections that are lost and whose sockets are not closed yet, by device, oldest first. */
  private readonly leaving = new Map<string, DeviceConnection>();
  private accepted = 0;
  private listener: Listener | undefined;
  private starting: Promise<void> | undefined;
  private stopping: Promise<void> | undefined;
  private isStopping = false;
  private readonly onEmpty: (() => void)[] = [];

  constructor(
    ports: PiWebsocketServicePorts,
    settings: ServerSettings,
    handlers: PiWebsocketServiceHandlers,
  ) {
    this.ports = ports;
    this.settings = settings;
    this.handlers = handlers;
    this.boot = hexDigits(ports.random);
    this.gate = new UpgradeGate({
      clock: ports.clock,
      events: ports.events,
      limit: settings.maxPendingUpgrades,
      limitPerAddress: settings.maxPendingUpgradesPerAddress,
      timeoutMs: settings.upgradeTimeoutMs,
      reportBurst: settings.refusalReportBurst,
    });
    this.upgrades = new UpgradeServer({
      gate: this.gate,
      authenticator: ports.authenticator,
      settings,
      onUpgraded: (upgraded) => this.onUpgraded(upgraded),
    });
  }

  /** Where the service listens; undefined before it does. */
  get address(): SocketAddress | undefined {
    return this.listener;
  }

  /**
   * Resolves once the port is bound. May be called twice. Rejects with the error of the sockets
   * port (`EADDRINUSE`, `EACCES`), or with a {@link ServiceStoppedError}.
   */
  start(): Promise<void> {
    if (this.isStopping) return Promise.reject(new ServiceStoppedError());
    this.starting ??= this.listen();
    return this.starting;
  }

  /**
   * Ends every connection and stops listening. May be called at any time, and twice. Resolves when
   * no socket and no timer is left, at most `closeTimeoutMs` later.
   */
  shutdown(): Promise<void> {
    this.isStopping = true;
    this.stopping ??= this.stop();
    return this.stopping;
  }

  private async listen(): Promise<void> {
    const { events, sockets } = this.ports;
    const { host, port } = this.settings;
    this.listener = await sockets.listen({ host, port }, (socket) => this.onSocket(socket));
    if (this.isStopping) throw new ServiceStoppedError();
    events.emit({ type: 'server.listening', port: this.listener.port });
  }

  private async stop(): Promise<void> {
    for (const connection of [...this.connections.values()]) this.sendAway(connection);
    this.gate.close();
    await Promise.allSettled([this.starting]);
    await Promise.all([this.listener?.close(), this.whenEmpty()]);
  }

  private sendAway(connection: DeviceConnection): void {
    const code = CLOSE_SERVICE_RESTART;
    connection.lose({ label: 'local_shutdown', initiator: 'local', code });
    connection.close(code, 'The server is stopping.');
  }

  private onSocket(accepted: AcceptedSocket): void {
    const { stream } = accepted;
    this.streams.add(stream);
    stream.once('close', () => {
      this.streams.delete(stream);
      this.checkEmpty();
    });
    this.upgrades.accept(accepted);
    if (this.isStopping) stream.destroy();
  }

  private onUpgraded(upgraded: Upgraded): void {
    const { device, stream } = upgraded;
    const old = this.connections.get(device);
    if (old === undefined && this.connections.size >= this.settings.maxDevices) {
      this.refuse(upgraded);
      return;
    }
    this.gate.release(stream);
    const connection = this.makeConnection(upgraded);
    if (old !== undefined) this.replace(old, connection.id);
    this.connections.set(device, connection);
    connection.open();
    this.call('onClientConnected', (handler) => handler(connection));
    old?.close(CLOSE_TRY_LATER, REPLACED_REASON);
  }

  /** The gate keeps the stream until it is closed: those who find no place have a limit, too. */
  private refuse({ device, socket, stream }: Upgraded): void {
    this.gate.refuse(stream, 'no_place', device);
    socket.on('error', () => socket.terminate());
    socket.close(CLOSE_TRY_LATER, 'No place for another device.');
  }

  private makeConnection(upgraded: Upgraded): DeviceConnection {
    const { device, isAdmitted, socket, stream } = upgraded;
    const { clock, events, lag } = this.ports;
    this.accepted += 1;
    // By name: a spread makes a hidden class for each connection, a twentieth of what it needs.
    return new DeviceConnection({
      socket,
      stream,
      device,
      isAdmitted,
      id: `${this.boot}-${this.accepted}`,
      clock,
      events,
      lag,
      settings: this.settings,
      handlers: this.connectionHandlers,
    });
  }

  /** The newcomer never waits: the old one may be half-open, and would never answer. */
  private replace(old: DeviceConnection, by: string): void {
    this.connections.delete(old.device);
    this.ports.events.emit({ type: 'link.replaced', connection: old.id, by });
    old.lose({ label: 'replaced', initiator: 'local', code: CLOSE_TRY_LATER });
  }

  private onLost(connection: DeviceConnection, label: LossLabel): void {
    const { device } = connection;
    // The device may have another connection by now, and that one stays.
    if (this.connections.get(device) === connection) this.connections.delete(device);
    this.call('onClientDisconnected', (handler) => handler(connection, label));
    this.makeRoomToLeave(device);
    this.leaving.set(device, connection);
  }

  /** A device has one connection that takes its leave, and all of them together have a limit. */
  private makeRoomToLeave(device: string): void {
    this.leaving.get(device)?.terminate();
    this.leaving.delete(device);
    const [oldest] = this.leaving.values();
    if (this.leaving.size >= this.settings.maxDevices) oldest?.terminate();
  }

  private onClosed(connection: DeviceConnection): void {
    if (this.leaving.get(connection.device) === connection) this.leaving.delete(connection.device);
    this.checkEmpty();
  }

  private call<Name extends keyof PiWebsocketServiceHandlers>(
    callback: Name,
    invoke: (handler: PiWebsocketServiceHandlers[Name]) => void,
  ): void {
    try {
      invoke(this.handlers[callback]);
    } catch {
      this.ports.events.emit({ type: 'callback.threw', callback });
    }
  }

  private whenEmpty(): Promise<void> {
    return new Promise((resolve) => {
      this.onEmpty.push(resolve);
      this.checkEmpty();
    });
  }

  private checkEmpty(): void {
    if (this.streams.size + this.leaving.size > 0) return;
    for (const resolve of this.onEmpty) resolve();
  }
}

function hexDigits(random: Random): string {
  const DIGITS = 6;
  return Math.floor(random.next() * 16 ** DIGITS)
    .toString(16)
    .padStart(DIGITS, '0');
}
