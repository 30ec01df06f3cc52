import { expect } from 'chai';

import type { RecordedEvent } from '../../src/events';
import { align } from '../../src/replay/align';
import type { Candidate } from '../../src/replay/derivation';
import { derive, scenarioOf } from '../../src/replay/derive';
import type { Story } from '../../src/replay/nudges';
import { resynced } from '../../src/replay/resync';
import type { FaultInput } from '../../src/sim/network-faults';
import { run } from '../sim/runs';
import { journalsOf, type Journals } from './journals';

/** As a real client's timers are: each dial late by so much more, in milliseconds. */
const LATE_MS = 7;

/** The journals of a client that is refused for a while, with timers that are late. */
async function late(...others: readonly FaultInput[]): Promise<Journals> {
  const faults: FaultInput[] = [
    { kind: 'refused', at: '0 ms', for: '40 s' },
    { kind: 'silence', at: '62 s' },
    ...others,
  ];
  const { client, server } = await journalsOf({ acts: [], faults });
  let lateMs = 0;
  const lines = client.lines.map((line) => {
    if (line.type === 'link.dialing' && line.attempt > 0) lateMs += LATE_MS;
    return { ...line, atMs: line.atMs + lateMs };
  });
  return { client: { ...client, lines }, server };
}

function dialsOf(events: readonly RecordedEvent[]): number[] {
  return events.filter(({ type }) => type === 'link.dialing').map(({ atMs }) => atMs);
}

async function played(story: Story): Promise<RecordedEvent[]> {
  const { lastEvents } = await run(scenarioOf(story));
  return lastEvents.filter(({ host }) => host === 'pi');
}

describe('the dials of a replay', () => {
  it('come when they came in the field, where timers were late', async () => {
    const { client } = await late();
    const derivation = derive(align({ client }));
    const chosen = derivation.incidents.map(({ candidates }) => candidates[0] as Candidate);
    const story = { derivation, chosen };
    const first = await played(story);
    const again = await played(resynced(story, client.lines, first));

    const field = dialsOf(client.lines);
    const offMs = (events: readonly RecordedEvent[]): number => {
      const times = dialsOf(events).slice(0, field.length);
      return Math.max(...times.map((atMs, index) => Math.abs(atMs - (field[index] ?? NaN))));
    };
    expect(offMs(first)).to.be.at.least(LATE_MS);
    expect(offMs(again)).to.be.at.most(1);
  });

  it('are left as they are where it is not known whose they were', async () => {
    const cut = (at: '110 s' | '115.9 s'): FaultInput => {
      return { kind: 'power_loss', at, for: '5 s', host: 'pi' };
    };
    const journals = await late(cut('110 s'), cut('115.9 s'));
    const derivation = derive(align(journals));
    const chosen = derivation.incidents.map(({ candidates }) => candidates[0] as Candidate);
    const story = { derivation, chosen };
    const pi = derivation.hosts['pi'] as { readonly draws: readonly unknown[] };
    const told = journals.client.lines.filter(({ type }) => type === 'host.started');
    expect(pi.draws).to.have.length(told.length + 1);
    expect(resynced(story, journals.client.lines, await played(story))).to.equal(story);
  });
});
