import { Duplex } from 'node:stream';

import { expect } from 'chai';

import type { FailureLabel } from '../../src/events';
import type { Sockets, SocketStream } from '../../src/ports';
import { answering, CONNECT_MS, LATENCY_MS, LinkBench, reset, type BenchOptions } from './bench';

/** A whole dial and what it may be waiting for. */
const DIAL_LIMIT_MS = 10_000;

describe('Connection', () => {
  let bench: LinkBench;

  function make(options?: BenchOptions): LinkBench {
    bench = new LinkBench(options);
    return bench;
  }

  afterEach(async () => bench.over());

  it('tells of a name that the server gives no more than is printable', async () => {
    make().server.welcomes = false;
    bench.link.start();
    await bench.run(CONNECT_MS);
    const connection = `a\n\u2028${'b'.repeat(197)}`;
    bench.server.visitor.say({ type: 'welcome', device: 'default', connection });
    await bench.run(CONNECT_MS);
    const [connected] = bench.of('link.connected');
    expect(connected?.peerConnection).to.equal(`a??${'b'.repeat(120)}`);
  });

  describe('a dial fails as', () => {
    /** Starts, lets it fail, and tells how: one failure, and one wait that follows from it. */
    async function failure(withinMs = 200): Promise<FailureLabel | undefined> {
      bench.link.start();
      await bench.run(withinMs);
      const failures = bench.of('link.failed');
      expect(failures).to.have.length(1);
      expect(bench.of('backoff.scheduled')).to.have.length(1);
      return failures[0]?.label;
    }

    it('dns where the name cannot be resolved', async () => {
      make().world.network.failLookups('pi', 'EAI_AGAIN');
      expect(await failure()).to.equal('dns');
    });

    it('dial_refused where nothing listens', async () => {
      make().world.network.refuseDials('hub');
      expect(await failure()).to.equal('dial_refused');
    });

    it('dial_unreachable where there is no route', async () => {
      make().world.network.path('pi', 'hub').makeUnreachable();
      expect(await failure()).to.equal('dial_unreachable');
    });

    it('dial_timeout after 10 s where nothing answers the dial', async () => {
      make().world.network.path('pi', 'hub').loseDials();
      expect(await failure(DIAL_LIMIT_MS)).to.equal('dial_timeout');
      expect(bench.timesOf('link.failed')).to.deep.equal([DIAL_LIMIT_MS]);
    });

    it('dial_timeout after 10 s where nothing answers the upgrade', async () => {
      make().server.answer = (stream) => void stream.resume();
      expect(await failure(DIAL_LIMIT_MS)).to.equal('dial_timeout');
      expect(bench.timesOf('link.failed')).to.deep.equal([DIAL_LIMIT_MS]);
    });

    it('no_welcome after 10 s in all where the server upgrades and is silent', async () => {
      make().server.welcomes = false;
      expect(await failure(DIAL_LIMIT_MS)).to.equal('no_welcome');
      expect(bench.timesOf('link.failed')).to.deep.equal([DIAL_LIMIT_MS]);
    });

    it('no_welcome where the server says everything but welcome', async () => {
      make().server.welcomes = false;
      bench.link.start();
      await bench.run(CONNECT_MS);
      bench.server.visitor.say({ type: 'session_end' });
      await bench.run(DIAL_LIMIT_MS - CONNECT_MS);
      expect(bench.rejected).to.deep.equal(['unexpected_message']);
      expect(bench.of('link.failed').map(({ label }) => label)).to.deep.equal(['no_welcome']);
    });

    it('dial_closed where the server closes before it answers', async () => {
      make().server.answer = (stream) => void stream.once('data', () => stream.end());
      expect(await failure()).to.equal('dial_closed');
    });

    it('dial_closed where the server resets before it answers', async () => {
      make().server.answer = (stream) => void stream.once('data', () => reset(stream));
      expect(await failure()).to.equal('dial_closed');
    });

    for (const [status, label] of [
      [200, 'http_status'],
      [301, 'http_status'],
      [401, 'auth'],
      [503, 'http_status'],
    ] as const) {
      it(`${label} where the answer is ${status}, which is reported`, async () => {
        make().server.answer = answering(
          `HTTP/1.1 ${status} No\r\nLocation: ws://hub:1/\r\nContent-Length: 0\r\n\r\n`,
        );
        expect(await failure()).to.equal(label);
        expect(bench.of('link.failed')[0]?.httpStatus).to.equal(status);
        expect(bench.server.streams, 'redirects are not followed').to.have.length(1);
      });
    }

    it('protocol_error where the answer is no HTTP', async () => {
      make().server.answer = answering('SSH-2.0-OpenSSH_9.6\r\n');
      expect(await failure()).to.equal('protocol_error');
    });

    it('protocol_error where Sec-WebSocket-Accept is wrong', async () => {
      make().server.answer = answering(
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
          'Sec-WebSocket-Accept: bm90IHRoZSBrZXkgYXQgYWxsIQ==\r\n\r\n',
      );
      expect(await failure()).to.equal('protocol_error');
    });

    it('protocol_error where the server picks a subprotocol that was not offered', async () => {
      make().server.answer = answering(
        'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
          'Sec-WebSocket-Accept: x\r\nSec-WebSocket-Protocol: tars.v9\r\n\r\n',
      );
      expect(await failure()).to.equal('protocol_error');
    });

    for (const [code, label] of [
      ['CERT_HAS_EXPIRED', 'tls_expired'],
      ['CERT_NOT_YET_VALID', 'tls_not_yet_valid'],
      ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
      ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
      ['EPROTO', 'tls'],
      ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
      ['ETIMEDOUT', 'dial_timeout'],
    ] as const) {
      it(`${label} where the socket fails with ${code}`, async () => {
        make({ settings: { serverUrl: 'wss://hub' }, sockets: new BrokenSockets(code) });
        expect(await failure()).to.equal(label);
      });
    }

    it('a failure, and no crash, where the socket cannot even be made', async () => {
      const sockets = new BrokenSockets('EMFILE');
      sockets.connect = () => {
        throw new Error('no descriptors');
      };
      make({ sockets });
      expect(await failure()).to.equal('protocol_error');
    });

    it('peer_restart where the server closes before its welcome', async () => {
      make().server.welcomes = false;
      bench.link.start();
      await bench.run(CONNECT_MS);
      bench.server.visitor.socket.close(1012);
      await bench.run(100);
      expect(bench.of('link.failed').map(({ label }) => label)).to.deep.equal(['peer_restart']);
    });
  });

  describe('where it dials', () => {
    for (const [serverUrl, expected] of [
      ['ws://hub', { host: 'hub', port: 80, tls: false }],
      ['wss://hub', { host: 'hub', port: 443, tls: true }],
      ['ws://[::1]:8765/link', { host: '::1', port: 8765, tls: false }],
    ] as const) {
      it(`is ${expected.host} port ${expected.port} for ${serverUrl}`, async () => {
        const sockets = new BrokenSockets('ECONNREFUSED');
        make({ settings: { serverUrl }, sockets }).link.start();
        await bench.run(1);
        expect(sockets.dialled).to.deep.equal([expected]);
      });
    }

    it('it names the device and offers tars.v2, in headers and not in the address', async () => {
      const { request } = await make({ settings: { device: 'kitchen' } }).connect();
      expect(request.headers['tars-device']).to.equal('kitchen');
      expect(request.headers).to.not.have.property('authorization');
      expect(request.headers['sec-websocket-protocol']).to.equal('tars.v2');
      expect(request.headers['sec-websocket-extensions']).to.equal(undefined);
      expect(request.url).to.equal('/');
    });

    it('it shows its token in a header, and nowhere else', async () => {
      const { request } = await make({ settings: { token: 'open-sesame' } }).connect();
      expect(request.headers.authorization).to.equal('Bearer open-sesame');
      const others = { ...request.headers, authorization: undefined };
      expect(JSON.stringify([request.url, others, bench.events])).to.not.contain('sesame');
    });
  });

  describe('with a base server, which takes no subprotocol', () => {
    it('is connected as soon as it is open', async () => {
      await make({ protocol: 'base' }).connect();
      expect(bench.link.protocol).to.equal('base');
      expect(bench.timesOf('link.connected')).to.deep.equal([CONNECT_MS]);
    });

    it('sends the type of a message alone', async () => {
      const visitor = await make({ protocol: 'base' }).connect();
      bench.link.sendMessage({ type: 'hotword_detected', session: 's1', trigger: 'button' });
      await bench.run(LATENCY_MS);
      expect(visitor.said).to.deep.equal([{ type: 'hotword_detected' }]);
    });
  });

  describe('with a hostile server', () => {
    for (const [what, text, problem] of [
      ['malformed JSON', '{"type":', 'malformed_json'],
      ['an empty text', '', 'malformed_json'],
      ['an array', '[]', 'not_an_object'],
      ['null', 'null', 'not_an_object'],
      ['a string', '"welcome"', 'not_an_object'],
      ['a number beyond numbers', '1e999', 'not_an_object'],
      ['an object without a type', '{}', 'unknown_type'],
      ['an unknown type', '{"type":"self_destruct"}', 'unknown_type'],
      ['a name of Object.prototype', '{"type":"constructor"}', 'unknown_type'],
      [
        'a second welcome',
        '{"type":"welcome","device":"a","connection":"b"}',
        'unexpected_message',
      ],
      ['a field of the wrong kind', '{"type":"session_started","session":7}', 'bad_field'],
    ] as const) {
      it(`counts ${what} as ${problem}, and stays connected`, async () => {
        const visitor = await make().connect();
        visitor.sayText(text);
        await bench.run(1_000);
        expect(bench.rejected).to.deep.equal([problem]);
        expect(bench.link.status).to.equal('connected');
      });
    }

    it('counts audio before the welcome, and is welcomed afterwards', async () => {
      make().server.welcomes = false;
      const visitor = await bench.connect();
      visitor.play(Buffer.alloc(320));
      visitor.say({ type: 'welcome', device: 'default', connection: 'v1' });
      await bench.run(LATENCY_MS);
      expect(bench.rejected).to.deep.equal(['unexpected_audio']);
      expect(bench.link.status).to.equal('connected');
    });

    for (const [what, label, frame] of [
      ['a message that is too big', 'overload', [0x82, 127, 0, 0, 0, 0, 0, 0x10, 0, 1]],
      ['text that is no UTF-8', 'protocol_error', [0x81, 2, 0xc3, 0x28]],
      ['a masked frame', 'protocol_error', [0x81, 0x82, 1, 2, 3, 4, 0, 0]],
      ['a reserved bit', 'protocol_error', [0xc1, 0]],
      ['an unknown opcode', 'protocol_error', [0x83, 0]],
      ['a fragmented ping', 'protocol_error', [0x09, 0]],
      ['a close frame with code 1005', 'protocol_error', [0x88, 2, 0x03, 0xed]],
      ['a close frame with code 1006', 'protocol_error', [0x88, 2, 0x03, 0xee]],
      ['a close frame with code 1015', 'protocol_error', [0x88, 2, 0x03, 0xf7]],
    ] as const) {
      it(`loses the link as ${label} on ${what}, and dials again`, async () => {
        const visitor = await make().connect();
        visitor.write(...frame);
        await bench.run(LATENCY_MS);
        expect(bench.of('link.lost').map((lost) => lost.label)).to.deep.equal([label]);
        await bench.run(5_000);
        expect(bench.link.status).to.equal('connected');
        expect(bench.of('link.closed')).to.have.length(1);
      });
    }

    it('takes a message of exactly 128 KiB', async () => {
      const visitor = await make().connect();
      let received = 0;
      bench.link.onAudioReceived = ({ length }) => (received += length);
      visitor.sendBinary(Buffer.alloc(131_072));
      await bench.run(1_000);
      expect(received).to.equal(131_072);
    });

    it('is lost when the close frame comes, though the server’s socket stays open', async () => {
      const visitor = await make().connect();
      // By hand: 1001, "going away". The library would end the stream after the reply.
      visitor.write(0x88, 2, 0x03, 0xe9);
      await bench.run(LATENCY_MS);
      expect(bench.of('link.lost').map(({ label }) => label)).to.deep.equal(['peer_restart']);
      expect(bench.link.sendAudio('s1', Buffer.alloc(2))).to.equal('not_connected');
      await bench.run(2_000);
      expect(bench.of('link.closed')).to.have.length(1);
    });

    it('cuts the connection 2 s after a wrong frame where the server stays', async () => {
      const visitor = await make().connect();
      visitor.socket.close = () => undefined;
      visitor.socket.pause();
      visitor.write(0x83, 0);
      await bench.run(LATENCY_MS + 2_000);
      expect(bench.timesOf('link.closed')).to.deep.equal([CONNECT_MS + LATENCY_MS + 2_000]);
    });

    it('measures no round trip by a pong that nobody asked for', async () => {
      const visitor = await make().connect();
      visitor.socket.pong();
      await bench.run(100);
      expect(bench.of('heartbeat.pong')).to.deep.equal([]);
      expect(bench.link.status).to.equal('connected');
    });

    it('does not pile up pongs for a server that pings and does not read', async () => {
      const visitor = await make().connect();
      visitor.socket.pause();
      const ping = Buffer.alloc(125);
      // Until what it does not read fills the buffers of both kernels: 524,288 bytes.
      for (let burst = 0; burst < 80 && bench.link.status === 'connected'; burst++) {
        for (let count = 0; count < 200; count++) visitor.socket.ping(ping);
        await bench.run(20);
      }
      expect(bench.of('link.lost').map(({ label }) => label)).to.deep.equal(['overload']);
      expect(bench.link.bufferedBytes).to.equal(0);
    });
  });
});

/** Every stream fails at once. */
class BrokenSockets implements Sockets {
  readonly dialled: object[] = [];

  constructor(private readonly code: string) {}

  connect(options: object): SocketStream {
    this.dialled.push(options);
    const stream = new Duplex({ read: () => undefined, write: () => undefined });
    const error = Object.assign(new Error(this.code), { code: this.code });
    queueMicrotask(() => stream.destroy(error));
    return Object.assign(stream, { resetAndDestroy: () => stream.destroy() });
  }

  listen(): Promise<never> {
    throw new Error('Nothing is listened to.');
  }
}
