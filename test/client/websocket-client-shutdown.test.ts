import { expect } from 'chai';

import { CONNECT_MS, LATENCY_MS, LinkBench, type BenchOptions } from './bench';

const NOTHING = { timers: 0, sockets: 0, dials: 0 };
const CLOSE_MS = 2_000;

describe('WebSocketClient that is shut down', () => {
  let bench: LinkBench;

  function make(options?: BenchOptions): LinkBench {
    bench = new LinkBench(options);
    return bench;
  }

  /** Shuts down, and tells after how many milliseconds that was done; nothing may be left then. */
  async function shutdown(): Promise<number> {
    const startMs = bench.clock.now();
    let doneMs = -1;
    const stopped = bench.link.shutdown().then(() => {
      doneMs = bench.clock.now();
      expect(bench.holdings()).to.deep.equal(NOTHING);
    });
    await bench.run(10_000);
    await stopped;
    return doneMs - startMs;
  }

  beforeEach(() => make());

  // `over` sees to it that nothing happens in the two minutes afterwards.
  afterEach(async () => bench.over());

  it('before it was started is done at once, and never dials', async () => {
    expect(await shutdown()).to.equal(0);
    bench.link.start();
    await bench.run(1_000);
    expect(bench.events).to.deep.equal([]);
  });

  for (const [when, enter] of [
    ['in the turn in which it was started', () => bench.link.start()],
    [
      'while the name is resolved',
      async () => {
        bench.link.start();
        await Promise.resolve();
      },
    ],
    [
      'while the dial is under way',
      async () => {
        bench.link.start();
        await bench.run(LATENCY_MS);
      },
    ],
    [
      'while the dial is never answered',
      async () => {
        bench.world.network.path('pi', 'hub').loseDials();
        bench.link.start();
        await bench.run(5_000);
      },
    ],
    [
      'while the upgrade is under way',
      async () => {
        bench.link.start();
        await bench.run(2 * LATENCY_MS);
      },
    ],
    [
      'while the upgrade is never answered',
      async () => {
        bench.server.answer = (stream) => void stream.resume();
        bench.link.start();
        await bench.run(5_000);
      },
    ],
    [
      'while it waits to dial',
      async () => {
        bench.world.network.refuseDials('hub');
        bench.link.start();
        await bench.run(1_000);
      },
    ],
    [
      'after it was refused with a status',
      async () => {
        bench.server.answer = (stream) => stream.end('HTTP/1.1 503 No\r\n\r\n');
        bench.link.start();
        await bench.run(100);
      },
    ],
  ] as const) {
    it(`${when} is done at once, and tells nobody of a loss`, async () => {
      let told = 0;
      bench.link.onConnected = () => (told += 1);
      bench.link.onConnectionLost = () => (told += 1);
      await enter();
      expect(await shutdown()).to.equal(0);
      expect(told).to.equal(0);
      expect(bench.link.status).to.equal('disconnected');
    });
  }

  for (const [when, welcomes] of [
    ['before the welcome', false],
    ['while connected', true],
  ] as const) {
    it(`${when} says good-bye with 1000, and tells nobody of a loss`, async () => {
      let lost = 0;
      bench.link.onConnectionLost = () => (lost += 1);
      bench.server.welcomes = welcomes;
      const visitor = await bench.connect();
      expect(await shutdown()).to.be.at.most(4 * LATENCY_MS);
      expect(visitor.closeCode).to.equal(1000);
      expect(lost).to.equal(0);
    });
  }

  it('sends what it was given to send before the close frame', async () => {
    const visitor = await bench.connect();
    bench.link.sendMessage({ type: 'session_end', session: 's1', reason: 'shutdown' });
    await shutdown();
    expect(visitor.types).to.deep.equal(['session_end']);
    expect(visitor.closeCode).to.equal(1000);
  });

  it('takes 2 s where the server does not answer the close frame', async () => {
    (await bench.connect()).socket.pause();
    expect(await shutdown()).to.equal(CLOSE_MS);
  });

  it('takes 2 s over a dead link', async () => {
    await bench.connect();
    bench.world.network.path('pi', 'hub').silence();
    bench.world.network.path('hub', 'pi').silence();
    expect(await shutdown()).to.equal(CLOSE_MS);
  });

  it('takes 2 s where the server says on and on, and none of it is told', async () => {
    const visitor = await bench.connect();
    visitor.socket.close = () => undefined;
    let told = 0;
    bench.link.onControlMessageReceived = () => (told += 1);
    bench.link.onAudioReceived = () => (told += 1);
    const { length } = bench.events;
    const stopped = bench.link.shutdown();
    for (let count = 0; count < 100; count++) {
      visitor.say({ type: 'session_end' });
      visitor.play(Buffer.alloc(2));
      await bench.run(10);
    }
    await bench.run(CLOSE_MS);
    await stopped;
    expect(told).to.equal(0);
    const later = bench.events.slice(length).map(({ type }) => type);
    expect(later).to.have.members(['link.lost', 'link.closing', 'state.changed', 'link.closed']);
  });

  it('while reading is paused closes all the same', async () => {
    const visitor = await bench.connect();
    bench.link.pauseReading();
    visitor.play(Buffer.alloc(1_000_000));
    await bench.run(100);
    expect(await shutdown()).to.be.at.most(100);
    expect(visitor.closeCode).to.equal(1000);
  });

  it('waits for a connection that is lost, and whose socket still closes', async () => {
    const visitor = await bench.connect();
    visitor.socket.pause();
    visitor.write(0x88, 2, 0x03, 0xf4);
    await bench.run(LATENCY_MS + 500);
    expect(bench.link.status).to.equal('disconnected');
    expect(await shutdown()).to.equal(CLOSE_MS - 500);
  });

  it('after a wrong frame waits for the socket to close', async () => {
    const visitor = await bench.connect();
    visitor.socket.pause();
    visitor.write(0x83, 0);
    await bench.run(LATENCY_MS);
    expect(await shutdown()).to.equal(CLOSE_MS);
  });

  it('may be shut down again, before and after it is done', async () => {
    await bench.connect();
    const first = bench.link.shutdown();
    expect(bench.link.shutdown()).to.equal(first);
    await bench.run(1_000);
    await first;
    await bench.link.shutdown();
    expect(bench.of('link.closing')).to.have.length(1);
  });

  it('cannot be started again', async () => {
    await bench.connect();
    await shutdown();
    bench.link.start();
    await bench.run(10_000);
    expect(bench.of('link.dialing')).to.have.length(1);
  });

  describe('by a listener', () => {
    for (const [listener, cause] of [
      ['onConnected', () => undefined],
      ['onConnectionLost', () => bench.server.visitor.reset()],
      ['onControlMessageReceived', () => bench.server.visitor.say({ type: 'session_end' })],
      ['onAudioReceived', () => bench.server.visitor.play(Buffer.alloc(2))],
    ] as const) {
      for (const protocol of ['tars.v2', 'base'] as const) {
        it(`${listener} (${protocol}) leaves nothing behind`, async () => {
          make({ protocol });
          let calls = 0;
          let stopped: Promise<void> | undefined;
          bench.link[listener] = () => {
            calls += 1;
            stopped = bench.link.shutdown();
          };
          await bench.connect();
          cause();
          await bench.run(1_000);
          await stopped;
          expect(calls).to.equal(1);
          expect(bench.holdings()).to.deep.equal(NOTHING);
          expect(bench.of('callback.threw')).to.deep.equal([]);
        });
      }
    }
  });
});

