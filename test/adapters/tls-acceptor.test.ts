import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

import { expect } from 'chai';

import { SystemClock, SystemRandom } from '../../src/adapters/system-clock';
import { TcpSockets } from '../../src/adapters/tcp-sockets';
import { CertificateError, type Certificate } from '../../src/adapters/tls-acceptor';
import { WebSocketClient } from '../../src/client/websocket-client';
import type { EventOf, EventType, LinkEvent } from '../../src/events';
import type { Listener } from '../../src/ports';
import { ParrotEngine } from '../../src/server/parrot';
import type { ServerSettingsInput } from '../../src/server/server-settings';
import { TarsAssistant } from '../../src/server/tars-assistant';
import { inDays, makeCertificate } from './certificates';
import { until } from './until';

const HOST = '127.0.0.1';
/** The first bytes of a ClientHello, and no more. */
const HALF_A_HELLO = Buffer.from('160301', 'hex');
/** A TLS 1.2 record of application data, enciphered by nobody. */
const FORGED_RECORD = Buffer.concat([Buffer.from('1703030020', 'hex'), Buffer.alloc(32, 7)]);

/** Real servers and clients over real TLS. */
class TlsBench {
  readonly events: LinkEvent[] = [];
  readonly sockets: TcpSockets;
  private readonly clock = new SystemClock();
  private readonly server: TarsAssistant;
  private readonly clients: { readonly link: WebSocketClient; readonly sockets: TcpSockets }[] = [];
  private readonly strangers: Socket[] = [];

  static async started(
    certificate: Certificate,
    settings: ServerSettingsInput = {},
  ): Promise<TlsBench> {
    const bench = new TlsBench(certificate, settings);
    await bench.server.start();
    return bench;
  }

  private constructor(certificate: Certificate, settings: ServerSettingsInput) {
    this.sockets = new TcpSockets({ certificate });
    this.server = new TarsAssistant(
      { ...this.ports(this.sockets), engine: new ParrotEngine() },
      { host: HOST, port: 0, ...settings },
    );
  }

  get port(): number {
    return this.server.address?.port ?? 0;
  }

  dial(ca: Certificate['cert'], port = this.port): void {
    const sockets = new TcpSockets({ ca });
    const settings = { serverUrl: `wss://${HOST}:${port}`, backoffUnitMs: 20 };
    const link = new WebSocketClient(settings, this.ports(sockets));
    this.clients.push({ link, sockets });
    link.start();
  }

  /** Speaks TCP alone. */
  async stranger(): Promise<Socket> {
    const socket = connect({ host: HOST, port: this.port });
    socket.on('error', () => socket.destroy());
    this.strangers.push(socket);
    await once(socket, 'connect');
    return socket;
  }

  of<Type extends EventType & LinkEvent['type']>(type: Type): EventOf<Type>[] {
    return this.events.filter((event) => event.type === type) as unknown as EventOf<Type>[];
  }

  get refused(): string[] {
    return this.of('link.refused').map(({ reason }) => reason);
  }

  async over(): Promise<void> {
    for (const { link } of this.clients) await link.shutdown();
    await this.server.shutdown();
    for (const stranger of this.strangers) stranger.destroy();
    await until(() => this.clock.pendingTimers() === 0);
    for (const { sockets } of [this, ...this.clients]) {
      expect(sockets.holdings()).to.deep.equal({ sockets: 0, dials: 0, listeners: 0 });
    }
  }

  private ports(sockets: TcpSockets) {
    const events = { emit: (event: LinkEvent) => this.events.push(event) };
    return { clock: this.clock, random: new SystemRandom(), sockets, events };
  }
}

