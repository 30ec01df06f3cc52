/** These are about real sockets. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import { expect } from 'chai';

import { HealthServer } from '../../src/adapters/health-server';

describe('HealthServer', () => {
  let isWell: boolean;
  let asked: number;
  let health: HealthServer;
  let port: number;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    isWell = true;
    asked = 0;
    const report = () => {
      asked += 1;
      return { isWell, body: { status: isWell ? 'ok' : 'stopping' } };
    };
    health = new HealthServer({ host: '127.0.0.1', port: 0, report });
    port = await health.listen();
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await health.close();
    expect(health.openSockets()).to.equal(0);
  });

  function ask(path = '/healthz', method = 'GET'): Promise<Response> {
    return fetch(`http://127.0.0.1:${port}${path}`, { method });
  }

  function dial(): Socket {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    sockets.push(socket);
    return socket;
  }

  it('answers with what is reported at that moment', async () => {
    const well = await ask();
    expect([well.status, await well.json()]).to.deep.equal([200, { status: 'ok' }]);
    expect(well.headers.get('content-type')).to.equal('application/json');
    expect(well.headers.get('cache-control')).to.equal('no-store');
    isWell = false;
    const ill = await ask('/healthz?x=1');
    expect([ill.status, await ill.json()]).to.deep.equal([503, { status: 'stopping' }]);
  });

  it('knows one path and two methods', async () => {
    for (const path of ['/', '/healthz/', '/healthz/x', '//healthz']) {
      expect((await ask(path)).status, path).to.equal(404);
    }
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const { headers, status } = await ask('/healthz', method);
      expect([status, headers.get('allow')], method).to.deep.equal([405, 'GET, HEAD']);
    }
    expect(asked).to.equal(0);
    const head = await ask('/healthz', 'HEAD');
    expect([head.status, await head.text()]).to.deep.equal([200, '']);
  });

  it('refuses what is no HTTP, and headers that are too long', async () => {
    for (const [request, status] of [
      ['hello\r\n\r\n', 400],
      [`GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(8_000)}\r\n\r\n`, 431],
    ] as const) {
      const socket = dial();
      socket.write(request);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(answer.toString()).to.match(new RegExp(`^HTTP/1.1 ${status} `));
    }
  });

  it('answers who asks while others stall, and holds only so many of them', async () => {
    const CROWD = 60;
    const stalled = Array.from({ length: CROWD }, dial);
    for (const socket of stalled) socket.write('GET /healthz HTTP/1.1\r\nHost:');
    await Promise.all(stalled.map((socket) => once(socket, 'connect')));
    expect((await ask()).status).to.equal(200);
    expect(health.openSockets()).to.be.within(1, 17);
  });

  it('gives a request some seconds, and closes the rest', async function () {
    this.timeout(30_000);
    const socket = dial();
    socket.write('GET /healthz HTTP/1.1\r\nHost:');
    const startMs = performance.now();
    const closed = closeOf(socket);
    // Each byte keeps it awake; the request is late all the same.
    const drip = setInterval(() => socket.write('x'), 500);
    await closed.finally(() => clearInterval(drip));
    expect(performance.now() - startMs).to.be.within(4_000, 20_000);
    expect(asked).to.equal(0);
  });

  it('is closed at once, whoever stalls, and twice', async () => {
    const stalled = [dial(), dial()];
    for (const socket of stalled) socket.write('GET /healthz');
    await Promise.all(stalled.map((socket) => once(socket, 'connect')));
    const gone = stalled.map(closeOf);
    await Promise.all([health.close(), health.close()]);
    await Promise.all(gone);
    expect(health.openSockets()).to.equal(0);
  });

  it('is closed before it ever listened', async () => {
    const early = new HealthServer({ host: '127.0.0.1', port: 0, report: () => never() });
    await early.close();
    expect(early.openSockets()).to.equal(0);
  });

  it('says that its port is taken', async () => {
    const second = new HealthServer({ host: '127.0.0.1', port, report: () => never() });
    const error = await second.listen().then(
      () => undefined,
      (reason: NodeJS.ErrnoException) => reason.code,
    );
    expect(error).to.equal('EADDRINUSE');
    await second.close();
  });
});

/** Resolves once the socket is gone, by a reset or otherwise. */
function closeOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.resume().once('close', () => resolve()));
}

function never(): never {
  throw new Error('nobody asks');
}
