import { expect } from 'chai';

import { execFileSync } from 'node:child_process';
import path from 'node:path';

import type { HostPorts } from '../../src/sim/host';
import { scenario } from '../../src/sim/scenario';
import { simulate, SimulationError, type RunResult } from '../../src/sim/simulation';
import { alone, does, eventsOf, kindsOf, run } from './runs';

/** A story in which much happens, so that much could differ. */
const eventful = scenario({
  name: 'eventful',
  story: 'A question, a reset, a kill, an outage, and a button.',
  acts: [
    { at: '5 s', says: 'hey-jarvis-what-time-is-it' },
    { at: '50 s', presses: 'button' },
  ],
  faults: [
    { at: '8 s', kind: 'reset' },
    { at: '20 s', kind: 'kill', host: 'server', for: '5 s' },
    { at: '40 s', kind: 'outage', for: '2 s' },
  ],
  lasts: '90 s',
});

async function thrownBy(running: Promise<RunResult>): Promise<unknown> {
  return running.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** The hash of the eventful story in a process of its own. */
function hashElsewhere(): string {
  const code = `
    const { simulate } = require('./src/sim/simulation');
    const running = simulate(${JSON.stringify(eventful)}, { seed: 1 });
    running.then(({ hash }) => process.stdout.write(hash));
  `;
  const args = ['-r', 'ts-node/register/transpile-only', '-e', code];
  return execFileSync(process.execPath, args, { cwd: path.join(__dirname, '..', '..') }).toString();
}

describe('simulate', () => {
  it('gives what a report needs', async () => {
    const result = await simulate(eventful, { seed: 7 });
    expect(result).to.include({
      scenario: 'eventful',
      story: eventful.story,
      seed: 7,
      passed: true,
    });
    expect(result.failures).to.deep.equal([]);
    expect(result.hash).to.match(/^[0-9a-f]{64}$/);
    expect(result.events).to.be.greaterThan(500);
    expect(result.virtualMs).to.be.within(150_000, 160_000);
    expect(result.invariants).to.include({ S1: 'held', S7: 'held', L1: 'held', L4: 'held' });
    expect(Object.values(result.invariants)).to.not.include('broken');
    expect(result.measurements.map(({ name }) => name)).to.include.members(['backoff', 'shutdown']);
    expect([...result.heard.keys()]).to.deep.equal(['server', 'pi']);
    expect(result.crashes).to.deep.equal([]);
  });

  it('begins with the run and goes through its phases in order', async () => {
    const result = await run({ lasts: '1 s' });
    expect(result.lastEvents[0]).to.include({ type: 'run.started', scenario: 'a-test', seed: 1 });
    const phases = eventsOf(result, 'world', 'phase.changed').map(({ phase }) => phase);
    expect(phases).to.deep.equal(['safety', 'liveness', 'shutdown', 'afterwards']);
  });

  it('keeps as many of the last events as it is told', async () => {
    const { events, lastEvents } = await simulate(eventful, { seed: 1, keepEvents: 20 });
    expect(lastEvents).to.have.length(20);
    expect(lastEvents.at(-1)?.seq).to.equal(events);
  });

  it('tells how far it is', async () => {
    const told: number[] = [];
    const acts = Array.from({ length: 400 }, (_, index) => ({
      at: `${10 + index / 10} s` as const,
      presses: 'button' as const,
    }));
    await run({ acts }, { onProgress: (virtualMs) => told.push(virtualMs) });
    expect(told).to.deep.equal([...told].sort((a, b) => a - b));
  });

  describe('refuses', () => {
    it('a seed that is no whole number', async () => {
      for (const seed of [0.5, NaN, Infinity, 2 ** 53]) {
        const error = await thrownBy(simulate(eventful, { seed }));
        expect(error, String(seed))
          .to.be.instanceOf(SimulationError)
          .with.property('code', 'SIM_SEED');
      }
    });

    it('a second run at a time, and runs again after the first', async () => {
      const first = run({ lasts: '1 s' });
      const error = await thrownBy(run({ lasts: '1 s' }));
      expect(error).to.be.instanceOf(SimulationError).with.property('code', 'SIM_BUSY');
      expect((await first).passed).to.equal(true);
      expect((await run({ lasts: '1 s' })).passed).to.equal(true);
    });

    it('no seed because it is odd', async () => {
      for (const seed of [0, -1, Number.MAX_SAFE_INTEGER]) {
        expect((await run({ lasts: '5 s' }, { seed })).passed, String(seed)).to.equal(true);
      }
    });
  });

  describe('is deterministic:', () => {
    it('one seed, one hash, whatever else ran in this process', async () => {
      const { hash } = await simulate(eventful, { seed: 1 });
      await run({ acts: [{ at: '5 s', says: 'hey-jarvis-what-time-is-it' }] }, { seed: 99 });
      expect((await simulate(eventful, { seed: 1 })).hash).to.equal(hash);
      await alone(() => {
        throw new Error('planted');
      });
      expect((await simulate(eventful, { seed: 1 })).hash).to.equal(hash);
    });

    it('another seed, another hash', async () => {
      const hashes = new Set<string>();
      for (let seed = 1; seed <= 5; seed += 1)
        hashes.add((await simulate(eventful, { seed })).hash);
      expect(hashes.size).to.equal(5);
    });

    it('watching it changes nothing', async () => {
      const { hash } = await simulate(eventful, { seed: 1 });
      const watched = { seed: 1, keepEvents: 1, onProgress: () => undefined };
      expect((await simulate(eventful, watched)).hash).to.equal(hash);
    });

    it('one hash in two processes', async function () {
      this.timeout(20_000);
      expect(hashElsewhere()).to.equal((await simulate(eventful, { seed: 1 })).hash);
    });
  });

  describe('says what is wrong:', () => {
    it('an expectation that fails, with what was seen, when, and what came before', async () => {
      const that = 'the link is never lost';
      const of = { type: 'link.lost', host: 'pi' };
      const result = await run({
        faults: [{ at: '20 s', kind: 'reset' }],
        expect: [{ that, check: 'count', of, atMost: 0 }],
      });
      expect(result).to.include({ passed: false, seed: 1 });
      const [failure] = result.failures;
      expect(failure).to.include({
        kind: 'expectation',
        claim: that,
        expected: 'at most 0',
        seen: '1',
      });
      expect(failure?.atMs).to.equal(20_000);
      expect(failure?.before.map(({ type }) => type)).to.include('link.lost');
      expect(failure?.before.every(({ atMs }) => atMs <= 20_000)).to.equal(true);
    });

    it('what is still pending when everything is healed', async () => {
      const stubborn = ({ events }: HostPorts): void => {
        events.emit({ type: 'link.dialing', connection: 'c1', attempt: 0 });
      };
      const result = await run({ lasts: '5 s' }, { programs: { pi: does(stubborn) } });
      expect(kindsOf(result)).to.include.members(['L1', 'L3']);
      const slow = { engine: { closesAfter: '10 min' } } as const;
      const settings = { engineCloseTimeoutMs: 1_000_000 };
      const leaks = await run({
        hosts: { server: { program: 'server', ...slow, settings }, pi: { program: 'client' } },
        acts: [
          { at: '5 s', presses: 'button' },
          { at: '6 s', presses: 'button' },
        ],
        lasts: '7 s',
      });
      expect(kindsOf(leaks)).to.include('S12');
    });

    it('a liveness that never comes, by what is missing', async () => {
      const halfDeaf = ({ clock, events }: HostPorts): void => {
        events.emit({ type: 'link.dialing', connection: 'c1', attempt: 0 });
        const again = (): void => {
          const session = String(clock.now());
          events.emit({ type: 'session.requested', session, trigger: 'button' });
          events.emit({ type: 'session.started', session, connection: 'c1' });
          events.emit({ type: 'session.ended', session, reason: 'user' });
          clock.setTimeout(again, 900);
        };
        clock.setTimeout(again, 900);
      };
      const hosts = { pi: { program: 'peer', does: { behaviour: 'never_answers' } } } as const;
      const result = await run({ hosts, lasts: '5 s' }, { programs: { pi: does(halfDeaf) } });
      const pending = result.failures.find(({ kind }) => kind === 'liveness');
      expect(pending?.seen).to.match(/^pi: the session ended at \d+ ms/);
      expect(pending?.atMs).to.equal(155_000);
    });

    it('a world that goes in circles within an instant', async () => {
      const circle = ({ sockets }: HostPorts): void => {
        void sockets.listen({ host: '::', port: 1 }, ({ stream }) => stream.pipe(stream));
        const stream = sockets.connect({ host: 'server', port: 1, tls: false });
        stream.on('data', (bytes) => stream.write(bytes));
        stream.write('round and round');
      };
      const result = await alone(circle, { latency: '0 ms' });
      const stuck = result.failures.find(({ kind }) => kind === 'stuck');
      expect(stuck?.seen).to.contain('Time stands still at 0 ms').and.to.contain("'server'");
    });

    it('only the first breach of an invariant, which tells the story', async () => {
      const twice = ({ clock, events }: HostPorts): void => {
        for (const atMs of [1_000, 2_000]) {
          clock.setTimeout(() => {
            events.emit({ type: 'audio.sent', connection: 'c1', session: `s${atMs}`, bytes: 2 });
          }, atMs);
        }
        events.emit({ type: 'state.changed', machine: 'client', from: 'a', to: 'b', cause: 'c' });
      };
      const hosts = { pi: { program: 'peer', does: { behaviour: 'never_answers' } } } as const;
      const result = await run({ hosts }, { programs: { pi: does(twice) } });
      const breaches = result.failures.filter(({ kind }) => kind === 'S7');
      expect(breaches.map(({ atMs }) => atMs)).to.deep.equal([1_000]);
      expect(result.invariants['S7']).to.equal('broken');
    });
  });
});
