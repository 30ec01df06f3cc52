import { expect } from 'chai';

import { isDurable, type EventOf, type EventType, type RecordedEvent } from '../../src/events';
import { journalOf } from '../../src/sim/journal-of';
import type { FaultInput } from '../../src/sim/network-faults';
import { run } from './runs';

async function journal(...faults: readonly FaultInput[]): Promise<readonly RecordedEvent[]> {
  const { lastEvents } = await run({ faults: [...faults], lasts: '100 s' });
  return journalOf(lastEvents, 'pi');
}

function timesOf(lines: readonly RecordedEvent[], type: EventType): readonly number[] {
  return lines.filter((line) => line.type === type).map(({ atMs }) => atMs);
}

function only<Type extends EventType>(lines: readonly RecordedEvent[], type: Type) {
  return lines.filter((line) => line.type === type) as unknown as readonly EventOf<Type>[];
}

describe('the journal of a host', () => {
  it('has its durable events, in order, and nothing that only a simulator knows', async () => {
    const lines = await journal();
    expect(lines.map(({ seq }) => seq)).to.deep.equal(lines.map((_, index) => index + 1));
    expect(lines.every(({ host, type }) => host === 'pi' && isDurable(type))).to.equal(true);
    expect(lines.some((line) => 'step' in line)).to.equal(false);
    expect(lines[0]).to.include({ type: 'host.started', machine: 'm1', version: 1 });
  });

  it('tells of a stall and of a step of the time of day', async () => {
    const lines = await journal(
      { at: '20 s', kind: 'pause', host: 'pi', for: '8 s' },
      { at: '50 s', kind: 'wall_step', host: 'pi', by: -5_000 },
    );
    expect(only(lines, 'loop.stalled').map(({ atMs, ms }) => [atMs, ms])).to.deep.equal([
      [28_000, 8_000],
    ]);
    expect(only(lines, 'clock.stepped').map(({ byMs }) => byMs)).to.deep.equal([-5_000]);
  });

  it('is on a time that stands still while the machine sleeps', async () => {
    const asleep = { at: '20 s', kind: 'suspend', host: 'pi', for: '30 s' } as const;
    const lines = await journal(asleep);
    expect(timesOf(lines, 'loop.stalled')).to.deep.equal([]);
    expect(only(lines, 'clock.stepped').map(({ atMs, byMs }) => [atMs, byMs])).to.deep.equal([
      [20_000, 30_000],
    ]);
    expect(lines.at(-1)?.wallMs).to.be.greaterThan((lines.at(-1)?.atMs ?? 0) + 30_000);
  });

  it('begins its time anew with the power, and lacks the last second before the cut', async () => {
    const lines = await journal(
      { at: '19.5 s', kind: 'reset' },
      { at: '20 s', kind: 'power_loss', host: 'pi', for: '5 s' },
    );
    expect(only(lines, 'host.started').map(({ atMs, machine }) => [atMs, machine])).to.deep.equal([
      [0, 'm1'],
      [0, 'm2'],
    ]);
    expect(only(lines, 'link.lost').some(({ label }) => label === 'reset')).to.equal(false);
  });

  it('keeps all of a life that is followed by one of less than a second', async () => {
    const lines = await journal(
      { at: '20 s', kind: 'power_loss', host: 'pi', for: '5 s' },
      { at: '25.5 s', kind: 'power_loss', host: 'pi', for: '5 s' },
    );
    expect(only(lines, 'host.started').map(({ machine }) => machine)).to.deep.equal(['m1', 'm3']);
    expect(only(lines, 'link.connected')).to.have.length(2);
  });

  for (const [how, fault] of [
    ['is cut while nobody speaks', { at: '14 s', kind: 'reset' }],
    ['is cut in a session', { at: '17 s', kind: 'reset' }],
    ['is cut in an answer', { at: '18.5 s', kind: 'reset' }],
    ['falls silent while nobody speaks', { at: '14 s', kind: 'silence' }],
    ['falls silent in a session', { at: '17 s', kind: 'silence' }],
  ] as const) {
    it(`has 12 lines at most for a connection that ${how}, and the next one`, async () => {
      const acts = [{ at: '15 s', says: 'hey-jarvis-what-time-is-it' }] as const;
      const { lastEvents } = await run({ acts: [...acts], faults: [fault], lasts: '70 s' });
      for (const host of ['pi', 'server']) {
        const types = journalOf(lastEvents, host).map(({ type }) => type);
        const lostAt = types.findIndex((type) => /^(heartbeat.timeout|link.lost)$/.test(type));
        const backAt = types.findLastIndex((type) => /^link.(accepted|connected)$/.test(type));
        // What comes right after it belongs to it: the state of the link, or the welcome.
        expect(backAt - lostAt + 2, host).to.be.within(3, 12);
      }
    });
  }

  it('keeps one time over several lives with the power on', async () => {
    const lines = await journal({ at: '20 s', kind: 'kill', host: 'pi', for: '5 s' });
    expect(timesOf(lines, 'host.started')).to.deep.equal([0, 25_000]);
  });

  it('goes on with a program that is started while its machine would sleep', async () => {
    const lines = await journal(
      { at: '20 s', kind: 'suspend', host: 'pi', for: '60 s' },
      { at: '30 s', kind: 'kill', host: 'pi', for: '5 s' },
    );
    const starts = timesOf(lines, 'host.started');
    expect(starts).to.deep.equal([0, 20_000]);
    expect(timesOf(lines, 'host.stopped')[0]).to.be.greaterThan(85_000);
  });
});
