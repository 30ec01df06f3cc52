import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

import { WebSocketServer, type WebSocket } from 'ws';

/** Welcomes each client, and never reads what it says: a close frame is not answered either. */
export class MuteServer {
  private readonly server = new WebSocketServer({ host: '127.0.0.1', port: 0 });

  async listen(): Promise<string> {
    this.server.on('connection', (socket) => {
      streamOf(socket).pause();
      socket.send('{"type":"welcome","device":"default","connection":"mute"}');
    });
    await once(this.server, 'listening');
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    for (const socket of this.server.clients) socket.terminate();
    this.server.close();
  }
}

/** Stops a socket from reading, as its library does not. */
export function streamOf(socket: WebSocket): Duplex {
  return (socket as unknown as { readonly _socket: Duplex })._socket;
}