describe('WebSocketClient with listeners that fail', () => {
  let bench: LinkBench;

  beforeEach(() => {
    bench = new LinkBench();
  });

  afterEach(async () => bench.over());

  for (const [how, fail] of [
    [
      'throw',
      () => {
        throw new Error('a listener');
      },
    ],
    [
      'reject',
      async () => {
        throw new Error('a listener');
      },
    ],
  ] as const) {
    it(`names those that ${how}, and connects again and again`, async () => {
      const { link } = bench;
      link.onConnected = fail as () => void;
      link.onConnectionLost = fail as () => void;
      link.onControlMessageReceived = fail as () => void;
      link.onAudioReceived = fail as () => void;
      const visitor = await bench.connect();
      visitor.say({ type: 'session_end' });
      visitor.play(Buffer.alloc(2));
      visitor.socket.close(1012);
      await bench.run(60_000);
      expect(bench.of('callback.threw').map(({ callback }) => callback)).to.deep.equal([
        'onConnected',
        'onControlMessageReceived',
        'onAudioReceived',
        'onConnectionLost',
        'onConnected',
      ]);
      expect(link.status).to.equal('connected');
    });
  }

  it('pings on, though the listener of the connection threw', async () => {
    bench.link.onConnected = () => {
      throw new Error('a listener');
    };
    await bench.connect();
    await bench.run(30_000);
    expect(bench.timesOf('heartbeat.sent')).to.deep.equal([CONNECT_MS + 30_000]);
  });
});
