/**
 * What a server on `ws` is at the least: it answers, acknowledges every fifth message, and pings as
 * the manual of `ws` has it.
 */
import { WebSocket, WebSocketServer } from 'ws';

import { heartbeatMs, tellPort } from './load';

/** As often as ours, which acknowledges twice a second. */
const MESSAGES_PER_ACK = 5;

const alive = new WeakSet<WebSocket>();
const server = new WebSocketServer({
  host: '127.0.0.1',
  port: 0,
  backlog: 511,
  perMessageDeflate: false,
});

server.on('listening', () => tellPort((server.address() as { port: number }).port));
server.on('connection', (socket) => {
  let bytes = 0;
  let messages = 0;
  alive.add(socket);
  socket.on('error', () => socket.terminate());
  socket.on('pong', () => alive.add(socket));
  socket.on('message', (data: Buffer, isBinary) => {
    if (!isBinary) {
      const { session } = JSON.parse(data.toString()) as { session: string };
      socket.send(JSON.stringify({ type: 'session_started', session }));
      return;
    }
    bytes += data.length;
    messages += 1;
    if (messages % MESSAGES_PER_ACK > 0) return;
    socket.send(JSON.stringify({ type: 'audio_ack', session: 's', bytes }));
  });
  socket.send(JSON.stringify({ type: 'welcome', device: 'd', connection: 'c' }));
});

setInterval(() => {
  for (const socket of server.clients) {
    if (!alive.delete(socket)) socket.terminate();
    else if (socket.readyState === WebSocket.OPEN) socket.ping();
  }
}, heartbeatMs());