describe('TLS between client and server', () => {
  const certificate = makeCertificate();

  it('carries the link', async () => {
    const bench = await TlsBench.started(certificate);
    bench.dial(certificate.cert);
    await until(() => bench.of('link.connected').length === 1);
    expect(bench.of('link.connected')[0]).to.include({ protocol: 'tars.v2' });
    await bench.over();
  });

  for (const [label, what, from, until_] of [
    ['tls_expired', 'a certificate of the day before yesterday', -3, -2],
    ['tls_not_yet_valid', 'a certificate of the day after tomorrow', 2, 3],
  ] as const) {
    it(`fails by ${label} for ${what}`, async () => {
      const untimely = makeCertificate({ from: inDays(from), until: inDays(until_) });
      const bench = await TlsBench.started(untimely);
      bench.dial(untimely.cert);
      await until(() => bench.of('link.failed').length > 0);
      expect(bench.of('link.failed')[0]?.label).to.equal(label);
      await bench.over();
    });
  }

  it('fails by tls for a certificate of somebody else', async () => {
    const bench = await TlsBench.started(certificate);
    bench.dial(makeCertificate().cert);
    await until(() => bench.of('link.failed').length > 0);
    expect(bench.of('link.failed')[0]?.label).to.equal('tls');
    await bench.over();
  });

  it('begins with TLS 1.2', async () => {
    const bench = await TlsBench.started(certificate);
    const old = connectTls({
      host: HOST,
      port: bench.port,
      ca: certificate.cert,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    const [error] = (await once(old, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).to.equal('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
    await bench.over();
  });

  it('takes a renewed certificate without a restart, and keeps who is connected', async () => {
    const bench = await TlsBench.started(certificate);
    const renewed = makeCertificate(undefined, 2);
    bench.dial(certificate.cert);
    await until(() => bench.of('link.connected').length === 1);
    bench.dial(renewed.cert);
    await until(() => bench.of('link.failed').length > 0);
    bench.sockets.setCertificate(renewed);
    await until(() => bench.of('link.accepted').length === 2);
    await bench.over();
  });

  it('keeps its certificate where the new one cannot be used', async () => {
    const bench = await TlsBench.started(certificate);
    const other = makeCertificate();
    for (const wrong of [
      { cert: certificate.cert, key: other.key },
      { cert: 'nonsense', key: other.key },
      { cert: other.cert, key: 'nonsense' },
      { cert: '', key: '' },
    ]) {
      expect(() => bench.sockets.setCertificate(wrong))
        .to.throw(CertificateError, /^the certificate or its key cannot be used: /)
        .with.property('code', 'ERR_CERTIFICATE');
    }
    bench.dial(certificate.cert);
    await until(() => bench.of('link.connected').length === 1);
    await bench.over();
  });

  it('is not added to sockets that began without it', () => {
    expect(() => new TcpSockets().setCertificate(certificate)).to.throw(CertificateError);
    expect(() => new TcpSockets({ certificate: { cert: '', key: '' } })).to.throw(CertificateError);
  });
});

describe('a TLS handshake', () => {
  const certificate = makeCertificate();

  it('that is never finished counts from its first byte, and by address', async () => {
    const bench = await TlsBench.started(certificate, { upgradeTimeoutMs: 5_000 });
    const strangers: Socket[] = [];
    for (let count = 0; count < 10; count += 1) strangers.push(await bench.stranger());
    for (const stranger of strangers) stranger.write(HALF_A_HELLO);
    await until(() => strangers.filter(({ closed }) => closed).length === 6);
    expect(bench.sockets.holdings().sockets).to.equal(4);
    expect(new Set(bench.refused)).to.deep.equal(new Set(['too_many_from_address']));
    bench.dial(certificate.cert);
    await until(() => bench.of('link.connected').length === 1);
    await bench.over();
  });

  it('has as long as an upgrade', async () => {
    const bench = await TlsBench.started(certificate, { upgradeTimeoutMs: 100 });
    const stranger = await bench.stranger();
    stranger.write(HALF_A_HELLO);
    await until(() => stranger.closed);
    expect(bench.refused).to.deep.equal(['upgrade_timeout']);
    await bench.over();
  });

  for (const [what, bytes] of [
    ['plain HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: hub\r\n\r\n')],
    ['noise', Buffer.alloc(4_096, 0xa5)],
    ['a record that is too long', Buffer.from('160301ffff0100', 'hex')],
  ] as const) {
    it(`of ${what} is refused, counted and harms nobody`, async () => {
      const bench = await TlsBench.started(certificate);
      const stranger = await bench.stranger();
      stranger.write(bytes);
      stranger.resume();
      await until(() => stranger.closed);
      expect(bench.refused).to.deep.equal(['bad_upgrade']);
      bench.dial(certificate.cert);
      await until(() => bench.of('link.connected').length === 1);
      await bench.over();
    });
  }

  for (const end of ['end', 'destroy', 'resetAndDestroy'] as const) {
    it(`that the peer breaks off by ${end} is let go at once`, async () => {
      const bench = await TlsBench.started(certificate, { upgradeTimeoutMs: 60_000 });
      const stranger = await bench.stranger();
      stranger.write(HALF_A_HELLO);
      await until(() => bench.sockets.holdings().sockets === 1);
      stranger[end]();
      await until(() => bench.sockets.holdings().sockets === 0);
      await bench.over();
    });
  }
});

describe('a stream of TLS', () => {
  const certificate = makeCertificate();

  it('ends where what comes is not of the peer', async () => {
    const bench = await TlsBench.started(certificate);
    const { port, close, injectUpstream } = await makeRelay(bench.port);
    bench.dial(certificate.cert, port);
    await until(() => bench.of('link.accepted').length === 1);
    injectUpstream(FORGED_RECORD);
    const atServer = () => bench.of('link.lost').find(({ device }) => device !== undefined);
    await until(() => atServer() !== undefined);
    // By its own judgement: not because the client hears an alert, and goes.
    expect(atServer()).to.include({ label: 'unknown', initiator: 'network' });
    await close();
    await bench.over();
  });

  it('is reset below, where TLS itself knows no reset', async () => {
    const sockets = new TcpSockets({ certificate });
    const listener = await sockets.listen({ host: HOST, port: 0 }, ({ stream }) => {
      stream.once('data', () => stream.resetAndDestroy());
    });
    const client = connectTls({ host: HOST, port: listener.port, ca: certificate.cert });
    client.write('hello');
    const [error] = (await once(client, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).to.equal('ECONNRESET');
    await until(() => sockets.holdings().sockets === 0);
    await listener.close();
  });
});

interface Relay {
  readonly port: number;
  readonly injectUpstream: (bytes: Buffer) => void;
  readonly close: Listener['close'];
}

/** Stands between a client and the server. */
async function makeRelay(port: number): Promise<Relay> {
  const sockets = new TcpSockets();
  const upstreams: Socket[] = [];
  const listener = await sockets.listen({ host: HOST, port: 0 }, ({ stream }) => {
    const upstream = connect({ host: HOST, port });
    upstreams.push(upstream);
    for (const each of [stream, upstream]) each.on('error', () => each.destroy());
    stream.pipe(upstream).pipe(stream);
  });
  return {
    port: listener.port,
    injectUpstream: (bytes) => upstreams[0]?.write(bytes),
    close: async () => {
      await listener.close();
      for (const upstream of upstreams) upstream.destroy();
    },
  };
}
