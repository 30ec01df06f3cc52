/**
 * What every `Sockets` must do, whether its bytes are real or not. Traces are compared for each
 * host by itself: what happens on two hosts has no order between them.
 */
import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';

import { expect } from 'chai';
import { WebSocket, WebSocketServer } from 'ws';

import type { AcceptedSocket, Sockets } from '../../src/ports';

export interface SocketsWorld {
  readonly client: Sockets;
  readonly server: Sockets;
  /** By what name the client reaches the server. */
  readonly serverHost: string;
  /** Whether the client dials by TLS. */
  readonly tls: boolean;
  /** Waits until the condition holds; fails where it does not within a generous time. */
  until(condition: () => boolean): Promise<void>;
  /** Waits until whatever is under way has come to rest. */
  rest(): Promise<void>;
  /** Sockets and dials that are open on either host. */
  open(): number;
  close(): Promise<void>;
}

interface Pair {
  readonly client: Duplex & { resetAndDestroy(): void };
  readonly server: Duplex & { resetAndDestroy(): void };
  readonly clientTrace: string[];
  readonly serverTrace: string[];
}

interface Timed {
  readonly destroyed: boolean;
  setTimeout(delayMs: number, callback: () => void): void;
}

/**
 * Over TLS a FIN is not told from a RST: what nobody has read of the server's session tickets makes
 * one of the other.
 */
