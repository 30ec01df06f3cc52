import { expect } from 'chai';

import type { FaultInput } from '../../src/sim/network-faults';
import type { Quantity, RecoveryRow } from '../../src/sim/recovery-tally';
import { run } from './runs';

/** What a client without a session goes through with one fault, by quantity. */
async function after(fault: FaultInput, lasts: `${number} s` = '120 s') {
  const { passed, recovery } = await run({ faults: [fault], lasts });
  expect(passed).to.equal(true);
  expect([...new Set(recovery.map((row) => row.fault))]).to.deep.equal([fault.kind]);
  return Object.fromEntries(recovery.map((row) => [row.quantity, row])) as Partial<
    Record<Quantity, RecoveryRow>
  >;
}

const LATENCY_MS = 20;

describe('the recovery of a run', () => {
  it('notices a reset as soon as it arrives, and redials after the first wait', async () => {
    const measured = await after({ at: '30 s', kind: 'reset' });
    expect(measured.dead_until_noticed?.maxMs).to.be.at.most(LATENCY_MS);
    expect(measured.noticed_until_connected?.maxMs).to.be.within(2_000, 3_000 + 10 * LATENCY_MS);
    expect(measured.connected_until_listening).to.include({ count: 1, maxMs: 0 });
  });

  it('notices a half-open link by its heartbeat: within 40 s, and no sooner than 10', async () => {
    const measured = await after({ at: '35 s', kind: 'silence' });
    expect(measured.dead_until_noticed?.maxMs).to.be.within(10_000, 40_000);
    expect(measured.clear_until_connected?.maxMs).to.be.below(4_000);
  });

  it('is back within a minute of a server that was down for five', async () => {
    const fault = { at: '30 s', kind: 'power_loss', host: 'server', for: '5 min' } as const;
    const measured = await after(fault, '400 s');
    expect(measured.dead_until_noticed?.maxMs).to.be.at.most(40_000);
    expect(measured.noticed_until_connected?.maxMs).to.be.within(260_000, 360_000);
    expect(measured.clear_until_connected?.maxMs).to.be.at.most(60_000);
  });

  it('counts a Pi without power from when it is up again', async () => {
    const measured = await after({ at: '30 s', kind: 'power_loss', host: 'pi', for: '50 s' });
    expect(measured).to.not.have.property('dead_until_noticed');
    expect(measured.noticed_until_connected?.maxMs).to.be.at.most(10 * LATENCY_MS);
  });

  it('is nothing without a loss', async () => {
    expect((await run()).recovery).to.deep.equal([]);
  });
});
