import { expect } from 'chai';

import type { RecordedEvent } from '../../src/events';
import { explain } from '../../src/journal/explain';
import { fieldRecord } from '../../src/journal/field-record';
import { journal, lost, started, textOf, up, type Told } from './by-hand';
import { eventsOfRun, journalIn } from './journals';

const between = ['pi', 'server'] as [string, string];

describe('the text of an account', () => {
  it('fits into 80 columns, whatever it tells', async () => {
    const events = await eventsOfRun({
      faults: [
        { kind: 'restart', host: 'server', for: '12 s', at: '30 s' },
        { kind: 'outage', between, for: '60 s', at: '60 s' },
      ],
      lasts: '200 s',
    });
    const record = fieldRecord(journalIn(events, 'pi'), journalIn(events, 'server'));
    const text = textOf(explain(record));
    expect(Math.max(...text.split('\n').map(({ length }) => length))).to.be.at.most(80);
    expect(text).to.match(/The server was restarted, as planned \(certain\)/);
    expect(text).to.match(/pi #\d+ link\.lost label=peer_restart/);
  });

  it('tells whom the server has refused, strangers and all', async () => {
    const fault = { kind: 'restart', host: 'server', for: '12 s', at: '30 s' } as const;
    const events = await eventsOfRun({ faults: [fault] });
    const server = journalIn(events, 'server');
    const last = server.lines.at(-1) as RecordedEvent;
    const refused = { ...last, type: 'link.refused', reason: 'browser', others: 41 };
    const lines = [...server.lines, refused as RecordedEvent];
    const account = explain(fieldRecord(journalIn(events, 'pi'), { ...server, lines }));
    expect(textOf(account)).to.match(/\n {2}refused by the server: 42 x browser\n/);
  });

  it('tells the latest of many, by their numbers, and of all what they have in common', () => {
    const losses = Array.from({ length: 30 }, (_, index): readonly Told[] => [
      [index * 100_000, up(`c${index}`)],
      [index * 100_000 + 90_000, lost({}, `c${index}`)],
    ]);
    const account = explain(fieldRecord(journal([0, started], ...losses.flat(), [3e6, up('c99')])));
    const text = textOf(account, 4);
    expect(text).to.match(/^pi: 30 disconnects in 50 min\n/);
    expect(text).to.match(/The 26 before these are left out/);
    expect(text.match(/^ *\d+\. /gm)).to.deep.equal([' 27. ', ' 28. ', ' 29. ', ' 30. ']);
    expect(text).to.match(/30 x The connection was cut/);
    expect(textOf(account)).not.to.match(/left out/);
  });
});
