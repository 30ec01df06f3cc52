import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A router between client and server, as far as TCP goes: it passes bytes on until it is cut. */
export class Relay {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  /** Resolves once it takes connections. */
  static async to(port: number): Promise<Relay> {
    const relay = new Relay(port);
    await once(relay.server, 'listening');
    return relay;
  }

  private constructor(port: number) {
    this.server = createServer((near) => {
      const far = connect(port, '127.0.0.1');
      near.pipe(far).pipe(near);
      for (const socket of [near, far]) this.watch(socket, socket === near ? far : near);
    });
    this.server.listen(0, '127.0.0.1');
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Both ends of every connection get a RST; new ones are taken at once. */
  cut(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  close(): void {
    this.cut();
    this.server.close();
  }

  private watch(socket: Socket, other: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => other.destroy());
    socket.once('close', () => {
      this.sockets.delete(socket);
      other.destroy();
    });
  }
}
