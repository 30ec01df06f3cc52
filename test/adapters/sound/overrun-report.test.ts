import { expect } from 'chai';

import { OverrunReport } from '../../../src/adapters/sound/overrun-report';
import type { LinkEvent } from '../../../src/events';

function report() {
  const events: LinkEvent[] = [];
  return { events, overruns: new OverrunReport({ emit: (event) => events.push(event) }) };
}

function overrun(lostMs: number): LinkEvent {
  return { type: 'microphone.overrun', lostMs };
}

describe('OverrunReport', () => {
  it('reports a loss at once, in whole milliseconds', () => {
    const { events, overruns } = report();
    overruns.update(740.4, 5);
    expect(events).to.deep.equal([overrun(740)]);
  });

  it('says nothing where nothing was lost', () => {
    const { events, overruns } = report();
    overruns.update(0, 5);
    overruns.update(0, 100_000);
    expect(events).to.deep.equal([]);
  });

  it('adds up what is lost within ten seconds of a report', () => {
    const { events, overruns } = report();
    overruns.update(100, 0);
    overruns.update(200, 1_000);
    overruns.update(300, 9_999);
    expect(events).to.have.length(1);
    overruns.update(0, 10_000);
    expect(events).to.deep.equal([overrun(100), overrun(500)]);
    overruns.update(0, 30_000);
    expect(events).to.have.length(2);
  });
});
