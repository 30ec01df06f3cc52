import { expect } from 'chai';

import { MAX_TRACE_EVENTS, traceOf } from '../../src/report/html/trace';
import { peaksOf } from '../../src/report/html/peaks';
import { event, RECORDING, sampleTrace, tone } from './traces';

describe('traceOf', () => {
  it('has the outlines of what was said and of what was heard', () => {
    const { heard, sounds } = sampleTrace();
    expect(sounds).to.deep.equal({ hello: peaksOf(tone(500)) });
    expect(heard).to.deep.equal({
      pi: [{ fromMs: 3_000, toMs: 4_500, peaks: peaksOf(tone(1_500)) }],
    });
  });

  it('keeps the last events of a run that has too many, and says how many are left out', () => {
    const many = Array.from({ length: MAX_TRACE_EVENTS + 5 }, (_, index) =>
      event(index + 6, index, { type: 'speaker.started' }),
    );
    const lastEvents = [...many, event(many.length + 6, many.length, silent(3_200))];
    const heard = new Map([['pi', tone(100)]]);
    const run = { events: lastEvents.length + 5, lastEvents, heard };
    const trace = traceOf(run, () => tone(1));
    expect(trace.events.count).to.equal(MAX_TRACE_EVENTS);
    expect(trace.leftOut).to.equal(11);
    // Which part of what was heard it was cannot be known any more.
    expect(trace.heard['pi']).to.deep.include.members([
      { fromMs: many.length - 1, toMs: many.length, peaks: '' },
    ]);
  });
});

describe('peaksOf', () => {
  it('has a letter for each 20 ms', () => {
    expect(peaksOf(tone(100, 0))).to.equal('AAAAA');
    expect(peaksOf(tone(50, 32_767))).to.equal('///');
    expect(peaksOf(Buffer.concat([tone(20, 0), tone(20, -16_384)]))).to.equal('Ag');
  });

  it('has nothing of nothing', () => {
    expect(peaksOf(Buffer.alloc(0))).to.equal('');
    expect(peaksOf(Buffer.alloc(1))).to.equal('');
  });
});

function silent(playedBytes: number): Record<string, unknown> {
  return { type: 'speaker.silent', playedBytes, how: 'finished', sound: 'ab' };
}

describe('a trace', () => {
  it('survives the way from a worker', () => {
    const trace = sampleTrace(RECORDING);
    expect(structuredClone(trace)).to.deep.equal(trace);
  });
});
