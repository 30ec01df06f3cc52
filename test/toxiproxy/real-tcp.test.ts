/** The proxies on loopback: these are about real time and real sockets. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

import { expect } from 'chai';

import { SystemClock } from '../../src/adapters/system-clock';
import { TcpSockets } from '../../src/adapters/tcp-sockets';
import { Toxiproxy } from '../../src/toxiproxy/toxiproxy';

describe('proxies on real TCP', () => {
  let clock: SystemClock;
  let sockets: TcpSockets;
  let toxiproxy: Toxiproxy;
  let upstream: Server;

  beforeEach(() => {
    clock = new SystemClock();
    sockets = new TcpSockets();
    toxiproxy = new Toxiproxy({ clock, sockets, random: { next: () => 0 } });
  });

  afterEach(async () => {
    await toxiproxy.close();
    upstream.close();
    expect(sockets.holdings()).to.deep.equal({ sockets: 0, dials: 0, listeners: 0 });
    expect(clock.pendingTimers()).to.equal(0);
  });

  /** A proxy to a server of this kind; returns how to dial it. */
  async function proxyTo(onSocket: (socket: Socket) => void): Promise<() => Socket> {
    upstream = createServer((socket) => onSocket(socket.on('error', () => undefined)));
    upstream.listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    const { port } = upstream.address() as AddressInfo;
    const { listen } = await toxiproxy.create({
      ...{ name: 'link', listen: 'localhost:0', upstream: `localhost:${port}` },
    });
    return () => connect(Number(listen.split(':')[1]), '127.0.0.1');
  }

  it('delay, reset and close', async () => {
    const dial = await proxyTo((socket) => socket.pipe(socket));
    toxiproxy.addToxic('link', { type: 'latency', attributes: { latency: 50 } });
    const socket = dial();
    const fromMs = performance.now();
    socket.write('hello');
    expect(String((await once(socket, 'data'))[0])).to.equal('hello');
    expect(performance.now() - fromMs).to.be.within(50, 2_000);
    toxiproxy.addToxic('link', { type: 'reset_peer', stream: 'upstream' });
    socket.write('again');
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).to.equal('ECONNRESET');
    const other = dial().resume();
    await once(other, 'connect');
    await toxiproxy.delete('link');
    await once(other, 'close');
  });

  it('pass on megabytes, however they are cut', async () => {
    const dial = await proxyTo((socket) => socket.end(Buffer.alloc(3_000_000, 'x')));
    toxiproxy.addToxic('link', { type: 'slicer', attributes: { average_size: 5_000 } });
    let bytes = 0;
    for await (const chunk of dial() as AsyncIterable<Buffer>) bytes += chunk.length;
    expect(bytes).to.equal(3_000_000);
  });

  it('reset the sender although the reader does not read', async () => {
    let failed: Promise<Error> | undefined;
    const dial = await proxyTo((socket) => {
      failed = new Promise((resolve) => socket.once('error', resolve));
      socket.write(Buffer.alloc(30_000_000));
    });
    const socket = dial().on('error', () => undefined);
    await once(socket, 'readable');
    toxiproxy.addToxic('link', { type: 'reset_peer', stream: 'upstream' });
    socket.write('now');
    expect(await failed).to.have.property('code', 'ECONNRESET');
    socket.destroy();
  });
});