export function socketsContract(
  name: string,
  makeWorld: () => Promise<SocketsWorld>,
  { tellsFinFromRst = true } = {},
): void {
  const itTellsThem = tellsFinFromRst ? it : () => undefined;

  describe(`${name} keeps the contract of Sockets`, () => {
    let world: SocketsWorld;

    beforeEach(async () => {
      world = await makeWorld();
    });

    afterEach(async () => {
      await world.close();
    });

    it('connects, echoes, and ends on each side in the same order', async () => {
      const pair = await connected(world);
      pair.server.on('data', (bytes: Buffer) => pair.server.write(bytes));
      pair.server.on('end', () => pair.server.end());
      pair.client.on('data', () => pair.client.end());
      pair.client.write('hello');
      await world.until(() => bothClosed(pair));
      expect(pair.clientTrace).to.deep.equal(['data hello', 'finish', 'end', 'close false']);
      expect(pair.serverTrace).to.deep.equal(['data hello', 'end', 'finish', 'close false']);
      expect(world.open()).to.equal(0);
    });

    it('holds what is written before the connection is up', async () => {
      const pair = await connected(world, (client) => client.write('early'));
      await world.until(() => pair.serverTrace.length > 0);
      expect(pair.serverTrace).to.deep.equal(['data early']);
      pair.client.destroy();
      pair.server.destroy();
    });

    it('lets the accepting side write on after the FIN of the other', async () => {
      const pair = await connected(world);
      pair.server.on('end', () => pair.server.end('late'));
      pair.client.end();
      await world.until(() => bothClosed(pair));
      expect(pair.clientTrace).to.deep.equal(['finish', 'data late', 'end', 'close false']);
    });

    it('fails with ECONNREFUSED where nobody listens', async () => {
      const port = await freedPort(world);
      const trace: string[] = [];
      const client = world.client.connect({ host: world.serverHost, port, tls: world.tls });
      client.on('error', (error) => trace.push(fields(error)));
      client.on('close', (hadError: boolean) => trace.push(`close ${hadError}`));
      await world.until(() => trace.length === 2);
      const error = `ECONNREFUSED connect ${world.serverHost}:${port}`;
      expect(trace).to.deep.equal([error, 'close true']);
      expect(world.open()).to.equal(0);
    });

    it('rejects a port that is in use with EADDRINUSE', async () => {
      const listener = await world.server.listen({ host: world.serverHost, port: 0 }, ignore);
      const second = world.server.listen({ host: world.serverHost, port: listener.port }, ignore);
      const failure = await second.then(() => 'bound', fields);
      expect(failure).to.equal(`EADDRINUSE listen ${world.serverHost}:${listener.port}`);
      await listener.close();
      await listener.close();
    });

    it('keeps accepted streams when the listener closes', async () => {
      const pair = await connected(world);
      pair.client.write('still here');
      await world.until(() => pair.serverTrace.length > 0);
      expect(pair.serverTrace).to.deep.equal(['data still here']);
      pair.client.destroy();
      pair.server.destroy();
    });

    itTellsThem('sends FIN on destroy', async () => {
      const pair = await connected(world);
      pair.client.destroy();
      await world.until(() => pair.serverTrace.includes('end'));
      await world.rest();
      expect(pair.clientTrace).to.deep.equal(['close false']);
      expect(pair.serverTrace).to.deep.equal(['end']);
      pair.server.destroy();
    });

    itTellsThem('sends RST on resetAndDestroy', async () => {
      const pair = await connected(world);
      pair.client.resetAndDestroy();
      await world.until(() => bothClosed(pair));
      expect(pair.clientTrace).to.deep.equal(['close false']);
      expect(pair.serverTrace).to.deep.equal(['error ECONNRESET read', 'close true']);
    });

    itTellsThem('sends RST on destroy where received data was not read', async () => {
      const pair = await connected(world);
      pair.server.pause();
      // More than a stream buffers, so that the rest waits in the kernel.
      pair.client.write(Buffer.alloc(200_000));
      await world.until(() => pair.server.readableLength >= 65_536);
      await world.rest();
      pair.server.destroy();
      await world.until(() => bothClosed(pair));
      expect(pair.clientTrace).to.deep.equal(['error ECONNRESET read', 'close true']);
    });

    itTellsThem(
      'answers data for a destroyed stream by RST: a half-open writer meets EPIPE',
      async () => {
        const pair = await connected(world);
        pair.client.destroy();
        await world.until(() => pair.serverTrace.includes('end'));
        pair.server.write('first');
        await world.rest();
        expect(pair.serverTrace).to.deep.equal(['end']);
        pair.server.write('second');
        await world.until(() => bothClosed(pair));
        expect(pair.serverTrace).to.deep.equal(['end', 'error EPIPE write', 'close true']);
      },
    );

    it('refuses a write after the end', async () => {
      const pair = await connected(world);
      pair.client.end();
      pair.client.write('too late');
      await world.until(() => pair.clientTrace.includes('close true'));
      const error = 'error ERR_STREAM_WRITE_AFTER_END undefined';
      expect(pair.clientTrace).to.deep.equal([error, 'close true']);
      pair.server.destroy();
    });

    it('closes without an error where it is destroyed while it dials', async () => {
      const port = await freedPort(world);
      const trace: string[] = [];
      const client = world.client.connect({ host: world.serverHost, port, tls: world.tls });
      client.on('close', (hadError: boolean) => trace.push(`close ${hadError}`));
      client.write('x', (error) => trace.push(codeOf(error)));
      client.destroy();
      await world.until(() => trace.length === 2);
      expect(trace).to.have.members(['close false', 'ERR_SOCKET_CLOSED_BEFORE_CONNECTION']);
      await world.rest();
      expect(world.open()).to.equal(0);
    });

    it('stalls a writer whose reader does not read, and lets it go on later', async function () {
      this.timeout(20_000);
      const pair = await connected(world);
      pair.server.pause();
      const chunk = Buffer.alloc(65_536);
      let finished = 0;
      // 64 MiB are more than any kernel here buffers for a reader that stalls.
      for (let count = 0; count < 1024; count++) pair.client.write(chunk, () => (finished += 1));
      await world.rest();
      expect(finished).to.be.greaterThan(0).and.lessThan(1024);
      pair.server.resume();
      await world.until(() => finished === 1024);
      pair.client.destroy();
      pair.server.destroy();
    });

    it('tells of a time-out once nothing has passed for so long, and closes nothing', async () => {
      const pair = await connected(world);
      const { client } = pair as unknown as { readonly client: Timed };
      let timeouts = 0;
      client.setTimeout(20, () => (timeouts += 1));
      await world.until(() => timeouts === 1);
      expect(client.destroyed).to.equal(false);
      expect(pair.clientTrace).to.deep.equal([]);
      pair.client.destroy();
      pair.server.destroy();
    });

    it('carries ws: handshake, echo, ping and pong, closing handshake', async () => {
      const traces = await webSocketTalk(world);
      expect(traces.client).to.deep.equal([
        'open',
        'text hello',
        'binary 70000',
        'pong p',
        'close 1000 bye',
      ]);
      expect(traces.server).to.deep.equal(['connection', 'ping p', 'close 1000 bye']);
      await world.until(() => world.open() === 0);
    });

    it('carries ws: terminate is 1006 on both sides', async () => {
      const traces = await webSocketTalk(world, (socket) => socket.terminate());
      expect(traces.client.at(-1)).to.equal('close 1006 ');
      expect(traces.server.at(-1)).to.equal('close 1006 ');
      await world.until(() => world.open() === 0);
    });
  });
}

