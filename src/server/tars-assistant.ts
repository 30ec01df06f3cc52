/**
 * The server.
 *
 *   TarsAssistant          this file: one conversation for each device that is connected
 *   PiWebsocketService     the devices: accepting, replacing, refusing, letting go
 *     UpgradeGate          ... streams that belong to no device yet
 *     UpgradeServer        ... from stream to WebSocket, for who shows the right token
 *     DeviceConnection     ... one WebSocket of one device: heartbeat, messages, loss
 *   ConversationManager    the conversation with a device: states, session, deadlines
 *     TurnSpeaker          ... one answer on its way to the speaker
 *     AudioAcks            ... what of the microphone's audio was taken
 *     EndPhrases           ... what is said to end a session
 *     EnginePool, -Lease   ... sessions of the engine, kept at arm's length
 *   ParrotEngine           an engine that needs nothing
 *   RateLimit              what may come at once, and what in the long run
 *   ServerSettings         every limit, with its unit and default
 */
import type {
  Authenticator,
  Clock,
  ConversationEngine,
  EventSink,
  Lag,
  Random,
  SocketAddress,
  Sockets,
} from '../ports';
import type { ProtocolVersion } from '../protocol';
import { ConversationManager } from './conversation-manager';
import { ConversationState } from './conversation-state';
import type { DeviceConnection } from './device-connection';
import { EndPhrases } from './end-phrases';
import { EnginePool } from './engine-pool';
import { PiWebsocketService } from './pi-websocket-service';
import {
  checkServerSettings,
  type ServerSettings,
  type ServerSettingsInput,
} from './server-settings';

/** Everything that the server touches outside itself. */
export interface ServerPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly sockets: Sockets;
  readonly events: EventSink;
  /** Without it nothing is known of our own stalls. */
  readonly lag?: Lag;
  readonly engine: ConversationEngine;
  /** Who may come in; without it, whoever reaches the port. */
  readonly authenticator?: Authenticator;
}

/** One device that is connected. */
export interface DeviceHealth {
  readonly device: string;
  readonly state: ConversationState;
  readonly connectedMs: number;
  readonly protocol: ProtocolVersion;
}

/** A snapshot of a {@link TarsAssistant}. */
export interface ServerHealth {
  readonly status: 'ok' | 'stopping';
  readonly devices: readonly DeviceHealth[];
}

/** Of the three seconds that a shutdown may take: an engine is not waited for any longer. */
const ENGINES_SHUTDOWN_MS = 2_500;

/**
 * Talks with every device that connects, by way of the engine.
 *
 * A conversation belongs to one connection. It begins with it in passive mode and is forgotten with
 * it, so nothing of an earlier connection can reach a later one of the same device.
 */
export class TarsAssistant {
  private readonly ports: ServerPorts;
  private readonly settings: ServerSettings;
  private readonly service: PiWebsocketService;
  private readonly engines: EnginePool;
  private readonly endPhrases: EndPhrases;
  private readonly conversations = new Map<DeviceConnection, ConversationManager>();
  private stopping: Promise<void> | undefined;

  /** Throws an `InvalidSettingError` that names the setting. */
  constructor(ports: ServerPorts, settings: ServerSettingsInput = {}) {
    this.ports = ports;
    this.settings = checkServerSettings(settings);
    this.engines = new EnginePool({
      engine: ports.engine,
      clock: ports.clock,
      events: ports.events,
      maxEngines: this.settings.maxEngines,
      maxEnginesPerDevice: this.settings.maxEnginesPerDevice,
      closeTimeoutMs: this.settings.engineCloseTimeoutMs,
    });
    this.endPhrases = new EndPhrases(this.settings.endPhrases);
    this.service = new PiWebsocketService(ports, this.settings, {
      onClientConnected: (connection) => this.onClientConnected(connection),
      onClientDisconnected: (connection) => this.onClientDisconnected(connection),
      onControlMessage: (connection, message) =>
        this.conversations.get(connection)?.onControlMessage(message),
      onAudioReceived: (connection, pcm) =>
        this.conversations.get(connection)?.onAudioReceived(pcm),
    });
  }

  /** Where the server listens; undefined before it does. */
  get address(): SocketAddress | undefined {
    return this.service.address;
  }

  /** How the server is, for whoever watches it. Changes nothing. */
  health(): ServerHealth {
    const nowMs = this.ports.clock.now();
    return {
      status: this.stopping === undefined ? 'ok' : 'stopping',
      devices: [...this.conversations].map(([connection, { state }]) => ({
        device: connection.device,
        state,
        connectedMs: Math.round(nowMs - connection.openedAtMs),
        protocol: connection.protocol,
      })),
    };
  }

  /** Resolves once the port is bound; rejects as the service does. */
  start(): Promise<void> {
    return this.service.start();
  }

  /**
   * Ends all conversations and connections, and resolves within three seconds, with no timer and no
   * socket left. May be called at any time, and twice. Clients learn of it from the close frame.
   */
  shutdown(): Promise<void> {
    this.stopping ??= this.stop();
    return this.stopping;
  }

  private async stop(): Promise<void> {
    // In this order: the service lets go of its conversations, and they of their engines, at once.
    await Promise.all([this.service.shutdown(), this.engines.drain(ENGINES_SHUTDOWN_MS)]);
  }

  private onClientConnected(connection: DeviceConnection): void {
    const { clock, events } = this.ports;
    const conversation = new ConversationManager({
      link: connection,
      clock,
      events,
      engines: this.engines,
      endPhrases: this.endPhrases,
      times: this.settings,
    });
    this.conversations.set(connection, conversation);
  }

  /** In passive mode there is nothing to end: the device may come back. */
  private onClientDisconnected(connection: DeviceConnection): void {
    const conversation = this.conversations.get(connection);
    this.conversations.delete(connection);
    if (conversation !== undefined && conversation.state !== ConversationState.PASSIVE) {
      conversation.enterPassiveMode('disconnected');
    }
  }
}
