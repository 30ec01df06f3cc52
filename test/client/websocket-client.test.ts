import { expect } from 'chai';

import { ClientSettingsError } from '../../src/client/client-settings';
import { WebSocketClient } from '../../src/client/websocket-client';
import { CONNECT_MS, LATENCY_MS, LinkBench, type BenchOptions } from './bench';

const HEARTBEAT_MS = 30_000;
const PONG_MS = 10_000;

describe('WebSocketClient', () => {
  let bench: LinkBench;

  function make(options?: BenchOptions): LinkBench {
    bench = new LinkBench(options);
    return bench;
  }

  /** The waits that followed failures, in milliseconds. */
  function waits(): number[] {
    return bench.of('backoff.scheduled').map(({ delayMs }) => delayMs);
  }

  beforeEach(() => make());

  afterEach(async () => bench.over());

  it('refuses settings that cannot be used', () => {
    const make = (): WebSocketClient => new WebSocketClient({ serverUrl: 'hub' }, bench.ports);
    expect(make).to.throw(ClientSettingsError, 'serverUrl');
  });

  describe('that is started', () => {
    it('dials at once, and is connected when it is welcomed', async () => {
      bench.link.start();
      expect(bench.link.status).to.equal('connecting');
      expect(bench.timesOf('link.dialing')).to.deep.equal([0]);
      await bench.run(CONNECT_MS);
      expect(bench.link.status).to.equal('connected');
      expect(bench.link.protocol).to.equal('tars.v2');
      expect(bench.link.connectionId).to.equal('c1');
    });

    it('is not connected by the upgrade alone', async () => {
      bench.server.welcomes = false;
      bench.link.start();
      await bench.run(CONNECT_MS);
      expect(bench.of('link.open')).to.have.length(1);
      expect(bench.link.status).to.equal('connecting');
      expect(bench.link.protocol).to.equal(undefined);
    });

    it('dials once, though it is started again in each state', async () => {
      bench.link.start();
      bench.link.start();
      await bench.run(CONNECT_MS);
      bench.link.start();
      bench.server.visitor.reset();
      await bench.run(LATENCY_MS);
      bench.link.start();
      expect(bench.of('link.dialing')).to.have.length(1);
    });

    it('tells once that it is connected, and what came', async () => {
      const told: unknown[] = [];
      bench.link.onConnected = () => told.push('connected');
      bench.link.onControlMessageReceived = (message) => told.push(message);
      bench.link.onAudioReceived = ({ length }) => told.push(length);
      const visitor = await bench.connect();
      visitor.say({ type: 'session_end', session: 's1' });
      visitor.play(Buffer.alloc(320));
      visitor.sayText('{"type":"session_end","surprise":1,"__proto__":{"polluted":1}}');
      await bench.run(LATENCY_MS);
      const bare = { type: 'session_end' };
      expect(told).to.deep.equal(['connected', { type: 'session_end', session: 's1' }, 320, bare]);
    });
  });

  describe('that cannot connect', () => {
    it('waits 2, 4, 8, 16, 32 s and a jitter, then 60 s, and never gives up', async () => {
      bench.world.network.refuseDials('hub');
      bench.link.start();
      await bench.run(3_600_000);
      expect(waits().slice(0, 5)).to.deep.equal([2_500, 4_500, 8_500, 16_500, 32_500]);
      expect(new Set(waits().slice(5))).to.deep.equal(new Set([60_000]));
      expect(waits().length).to.equal(5 + 59);
      expect(bench.of('link.failed').length).to.equal(bench.of('link.dialing').length);
    });

    it('draws the jitter anew for each wait', async () => {
      let drawn = 0;
      bench.ports.random.next = () => (drawn += 0.125);
      bench.world.network.refuseDials('hub');
      bench.link.start();
      await bench.run(10_000);
      expect(waits()).to.deep.equal([2_125, 4_250, 8_375]);
    });

    it('dials exactly when the wait is over', async () => {
      bench.world.network.refuseDials('hub');
      bench.link.start();
      await bench.run(10_000);
      const failed = bench.timesOf('link.failed');
      expect(bench.timesOf('link.dialing').slice(1)).to.deep.equal(
        waits()
          .slice(0, 2)
          .map((wait, index) => wait + (failed[index] ?? 0)),
      );
    });

    it('tells nobody of a loss, because there was nothing to lose', async () => {
      let lost = 0;
      bench.link.onConnectionLost = () => (lost += 1);
      bench.world.network.refuseDials('hub');
      bench.link.start();
      await bench.run(60_000);
      expect(lost).to.equal(0);
      expect(bench.of('link.lost')).to.deep.equal([]);
    });
  });

  describe('that is connected', () => {
    for (const [what, label, lose] of [
      ['is reset', 'reset', () => bench.server.visitor.reset()],
      ['ends without a close frame', 'fin', () => bench.server.visitor.socket.terminate()],
      ['is closed with 1000', 'peer_close', () => bench.server.visitor.socket.close(1000)],
      ['is closed without a code', 'peer_close', () => bench.server.visitor.socket.close()],
      ['is closed with 1001', 'peer_restart', () => bench.server.visitor.socket.close(1001)],
      ['is closed with 1012', 'peer_restart', () => bench.server.visitor.socket.close(1012)],
      ['is closed with 1011', 'peer_close', () => bench.server.visitor.socket.close(1011)],
      ['is closed with 4242', 'peer_close', () => bench.server.visitor.socket.close(4242)],
    ] as const) {
      it(`tells of its loss once when it ${what}, and dials again`, async () => {
        let lost = 0;
        bench.link.onConnectionLost = () => (lost += 1);
        await bench.connect();
        lose();
        await bench.run(LATENCY_MS);
        expect(lost).to.equal(1);
        expect(bench.link.status).to.equal('disconnected');
        await bench.run(60_000);
        expect(lost).to.equal(1);
        expect(bench.of('link.lost').map((each) => each.label)).to.deep.equal([label]);
        expect(bench.server.visitors).to.have.length(2);
        expect(bench.link.status).to.equal('connected');
      });
    }

    for (const [code, reason, label] of [
      [1013, '', 'busy'],
      [1013, 'New connection replacing this one.', 'replaced'],
      [1008, '', 'policy'],
    ] as const) {
      it(`waits 60 s after ${label}`, async () => {
        (await bench.connect()).socket.close(code, reason);
        await bench.run(1_000);
        expect(bench.of('link.lost').map((each) => each.label)).to.deep.equal([label]);
        expect(waits()).to.deep.equal([60_000]);
      });
    }

    it('waits the shortest again once it was up for 10 s, and not before', async () => {
      bench.link.start();
      for (const upMs of [9_000, 9_000, 9_999, 10_000]) {
        await bench.world.until(() => bench.link.status === 'connected');
        await bench.run(upMs - LATENCY_MS);
        bench.server.visitor.reset();
        await bench.run(LATENCY_MS);
      }
      expect(waits()).to.deep.equal([2_500, 4_500, 8_500, 2_500]);
    });

    it('waits the shortest after each connection where the seed’s rule is set', async () => {
      make({ settings: { backoffReset: 'connect' } }).link.start();
      for (let count = 0; count < 4; count++) {
        await bench.world.until(() => bench.link.status === 'connected');
        bench.server.visitor.reset();
        await bench.run(LATENCY_MS);
      }
      expect(waits()).to.deep.equal([2_500, 2_500, 2_500, 2_500]);
    });

    it('lets the end of an old connection change nothing for the one that is up', async () => {
      make({ settings: { backoffUnitMs: 100 } });
      const old = await bench.connect();
      // A close frame by hand, after which the server reads nothing and keeps its socket open.
      old.socket.pause();
      old.write(0x88, 2, 0x03, 0xf4);
      await bench.run(1_000);
      expect(bench.link.status).to.equal('connected');
      expect(bench.of('link.closed')).to.deep.equal([]);
      await bench.run(2_000);
      expect(bench.of('link.closed').map(({ connection }) => connection)).to.deep.equal(['c1']);
      expect(bench.link.status).to.equal('connected');
      expect(bench.link.connectionId).to.equal('c2');
      expect(bench.of('link.lost')).to.have.length(1);
    });

    it('pings every 30 s, the first time after 30 s, and lives on as it is answered', async () => {
      await bench.connect();
      await bench.run(3_600_000);
      const pings = bench.timesOf('heartbeat.sent');
      expect(pings).to.deep.equal(pings.map((_, n) => CONNECT_MS + HEARTBEAT_MS * (n + 1)));
      expect(pings).to.have.length(120);
      const rtts = bench.of('heartbeat.pong').map(({ rttMs }) => rttMs);
      expect(new Set(rtts)).to.deep.equal(new Set([2 * LATENCY_MS]));
      expect(bench.of('link.lost')).to.deep.equal([]);
    });

    it('cuts a link on which nothing comes in 10 s after a ping', async () => {
      await bench.connect();
      bench.world.network.path('hub', 'pi').silence();
      await bench.run(HEARTBEAT_MS + PONG_MS);
      expect(bench.of('link.lost').map(({ label }) => label)).to.deep.equal(['heartbeat_timeout']);
      expect(bench.timesOf('link.lost')).to.deep.equal([CONNECT_MS + HEARTBEAT_MS + PONG_MS]);
      expect(bench.timesOf('link.closed')).to.deep.equal(bench.timesOf('link.lost'));
    });

    it('takes any frame for life, where pongs do not come', async () => {
      const visitor = await bench.connect();
      visitor.socket.removeAllListeners('ping');
      (visitor.socket as unknown as { _autoPong: boolean })._autoPong = false;
      for (let second = 0; second < 120; second += 5) {
        visitor.play(Buffer.alloc(2));
        await bench.run(5_000);
      }
      expect(bench.of('heartbeat.pong')).to.deep.equal([]);
      expect(bench.link.status).to.equal('connected');
    });

    it('takes what it sends itself for no life', async () => {
      await bench.connect();
      bench.world.network.path('hub', 'pi').silence();
      for (let second = 0; second < 41; second++) {
        bench.link.sendAudio('s1', Buffer.alloc(320));
        await bench.run(1_000);
      }
      expect(bench.of('link.lost')).to.have.length(1);
    });

    it('does not ping on behalf of a connection that is over', async () => {
      (await bench.connect()).reset();
      await bench.run(HEARTBEAT_MS + 100);
      expect(bench.of('heartbeat.sent')).to.deep.equal([]);
    });
  });

  describe('that is asked to send', () => {
    const message = { type: 'hotword_detected', session: 's1' } as const;

    function results(): string[] {
      return [bench.link.sendMessage(message), bench.link.sendAudio('s1', Buffer.alloc(2))];
    }

    const NOT_SENT = ['not_connected', 'not_connected'];

    it('says that it was sent where the link is up, and the server gets it in order', async () => {
      const visitor = await bench.connect();
      expect(results()).to.deep.equal(['sent', 'sent']);
      await bench.run(LATENCY_MS);
      expect(visitor.order).to.deep.equal(['hotword_detected', 'audio']);
    });

    for (const [when, enter] of [
      ['before it is started', () => Promise.resolve()],
      ['while it dials', async () => bench.link.start()],
      [
        'before the welcome',
        async () => {
          bench.server.welcomes = false;
          await bench.connect();
        },
      ],
      [
        'while it waits',
        async () => {
          (await bench.connect()).reset();
          await bench.run(LATENCY_MS);
        },
      ],
      [
        'when the server has said good-bye',
        async () => {
          (await bench.connect()).write(0x88, 0);
          await bench.run(LATENCY_MS);
        },
      ],
      [
        'while it shuts down',
        async () => {
          await bench.connect();
          void bench.link.shutdown();
        },
      ],
      [
        'after it was shut down',
        async () => {
          await bench.connect();
          void bench.link.shutdown();
          await bench.run(1_000);
        },
      ],
    ] as const) {
      it(`says that it was not ${when}, throws nothing, and sends nothing later`, async () => {
        await enter();
        expect(results()).to.deep.equal(NOT_SENT);
        bench.link.pauseReading();
        bench.link.resumeReading();
        await bench.run(20_000);
        expect(bench.server.visitors.flatMap(({ order }) => order)).to.deep.equal([]);
        expect(bench.of('control.sent')).to.deep.equal([]);
      });
    }
  });

  describe('whose reading is paused', () => {
    it('gets nothing until it is resumed, and then all of it in order', async () => {
      const got: number[] = [];
      bench.link.onAudioReceived = ({ length }) => got.push(length);
      const visitor = await bench.connect();
      bench.link.pauseReading();
      for (const length of [2, 4, 6]) visitor.play(Buffer.alloc(length));
      await bench.run(5_000);
      expect(got).to.deep.equal([]);
      bench.link.resumeReading();
      await bench.run(1);
      expect(got).to.deep.equal([2, 4, 6]);
    });

    it('hears of a close when it is resumed', async () => {
      const visitor = await bench.connect();
      bench.link.pauseReading();
      visitor.socket.close(1012);
      await bench.run(1_000);
      bench.link.resumeReading();
      await bench.run(1);
      expect(bench.of('link.lost').map(({ label }) => label)).to.deep.equal(['peer_restart']);
    });

    it('does not pause the next connection', async () => {
      make({ settings: { backoffUnitMs: 10 } });
      const visitor = await bench.connect();
      bench.link.pauseReading();
      visitor.reset();
      bench.link.resumeReading();
      await bench.run(1_000);
      expect(bench.server.visitors).to.have.length(2);
      expect(bench.link.status).to.equal('connected');
    });
  });
});
