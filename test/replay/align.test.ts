import { expect } from 'chai';

import type { Journal } from '../../src/journal/field-record';
import { align, type Aligned } from '../../src/replay/align';
import type { ScenarioInput } from '../../src/sim/scenario';
import { journalsOf, type Journals } from './journals';

const YEARS_MS = 3 * 365 * 86_400_000;
const MINUTES_MS = 180_000;

/** Three connections, a session on the second, a server that is killed. */
const STORY: Partial<ScenarioInput> = {
  acts: [{ at: '30 s', says: 'hey-jarvis-what-time-is-it' }],
  faults: [
    { at: '10 s', kind: 'reset' },
    { at: '100 s', kind: 'kill', host: 'server', for: '20 s' },
  ],
};

/** What the clock of a server would have shown that is ahead, and too fast. */
function skewed(server: Journal, byMs: number, ppm: number): Journal {
  const lines = server.lines.map((line) => ({
    ...line,
    atMs: line.atMs * (1 + ppm / 1e6) + byMs,
    wallMs: line.wallMs + byMs,
  }));
  return { ...server, lines };
}

/** By how much each line of the server is from where it was in the run. */
function offOf({ record }: Aligned, { client, server }: Journals): number[] {
  const zeroMs = client.lines[0]?.atMs ?? 0;
  return record.events
    .filter(({ host }) => host === record.server)
    .map(({ atMs }, place) => Math.abs(atMs - (server.lines[place]?.atMs ?? NaN) + zeroMs));
}

/** By how much each connection was accepted too early for its dial, or too late for its welcome. */
function contradictions({ record: { events } }: Aligned): number[] {
  return events.flatMap((event) => {
    if (event.type !== 'link.connected') return [];
    const { connection, peerConnection } = event;
    const dialled = events.findLast(
      (each) =>
        each.type === 'link.dialing' && each.connection === connection && each.atMs <= event.atMs,
    );
    const accepted = events.find(
      (each) => each.type === 'link.accepted' && each.connection === peerConnection,
    );
    if (dialled === undefined || accepted === undefined) return [Infinity];
    return [Math.max(dialled.atMs - accepted.atMs, accepted.atMs - event.atMs)];
  });
}

describe('the time line of a replay', () => {
  for (const byMs of [0, YEARS_MS, -YEARS_MS]) {
    it(`has the server's lines where they were, its clock ${byMs} ms ahead`, async () => {
      const journals = await journalsOf(STORY);
      const { client, server } = journals;
      const aligned = align({ client, server: skewed(server, byMs, 0) });
      const offMs = offOf(aligned, journals);
      expect(offMs).to.have.length(server.lines.length);
      // Years in doubles leave some microseconds.
      expect(Math.max(...offMs)).to.be.below(0.1);
    });
  }

  for (const ppm of [200, -200]) {
    it(`is off by no more than a drift of ${ppm} ppm, no effect before its cause`, async () => {
      const journals = await journalsOf(STORY);
      const { client, server } = journals;
      const aligned = align({ client, server: skewed(server, YEARS_MS, ppm) });
      expect(Math.max(...offOf(aligned, journals))).to.be.below((MINUTES_MS * 200) / 1e6);
      expect(contradictions(aligned)).to.have.length(3);
      expect(Math.max(...contradictions(aligned))).to.be.at.most(0);
    });
  }

  it('is that of the client alone, where the server has told nothing', async () => {
    const { client } = await journalsOf(STORY);
    const { record } = align({ client });
    expect(record.events.map(({ host }) => host)).to.deep.equal(client.lines.map(() => 'pi'));
    expect(record.server).to.equal(undefined);
  });

  it('knows TLS by how long dials take beside pings', async () => {
    const tls = {
      hosts: { server: { program: 'server' }, pi: { program: 'client', tls: true } },
      faults: [{ at: '100 s', kind: 'reset' }],
    } as const;
    expect(align(await journalsOf({ ...STORY, faults: tls.faults } as never)).trips).to.equal(4);
    expect(align(await journalsOf({ ...STORY, ...tls } as never)).trips).to.equal(6);
  });

  it('tells a client that slept from one whose time of day was set', async () => {
    const [sleeps, steps] = [
      { at: '20 s', kind: 'suspend', host: 'pi', for: '80 s' },
      { at: '20 s', kind: 'wall_step', host: 'pi', by: 80_000 },
    ] as const;
    const slept = await journalsOf({ faults: [sleeps] });
    const set = await journalsOf({ faults: [steps] });
    expect(align(slept).sleptAtMs.size).to.equal(1);
    expect(align(set).sleptAtMs.size).to.equal(0);
  });

  it('begins a program with its first deed, however long it loads', async () => {
    const { client } = await journalsOf(STORY);
    const [started, ...rest] = client.lines as [Journal['lines'][number], ...Journal['lines']];
    const loading = { ...started, atMs: started.atMs - 7_000 };
    const slow: Journal = { ...client, lines: [loading, ...rest] };
    const events = align({ client: slow }).record.events;
    const dialled = events.find(({ type }) => type === 'link.dialing');
    expect(events[0]?.type).to.equal('host.started');
    expect(events[0]?.atMs).to.equal(dialled?.atMs);
  });
});
