import { expect } from 'chai';

import crypto from 'node:crypto';
import { stat } from 'node:fs';
import net from 'node:net';

import type { HostPorts } from '../../src/sim/host';
import type { RunResult } from '../../src/sim/simulation';
import { alone, eventsOf, kindsOf, run } from './runs';

/** Kept from before any run, as a library might. */
const keptSetTimeout = setTimeout;
const keptSetImmediate = setImmediate;

/** Ways to reach past a port, by the name under which each is caught. */
const EFFECTS: Readonly<Record<string, () => unknown>> = {
  'Date.now': () => Date.now(),
  'new Date()': () => new Date(),
  'Date()': () => Date(),
  'Math.random': () => Math.random(),
  'performance.now': () => performance.now(),
  'process.hrtime': () => process.hrtime(),
  'process.hrtime.bigint': () => process.hrtime.bigint(),
  'process.uptime': () => process.uptime(),
  setTimeout: () => setTimeout(() => undefined, 5),
  setInterval: () => setInterval(() => undefined, 5),
  setImmediate: () => setImmediate(() => undefined),
  'crypto.randomBytes': () => crypto.randomBytes(4),
  'crypto.randomFillSync': () => crypto.randomFillSync(Buffer.alloc(4)),
  'crypto.randomInt': () => crypto.randomInt(9),
  'crypto.randomUUID': () => crypto.randomUUID(),
  'crypto.getRandomValues': () => globalThis.crypto.getRandomValues(new Uint8Array(4)),
  fetch: () => fetch('http://nowhere'),
  'async resource Timeout': () => keptSetTimeout(() => undefined, 1),
  'async resource Immediate': () => keptSetImmediate(() => undefined),
  // One request, because what follows from a read would spring the trap of the next run.
  'async resource FSREQCALLBACK': () => stat(__filename, () => undefined),
  'async resource TCPWRAP': () => net.connect(1, '127.0.0.1').on('error', () => undefined),
};

/** A run in which a program does this, and goes on whatever comes of it. */
function reaching(effect: () => unknown): Promise<RunResult> {
  return alone(() => {
    try {
      effect();
    } catch {
      // What is not available throws.
    }
  });
}

describe('the trap', () => {
  for (const [name, effect] of Object.entries(EFFECTS)) {
    it(`catches ${name}, with its site`, async () => {
      const result = await reaching(effect);
      const sprung = eventsOf(result, 'server', 'trap.sprung').map(({ site, what }) => [
        what,
        site,
      ]);
      const named = sprung.filter(([what]) => what === name);
      expect(named, JSON.stringify(sprung)).to.not.deep.equal([]);
      expect(named[0]?.[1]).to.match(/^test\/sim\/trap\.test\.ts:\d+:\d+$/);
      expect(result.passed).to.equal(false);
      const failure = result.failures.find(({ kind }) => kind === 'S15');
      expect(failure).to.include({ host: 'server' });
      expect(failure?.seen).to.contain(' at test/sim/trap.test.ts:');
    });
  }

  it('answers from the virtual world, so that the run stays the same', async () => {
    const answers: unknown[][] = [];
    const draw = (): Promise<RunResult> =>
      alone((ports) => {
        ports.clock.setTimeout(() => {
          const uuid = globalThis.crypto.randomUUID();
          const bytes = crypto.randomFillSync(Buffer.alloc(4)).toString('hex');
          answers.push([Date.now(), Math.random(), Date(), uuid, bytes, performance.now()]);
        }, 1_500);
      });
    const hashes = [(await draw()).hash, (await draw()).hash];
    expect(answers[0]).to.deep.equal(answers[1]);
    expect(answers[0]?.[0]).to.equal(Date.UTC(2026, 0, 1) + 1_500);
    expect(hashes[0]).to.equal(hashes[1]);
  });

  it('lets dates be made of what is given, and be dates', async () => {
    const made: unknown[] = [];
    const result = await alone(() => {
      const date = new Date(5);
      made.push(date.getTime(), date instanceof Date, Date.UTC(1970, 0, 1), Date.parse('1970'));
    });
    expect(made).to.deep.equal([5, true, 0, 0]);
    expect(result.failures).to.deep.equal([]);
  });

  it('runs a timer of the program in virtual time, on its host', async () => {
    const at: number[] = [];
    await alone((ports) => {
      setTimeout((word: string) => at.push(ports.clock.now(), word.length), 250, 'four');
      const cleared = setTimeout(() => at.push(-1), 100);
      clearTimeout(cleared);
    });
    expect(at).to.deep.equal([250, 4]);
  });

  it('lets through the timer that ws sets in close(), and charges it to its host', async () => {
    const faults = [{ at: '5 s', kind: 'silence' }] as const;
    const acts = [
      { at: '10 s', stops: 'program' },
      { at: '11 s', inspects: 'holdings' },
      { at: '11 s', on: 'server', inspects: 'holdings' },
    ] as const;
    const result = await run({ acts: [...acts], faults: [...faults] });
    expect(result.failures).to.deep.equal([]);
    const timersOf = (host: string): unknown => eventsOf(result, host, 'host.inspected')[0]?.timers;
    // The client's own timer for the goodbye, and the library's; the server's next ping.
    expect([timersOf('pi'), timersOf('server')]).to.deep.equal([2, 1]);
  });

  describe('puts everything back', () => {
    const world = (): readonly unknown[] => [
      ...[Date, setTimeout, setInterval, setImmediate, clearTimeout, fetch, Math.random],
      ...[performance.now, process.hrtime, process.uptime, crypto.randomUUID, crypto.randomBytes],
      globalThis.crypto.getRandomValues,
      process.listeners('uncaughtException').length,
      process.listeners('unhandledRejection').length,
    ];

    it('after a run', async () => {
      const before = world();
      await run({ lasts: '1 s' });
      expect(world()).to.deep.equal(before);
      expect(Object.hasOwn(performance, 'now')).to.equal(false);
    });

    it('after a crash', async () => {
      const before = world();
      const result = await alone(() => {
        throw new Error('planted');
      });
      expect(kindsOf(result)).to.include('S14');
      expect(world()).to.deep.equal(before);
    });

    it('after a run that got stuck', async () => {
      const before = world();
      const circle = (ports: HostPorts): void => {
        void ports.sockets.listen({ host: '::', port: 1 }, ({ stream }) => stream.pipe(stream));
        const stream = ports.sockets.connect({ host: 'server', port: 1, tls: false });
        stream.on('data', (bytes) => stream.write(bytes));
        stream.write('round and round');
      };
      const result = await alone(circle, { latency: '0 ms' });
      expect(kindsOf(result)).to.include('stuck');
      expect(world()).to.deep.equal(before);
    });
  });
});