async function connected(
  world: SocketsWorld,
  onDialling: (client: Duplex) => void = ignore,
): Promise<Pair> {
  let accepted: AcceptedSocket | undefined;
  const serverTrace: string[] = [];
  const listener = await world.server.listen({ host: world.serverHost, port: 0 }, (socket) => {
    accepted = socket;
    record(socket.stream, serverTrace);
  });
  const clientTrace: string[] = [];
  let isUp = false;
  const { port } = listener;
  const client = world.client.connect({ host: world.serverHost, port, tls: world.tls });
  record(client, clientTrace);
  client.on(world.tls ? 'secureConnect' : 'connect', () => (isUp = true));
  onDialling(client);
  await world.until(() => isUp && accepted !== undefined);
  await listener.close();
  expect(accepted?.remoteAddress).to.be.a('string').and.not.equal('');
  const server = accepted?.stream as Pair['server'];
  return { client: client as Pair['client'], server, clientTrace, serverTrace };
}

function record(stream: Duplex, trace: string[]): void {
  stream.on('data', (bytes: Buffer) => trace.push(`data ${bytes.toString().slice(0, 20)}`));
  stream.on('end', () => trace.push('end'));
  stream.on('finish', () => trace.push('finish'));
  stream.on('error', (error: Error & { syscall?: string }) => {
    trace.push(`error ${codeOf(error)} ${error.syscall}`);
  });
  stream.on('close', (hadError: boolean) => trace.push(`close ${hadError}`));
}

function bothClosed({ client, server }: Pair): boolean {
  return client.closed && server.closed;
}

/** A port on which the server has listened, and listens no more. */
async function freedPort(world: SocketsWorld): Promise<number> {
  const listener = await world.server.listen({ host: world.serverHost, port: 0 }, ignore);
  await listener.close();
  return listener.port;
}

async function webSocketTalk(
  world: SocketsWorld,
  finish = (socket: WebSocket): void => socket.close(1000, 'bye'),
): Promise<{ client: string[]; server: string[] }> {
  const traces = { client: [] as string[], server: [] as string[] };
  const { port, close } = await echoServer(world, traces.server);
  const socket = new WebSocket(`ws://${world.serverHost}:${port}`, {
    perMessageDeflate: false,
    createConnection: (() =>
      world.client.connect({ host: world.serverHost, port, tls: world.tls })) as never,
  });
  const at = (line: string): unknown => traces.client.push(line);
  socket.on('open', () => (at('open'), socket.send('hello')));
  socket.on('message', (bytes: Buffer, isBinary) => {
    at(isBinary ? `binary ${bytes.length}` : `text ${bytes.toString()}`);
    if (isBinary) socket.ping('p');
    else socket.send(Buffer.alloc(70_000, 7));
  });
  socket.on('pong', (data) => (at(`pong ${data.toString()}`), finish(socket)));
  socket.on('close', (code, reason) => at(`close ${code} ${reason.toString()}`));
  await world.until(() => [traces.client, traces.server].every((each) => hasClose(each)));
  await close();
  return traces;
}

async function echoServer(
  world: SocketsWorld,
  trace: string[],
): Promise<{ port: number; close: () => Promise<void> }> {
  const http = createServer();
  const server = new WebSocketServer({ server: http, perMessageDeflate: false });
  server.on('connection', (socket) => {
    trace.push('connection');
    socket.on('message', (bytes: Buffer, isBinary) => socket.send(bytes, { binary: isBinary }));
    socket.on('ping', (data) => trace.push(`ping ${data.toString()}`));
    socket.on('close', (code, reason) => trace.push(`close ${code} ${reason.toString()}`));
  });
  return world.server.listen({ host: world.serverHost, port: 0 }, ({ stream }) => {
    http.emit('connection', stream);
  });
}

function hasClose(trace: readonly string[]): boolean {
  return trace.some((line) => line.startsWith('close'));
}

function fields(error: unknown): string {
  const { code, syscall, address, port } = error as Record<string, unknown>;
  return `${code} ${syscall} ${address}:${port}`;
}

function codeOf(error: unknown): string {
  return String((error as { code?: unknown } | null | undefined)?.code);
}

function ignore(): void {}
