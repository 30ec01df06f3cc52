import { expect } from 'chai';

import { eventTable } from '../../src/report/html/event-table';
import { clock, span, ticks } from '../../src/report/html/page/clock';
import { EventView } from '../../src/report/html/page/event-view';
import { pictureOf, type Picture } from '../../src/report/html/page/groups';
import { Rows, type Lane, type Span } from '../../src/report/html/page/lane';
import { Room } from '../../src/report/html/page/room';
import { heightOf, rowsOf } from '../../src/report/html/page/rows';
import { search } from '../../src/report/html/page/search';
import { sideBySide } from '../../src/report/html/page/side-by-side';
import type { RecordedEvent } from '../../src/events';
import { event, RECORDING, sampleTrace } from './traces';

const DAY_MS = 86_400_000;
const view = new EventView(eventTable(RECORDING));

function pictured(events: readonly RecordedEvent[] = RECORDING): Picture {
  return pictureOf(new EventView(eventTable(events)), sampleTrace(events), []);
}

function laneOf({ groups }: Picture, group: string, title: string): Lane {
  const lane = groups.find((each) => each.title === group)?.lanes.find((l) => l.title === title);
  if (lane === undefined) throw new Error(`There is no ${title} of ${group}.`);
  return lane;
}

/** `0-5 idle` */
function told(spans: readonly Span[]): readonly string[] {
  return spans.map(({ fromMs, label, toMs }) => `${fromMs}-${toMs} ${label}`);
}

describe('pictureOf', () => {
  const picture = pictured();

  it('has the world first, then the Pi, then the server', () => {
    expect(picture.groups.map(({ title }) => title)).to.deep.equal(['faults', 'pi', 'server']);
  });

  it('has the states of a machine one after another, up to the end of its program', () => {
    expect(told(laneOf(picture, 'pi', 'client').spans)).to.deep.equal([
      '0-1410 listening for hotword',
      '1410-3000 active session',
      '3000-4500 processing response',
      '4500-10000 listening for hotword',
    ]);
  });

  it('ends them with the next life at the latest, where nothing tells of the end', () => {
    const killed = [
      event(1, 0, { type: 'host.started', program: 'client' }),
      event(2, 0, {
        ...{ type: 'state.changed', machine: 'client', from: 'idle', cause: 'start' },
        to: 'listening_for_hotword',
      }),
      event(3, 700, { type: 'host.started', program: 'client' }),
      event(4, 900, { type: 'server.listening', port: 1 }),
    ];
    const { spans } = laneOf(pictured(killed), 'pi', 'client');
    expect(told(spans)).to.deep.equal(['0-700 listening for hotword']);
  });

  it('has what is said and heard as waves', () => {
    const [said] = laneOf(picture, 'pi', 'microphone').waves;
    expect(said).to.deep.include({ fromMs: 1_000, toMs: 1_500, peaks: 'g'.repeat(25) });
    const [heard] = laneOf(picture, 'pi', 'speaker').waves;
    expect(heard).to.deep.include({ fromMs: 3_000, toMs: 4_500, event: 20 });
  });

  it('lets who speaks while somebody does wait for the end', () => {
    const twice = [
      event(1, 0, { type: 'user.spoke', sound: 'hello', ms: 500 }),
      event(2, 100, { type: 'user.spoke', sound: 'hello', ms: 500 }),
    ];
    const { spans } = laneOf(pictured(twice), 'pi', 'user');
    expect(told(spans)).to.deep.equal(['0-500 hello', '500-1000 hello']);
  });

  it('has messages as marks and audio as a flow', () => {
    const { flows, marks } = laneOf(picture, 'pi', 'wire');
    expect(marks.map(({ glyph, label }) => `${glyph} ${label}`)).to.deep.equal([
      'up hotword_detected',
      'down session_started',
    ]);
    expect(flows).to.have.length(1);
    expect(flows[0]?.amount).to.deep.equal([3_200, 3_200]);
  });

  it('has a fault that is over at once as a mark, and one that lasts as a span', () => {
    const head = picture.groups[0]?.head;
    expect(head?.marks.map(({ label }) => label)).to.deep.equal(['reset: pi - server']);
    const lasting = RECORDING.map((each) =>
      each.type === 'fault.ended' ? { ...each, atMs: 9_000 } : each,
    );
    const spans = pictured(lasting as RecordedEvent[]).groups[0]?.head?.spans ?? [];
    expect(told(spans)).to.deep.equal(['4000-9000 reset: pi - server']);
  });

  it('has a lane for each demand that something be soon enough, with its bound', () => {
    const pairs = [{ fromMs: 4_010, toMs: 4_500, atMostMs: 1_000, holds: true }];
    const outcome = { that: 'silent', holds: true, expected: 'within 1 s', seen: '490 ms', pairs };
    const { groups } = pictureOf(view, sampleTrace(), [outcome]);
    const [lane] = groups.at(-1)?.lanes ?? [];
    expect(lane?.spans[0]).to.include({ fromMs: 4_010, toMs: 4_500, boundMs: 5_010 });
    expect(lane?.spans[0]?.label).to.equal('490 ms, within 1 s');
  });
});

