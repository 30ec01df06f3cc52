import { setTimeout as sleep } from 'node:timers/promises';

import { expect } from 'chai';

import { TcpSockets } from '../../src/adapters/tcp-sockets';
import { socketsContract, type SocketsWorld } from '../contract/sockets';
import { makeCertificate } from './certificates';
import { until } from './until';

/** Real sockets need real time; this is a bound for a loaded machine, not an expectation. */
const REST_MS = 150;

function worldOf(client: TcpSockets, server: TcpSockets, tls: boolean): SocketsWorld {
  const open = (): number =>
    [client, server].reduce((sum, each) => {
      const { sockets, dials } = each.holdings();
      return sum + sockets + dials;
    }, 0);
  return {
    client,
    server,
    serverHost: '127.0.0.1',
    tls,
    until,
    rest: () => sleep(REST_MS),
    open,
    close: () => until(() => open() === 0),
  };
}

socketsContract('TcpSockets', async () => worldOf(new TcpSockets(), new TcpSockets(), false));

socketsContract(
  'TcpSockets with TLS',
  async () => {
    const certificate = makeCertificate();
    const client = new TcpSockets({ ca: certificate.cert });
    return worldOf(client, new TcpSockets({ certificate }), true);
  },
  { tellsFinFromRst: false },
);

describe('TcpSockets', () => {
  it('counts dials, sockets and listeners until they are gone', async () => {
    const sockets = new TcpSockets();
    const address = { host: '127.0.0.1', port: 0 };
    const listener = await sockets.listen(address, ({ stream }) => {
      stream.resume().on('end', () => stream.end());
    });
    const stream = sockets.connect({ host: '127.0.0.1', port: listener.port, tls: false });
    expect(sockets.holdings()).to.deep.equal({ sockets: 0, dials: 1, listeners: 1 });
    await until(() => sockets.holdings().sockets === 2);
    expect(sockets.holdings().dials).to.equal(0);
    stream.destroy();
    await listener.close();
    await until(() => sockets.holdings().sockets === 0);
    expect(sockets.holdings()).to.deep.equal({ sockets: 0, dials: 0, listeners: 0 });
  });

  it('fails a TLS dial to a server that speaks none, and counts it no more', async () => {
    const sockets = new TcpSockets();
    const address = { host: '127.0.0.1', port: 0 };
    const listener = await sockets.listen(address, ({ stream }) => stream.end('not TLS\n'));
    const stream = sockets.connect({ host: '127.0.0.1', port: listener.port, tls: true });
    const codes: unknown[] = [];
    stream.on('error', (error: Error & { code?: string }) => codes.push(error.code));
    await until(() => stream.closed);
    expect(codes).to.deep.equal(['ERR_SSL_WRONG_VERSION_NUMBER']);
    expect(sockets.holdings().dials).to.equal(0);
    await listener.close();
  });
});
