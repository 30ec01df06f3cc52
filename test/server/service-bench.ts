import type { LossLabel } from '../../src/events';
import type { Authenticator } from '../../src/ports';
import type { ClientMessage } from '../../src/protocol';
import type { DeviceConnection } from '../../src/server/device-connection';
import {
  PiWebsocketService,
  type PiWebsocketServiceHandlers,
} from '../../src/server/pi-websocket-service';
import { checkServerSettings, type ServerSettingsInput } from '../../src/server/server-settings';
import { ServerBench, type BenchPorts } from './server-bench';

/** What the service tells, as one list, so that the order shows. */
export class Told implements PiWebsocketServiceHandlers {
  readonly all: string[] = [];
  readonly connections: DeviceConnection[] = [];

  onClientConnected = (connection: DeviceConnection): void => {
    this.connections.push(connection);
    this.all.push(`connected ${connection.device}`);
  };

  onClientDisconnected = ({ device }: DeviceConnection, label: LossLabel): void => {
    this.all.push(`disconnected ${device} ${label}`);
  };

  onControlMessage = ({ device }: DeviceConnection, { type }: ClientMessage): void => {
    this.all.push(`${type} ${device}`);
  };

  onAudioReceived = ({ device }: DeviceConnection, { length }: Buffer): void => {
    this.all.push(`audio ${device} ${length}`);
  };
}

/** A service that listens on a simulated network, and what it tells. */
export class ServiceBench extends ServerBench<PiWebsocketService> {
  readonly told: Told;

  constructor(
    settings: ServerSettingsInput = {},
    told = new Told(),
    authenticator?: Authenticator,
  ) {
    const all = checkServerSettings({ host: '127.0.0.1', ...settings });
    const asks = authenticator === undefined ? {} : { authenticator };
    super((ports: BenchPorts) => new PiWebsocketService({ ...ports, ...asks }, all, told));
    this.told = told;
  }

  static async started(
    settings?: ServerSettingsInput,
    told?: Told,
    authenticator?: Authenticator,
  ): Promise<ServiceBench> {
    const bench = new ServiceBench(settings, told, authenticator);
    await bench.server.start();
    return bench;
  }
}
