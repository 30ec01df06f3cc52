import { readFileSync } from 'node:fs';
import path from 'node:path';

import { expect } from 'chai';

import type { EventOf, RecordedEvent } from '../../src/events';
import { runTrial } from '../../src/fuzz/trial';
import { checkJournal, type Finding } from '../../src/journal/check-journal';
import type { Journal } from '../../src/journal/field-record';
import { readJournal } from '../../src/journal/read-journal';
import { allStoryFiles, readStory } from '../../src/runner/stories';
import { simulate } from '../../src/sim/simulation';
import { eventsOfRun, isOfUse, journalIn } from './journals';

/** Invariants that the journals of a run break, as `host id: seen`. */
function brokenIn(events: readonly RecordedEvent[]): readonly string[] {
  const programs = events.filter(
    (event) => event.type === 'host.started' && /^(client|server)$/.test(event.program),
  );
  return [...new Set(programs.map(({ host }) => host))].flatMap((host) =>
    checkJournal(journalIn(events, host)).findings.flatMap(({ breaches, id }) =>
      breaches.map(({ seen }) => `${host} ${id}: ${seen}`),
    ),
  );
}

function findingOf(journal: Journal, id: string): Finding {
  return checkJournal(journal).findings.find((each) => each.id === id) as Finding;
}

describe('the invariants over a journal', function () {
  this.timeout(300_000);

  let pi: Journal;

  before(async () => {
    pi = journalIn(
      await eventsOfRun({
        acts: [{ at: '10 s', on: 'pi', says: 'hey-jarvis' }],
        faults: [
          { at: '30 s', kind: 'reset', between: ['pi', 'server'] },
          { at: '60 s', kind: 'kill', host: 'pi', for: '5 s' },
        ],
      }),
      'pi',
    );
  });

  it('raise no false alarm about any scenario', async () => {
    for (const file of allStoryFiles()) {
      const { scenario } = await readStory(file);
      const events: RecordedEvent[] = [];
      const onEvent = (event: RecordedEvent): void => void (isOfUse(event) && events.push(event));
      await simulate(scenario, { seed: 1, keepEvents: 1, onEvent });
      expect(brokenIn(events), file).to.deep.equal([]);
    }
  });

  it('raise none about journals of real programs, whose clocks run on within a turn', () => {
    for (const name of ['client', 'server']) {
      const file = path.join(__dirname, `../../fixtures/journals/${name}.jsonl`);
      const { findings } = checkJournal(readJournal(readFileSync(file, 'utf8')));
      expect(
        findings.flatMap(({ breaches }) => breaches),
        name,
      ).to.deep.equal([]);
    }
  });

  it('raise none about lives that nobody thought of', async () => {
    for (let seed = 1; seed <= 30; seed += 1) {
      let events: RecordedEvent[] = [];
      const runs = [events];
      await runTrial(seed, (event) => {
        if (event.type === 'run.started') runs.push((events = []));
        if (isOfUse(event)) events.push(event);
      });
      expect(runs.flatMap(brokenIn), `seed ${seed}`).to.deep.equal([]);
    }
  });

  it('judge what a journal tells, and leave open what it does not', () => {
    const { findings, lives, unjudged } = checkJournal(pi);
    const withVerdict = (verdict: string) =>
      findings.filter((each) => each.verdict === verdict).map(({ id }) => id);
    expect(withVerdict('held')).to.include.members([
      'S1',
      'S3',
      'S4',
      'S10',
      'S16',
      'L2',
      'L3',
      'L7',
    ]);
    expect(withVerdict('broken')).to.deep.equal([]);
    expect(withVerdict('unknown')).to.include.members(['S7', 'S9', 'S14', 'L1', 'L6']);
    expect({ lives, unjudged }).to.deep.equal({ lives: 2, unjudged: 0 });
  });

  it('find a dial that comes too soon, and say where', () => {
    const lost = pi.lines.findIndex(({ type }) => type === 'link.lost');
    const at = pi.lines.findIndex(({ type }, index) => index > lost && type === 'link.dialing');
    const line = pi.lines[at] as RecordedEvent;
    const lines = pi.lines.with(at, { ...line, atMs: (pi.lines[lost]?.atMs ?? 0) + 500 });
    const { breaches, verdict } = findingOf({ ...pi, lines }, 'S1');
    expect(verdict).to.equal('broken');
    expect(breaches[0]).to.include({ seen: '500 ms', seq: line.seq, wallMs: line.wallMs });
  });

  it('find a client that goes deaf after a loss', () => {
    const lines = pi.lines.filter(
      (line) =>
        line.boot === 1 && !(line.type === 'state.changed' && line.to === 'listening_for_hotword'),
    );
    expect(findingOf({ ...pi, lines }, 'L3').verdict).to.equal('broken');
  });

  it('find a dead link that was noticed too late, standstills apart', () => {
    const at = pi.lines.findIndex(({ type }) => type === 'link.lost');
    const line = pi.lines[at] as EventOf<'link.lost'>;
    const silentFor = (sinceInboundMs: number, ...stalls: readonly RecordedEvent[]) => {
      const later = { ...line, atMs: line.atMs + 60_000, upMs: line.upMs + 60_000 };
      const lines = [...pi.lines.slice(0, at), ...stalls, { ...later, sinceInboundMs }];
      return findingOf({ ...pi, lines }, 'L2').verdict;
    };
    const { atMs, boot, host, seq, wallMs } = line;
    const stall = { type: 'loop.stalled', ms: 20_000, atMs: atMs + 50_000 } as const;
    expect([40_900, 70_000].map((ms) => silentFor(ms))).to.deep.equal(['held', 'broken']);
    expect(silentFor(70_000, { seq, boot, host, wallMs, ...stall })).to.equal('held');
  });

  it('forgive what a standstill that is too short to be told adds', () => {
    const lost = pi.lines.findIndex(({ type }) => type === 'link.lost');
    const late = (byMs: number): Journal => {
      const lines = pi.lines.map((line, index) =>
        line.boot === 1 && index > lost ? { ...line, atMs: line.atMs + byMs } : line,
      );
      return { ...pi, lines };
    };
    expect(findingOf(late(900), 'S1').verdict).to.equal('held');
    expect(findingOf(late(2_500), 'S1').verdict).to.equal('broken');
  });

  it('judge nothing past a gap, nor a life without its beginning', () => {
    const lost = pi.lines.findIndex(({ type }) => type === 'link.lost');
    const lines = pi.lines.filter((_, index) => index !== lost);
    const check = checkJournal({ ...pi, lines, gaps: [lost] });
    expect(check.findings.filter(({ verdict }) => verdict === 'broken')).to.deep.equal([]);
    const after = pi.lines.filter(({ boot }, index) => boot === 1 && index > lost);
    expect(check.unjudged).to.equal(after.length);
    expect(checkJournal({ ...pi, lines: pi.lines.slice(2) }).lives).to.equal(1);
  });

  it('judge no bound that a setting has moved', () => {
    const [first, ...rest] = pi.lines;
    const lines = [{ ...first, settings: { backoffUnitMs: 50 } } as RecordedEvent, ...rest];
    const one = { ...pi, lines: lines.filter(({ boot }) => boot === 1) };
    expect(findingOf(one, 'S1').verdict).to.equal('unknown');
    expect(findingOf(one, 'S16').verdict).to.equal('held');
  });
});
