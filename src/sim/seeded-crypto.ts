/**
 * `ws` draws the key of each handshake from `crypto.randomBytes`, and keeps the function that it
 * finds when it is loaded. So this file replaces it first; a run lends it its own source of chance,
 * and outside of runs it is the real one. Preload it where something else may load `ws` earlier:
 *
 *   mocha --require ./src/sim/seeded-crypto.ts
 */
import crypto from 'node:crypto';
import { Duplex } from 'node:stream';

type Source = (size: number) => Buffer;

const realRandomBytes = crypto.randomBytes;
let source: Source | undefined;

function randomBytes(
  size: number,
  callback?: (error: Error | null, bytes: Buffer) => void,
): unknown {
  if (source === undefined || callback !== undefined) {
    return callback === undefined ? realRandomBytes(size) : realRandomBytes(size, callback);
  }
  return source(size);
}

Object.assign(crypto, { randomBytes });

/** Draws from `lent` until it is called again with `undefined`. */
export function lendRandomBytes(lent: Source | undefined): void {
  source = lent;
}

let taken: boolean | undefined;

/**
 * Whether the WebSocket library uses the replaced function; found out by letting it dial nowhere.
 */
export async function webSocketKeysAreSeeded(): Promise<boolean> {
  if (taken !== undefined) return taken;
  const { WebSocket } = await import('ws');
  let draws = 0;
  const before = source;
  source = (size) => {
    draws += 1;
    return Buffer.alloc(size);
  };
  const nowhere = new Duplex({ read: () => undefined, write: () => undefined });
  const socket = new WebSocket('ws://nowhere', {
    createConnection: (() => nowhere) as unknown as () => never,
  });
  socket.on('error', () => undefined);
  socket.terminate();
  source = before;
  taken = draws > 0;
  return taken;
}
