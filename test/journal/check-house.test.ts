import { expect } from 'chai';

import type { RecordedEvent } from '../../src/events';
import { runTrial } from '../../src/fuzz/trial';
import { checkHouse } from '../../src/journal/check-house';
import type { Journal } from '../../src/journal/field-record';
import { allStoryFiles, readStory } from '../../src/runner/stories';
import { simulate } from '../../src/sim/simulation';
import { eventsOfRun, isOfUse, journalIn } from './journals';

/** What is said of each client beside each server of a run. */
function findingsOf(events: readonly RecordedEvent[]) {
  const of = (program: string): readonly Journal[] => {
    const starts = events.filter((each) => each.type === 'host.started');
    const hosts = starts.filter((each) => each.program === program).map(({ host }) => host);
    return [...new Set(hosts)].map((host) => journalIn(events, host));
  };
  return of('client').flatMap((client) => of('server').map((each) => checkHouse(client, each)));
}

function seenIn(events: readonly RecordedEvent[]): readonly string[] {
  return findingsOf(events).flatMap(({ breaches }) => breaches.map(({ seen }) => seen));
}

describe('the invariants over both journals of a house', function () {
  this.timeout(300_000);

  let events: readonly RecordedEvent[];
  let pi: Journal;
  let server: Journal;

  before(async () => {
    events = await eventsOfRun({
      acts: [
        { at: '10 s', on: 'pi', says: 'hey-jarvis' },
        { at: '11 s', on: 'pi', says: 'what-time-is-it' },
      ],
      lasts: '200 s',
    });
    [pi, server] = [journalIn(events, 'pi'), journalIn(events, 'server')];
  });

  it('raise no false alarm about any scenario, and judge most of them', async () => {
    let judged = 0;
    for (const file of allStoryFiles()) {
      const { scenario } = await readStory(file);
      const told: RecordedEvent[] = [];
      const onEvent = (event: RecordedEvent): void => void (isOfUse(event) && told.push(event));
      await simulate(scenario, { seed: 1, keepEvents: 1, onEvent });
      expect(seenIn(told), file).to.deep.equal([]);
      if (findingsOf(told).some(({ verdict }) => verdict === 'held')) judged += 1;
    }
    expect(judged).to.be.greaterThan(allStoryFiles().length / 2);
  });

  it('raise none about lives that nobody thought of', async () => {
    for (let seed = 1; seed <= 30; seed += 1) {
      let told: RecordedEvent[] = [];
      const runs = [told];
      await runTrial(seed, (event) => {
        if (event.type === 'run.started') runs.push((told = []));
        if (isOfUse(event)) told.push(event);
      });
      expect(runs.flatMap(seenIn), `seed ${seed}`).to.deep.equal([]);
    }
  });

  it('find a client that believes in a session which its server has ended', () => {
    expect(checkHouse(pi, server)).to.include({ id: 'L6', verdict: 'held' });
    const believes = pi.lines.filter(({ type }) => type !== 'session.ended');
    const { breaches, verdict } = checkHouse({ ...pi, lines: believes }, server);
    expect(verdict).to.equal('broken');
    expect(breaches[0]?.seen).to.match(/^\S+ here and none at the server$/);
  });

  it('find a server that listens to nobody', () => {
    const listens = server.lines.filter(({ type }) => type !== 'session.ended');
    const { breaches } = checkHouse(pi, { ...server, lines: listens });
    expect(breaches[0]?.seen).to.match(/^none here and \S+ at the server$/);
  });

  it('expect nothing of a journal that was copied in the midst of a session', () => {
    const upTo = ({ lines }: Journal): readonly RecordedEvent[] =>
      lines.slice(0, lines.findIndex(({ type }) => type === 'session.started') + 1);
    expect(checkHouse({ ...pi, lines: upTo(pi) }, server).verdict).to.equal('held');
    expect(checkHouse(pi, { ...server, lines: upTo(server) }).verdict).to.equal('held');
  });

  it('leave open what nobody can compare', () => {
    const strange = server.lines.map((line) =>
      'connection' in line ? { ...line, connection: `x-${line.connection}` } : line,
    );
    expect(checkHouse(pi, { ...server, lines: strange as RecordedEvent[] }).verdict).to.equal(
      'unknown',
    );
    expect(checkHouse({ ...pi, gaps: [3] }, server).verdict).to.equal('unknown');
  });
});
