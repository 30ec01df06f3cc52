/**
 * The least that a client can be: `ws` and a timer. Without an address it is Node alone; with
 * `stream` it sends 100 ms of sound ten times a second.
 */
import { MESSAGE_BYTES } from './load';

const [url, what] = process.argv.slice(2);
const MESSAGE_MS = 100;

async function connect(address: string): Promise<void> {
  const { WebSocket } = await import('ws');
  const socket = new WebSocket(address, ['tars.v2'], { perMessageDeflate: false });
  socket.on('open', () => {
    process.stdout.write('session.started\n');
    if (what === 'stream') setInterval(() => socket.send(Buffer.alloc(MESSAGE_BYTES)), MESSAGE_MS);
  });
}

if (url === undefined) {
  process.stdout.write('session.started\n');
  setInterval(() => undefined, MESSAGE_MS);
} else void connect(url);