describe('sideBySide', () => {
  it('has below each lane that of the other recording', () => {
    const { groups } = sideBySide(pictured(), pictured(), 'journal');
    const titles = groups.find(({ title }) => title === 'server')?.lanes.map(({ title }) => title);
    expect(titles).to.deep.equal(['conversation', 'journal', 'connections', 'journal']);
  });

  it('has what only the other recording knows', () => {
    const more = [...RECORDING, event(31, 11_000, { type: 'user.pressed', host: 'hall' })];
    const { endMs, groups } = sideBySide(pictured(), pictured(more), 'journal');
    expect(groups.at(-1)?.title).to.equal('hall');
    expect(endMs).to.equal(11_000);
  });
});

describe('search', () => {
  const found = (text: string, hidden?: readonly string[]): readonly string[] =>
    [...search(view, text, new Set(hidden))].map((index) => view.type(index));

  it('finds all with nothing to look for', () => {
    expect(found('  ')).to.have.length(RECORDING.length);
  });

  it('finds a word in a type, a host or a value', () => {
    expect(found('LOST')).to.deep.equal(['link.lost', 'session.ended']);
    expect(found('hello')).to.deep.equal(['user.spoke']);
    expect(found('nowhere')).to.deep.equal([]);
  });

  it('finds what has all words', () => {
    expect(found('lost host=pi label=reset')).to.deep.equal(['link.lost']);
  });

  it('asks for just one value of a field, and for the opposite', () => {
    expect(found('type=link.los')).to.deep.equal([]);
    expect(found('type=link.lost')).to.deep.equal(['link.lost']);
    expect(found('host=world -fault')).to.deep.equal(['run.started', 'phase.changed']);
  });

  it('leaves out types that are hidden', () => {
    expect(found('lost', ['link.lost'])).to.deep.equal(['session.ended']);
  });
});

describe('Rows', () => {
  it('has what overlaps in different rows, and no more of them than it may', () => {
    const [rows, spans] = [new Rows(), [] as Span[]];
    const taken = [0, 1, 2, 3, 4, 5].map((fromMs) => rows.take(spans, fromMs, 100));
    expect(taken).to.deep.equal([0, 1, 2, 3, 3, 3]);
    expect(rows.take(spans, 100, 101)).to.equal(0);
  });
});

describe('Room', () => {
  it('is free where nothing was taken, and beyond the lane', () => {
    const room = new Room(100);
    room.take(-5, 10);
    room.take(40.5, 60);
    expect(room.isFree(10, 40)).to.equal(true);
    expect(room.isFree(9.5, 20)).to.equal(false);
    expect(room.isFree(30, 40.6)).to.equal(false);
    expect(room.isFree(60, 500)).to.equal(true);
  });
});

describe('rowsOf', () => {
  it('has the name alone of a group that is folded', () => {
    const { groups } = pictured();
    const all = rowsOf(groups, new Set());
    const folded = rowsOf(groups, new Set(['pi']));
    expect(folded.filter(({ group }) => group.title === 'pi')).to.have.length(1);
    expect(heightOf(folded)).to.be.below(heightOf(all));
    expect(rowsOf([], new Set())).to.deep.equal([]);
  });
});

describe('clock', () => {
  it('reads as a clock does', () => {
    expect(clock(62_345)).to.equal('1:02.345');
    expect(clock(3_600_000, 0)).to.equal('1:00:00');
    expect(clock(59_999.9996)).to.equal('1:00.000');
    expect(clock(-62_345)).to.equal('-1:02.345');
  });

  it('tells how long something takes', () => {
    const texts = [0.26, 20, 1_234, 60_000, 125_000, 3_840_000, 9.5 * DAY_MS].map(span);
    const expected = ['0.3 ms', '20 ms', '1.23 s', '1 min', '2 min 5 s', '1 h 4 min', '9 d 12 h'];
    expect(texts).to.deep.equal(expected);
  });

  it('has ticks at which a clock can be read', () => {
    const labels = ticks(0, 61_000, 13_000).map(({ label }) => label);
    expect(labels).to.deep.equal(['0:00', '0:15', '0:30', '0:45', '1:00']);
    const days = ticks(0, 365 * DAY_MS, 32 * DAY_MS).map(({ label }) => label);
    expect(days.slice(0, 3)).to.deep.equal(['0 d', '50 d', '100 d']);
    expect(ticks(1, 1.5, 0.15).map(({ label }) => label)).to.deep.equal([
      '0:00.0010',
      '0:00.0012',
      '0:00.0014',
    ]);
  });
});
