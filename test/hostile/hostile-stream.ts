import { Duplex } from 'node:stream';

import type { AcceptedSocket, Sockets } from '../../src/ports';

/** What a peer keeps of what it is told: enough to tell an upgrade from a refusal. */
const HEARD_BYTES = 64;

/**
 * An accepted stream without a network, for peers by the hundred thousand: what is pushed is what
 * came in. It hears everything at once, and remembers the first of it.
 */
export class HostileStream extends Duplex {
  private head = '';

  /** The first bytes of what the server said. */
  get heard(): string {
    return this.head;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const room = HEARD_BYTES - this.head.length;
    if (room > 0) this.head += chunk.subarray(0, room).toString('latin1');
    done();
  }

  resetAndDestroy(): this {
    return this.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
  }

  /** Sends, unless more waits than a kernel would take. Returns whether it did. */
  send(bytes: Buffer | string): boolean {
    if (this.destroyed || this.readableEnded) return false;
    return this.readableLength <= this.readableHighWaterMark && this.push(bytes);
  }
}

/** A side door to the listener of a server. */
export class SideDoor {
  private onSocket: ((socket: AcceptedSocket) => void) | undefined;

  /** The sockets of the server, as they are but for the door. */
  around(sockets: Sockets): Sockets {
    return {
      connect: (options) => sockets.connect(options),
      listen: (address, onSocket) => {
        this.onSocket = onSocket;
        return sockets.listen(address, onSocket);
      },
    };
  }

  /** A stranger has connected. */
  enter(remoteAddress: string): HostileStream {
    const stream = new HostileStream();
    this.onSocket?.({ stream, remoteAddress });
    return stream;
  }
}
