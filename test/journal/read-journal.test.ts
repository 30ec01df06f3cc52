import { gzipSync } from 'node:zlib';

import { expect } from 'chai';
import fc from 'fast-check';

import { DURABLE, type EventOf, type RecordedEvent } from '../../src/events';
import { hasItsFields, isKnown } from '../../src/journal/event-fields';
import { JournalError } from '../../src/journal/journal-error';
import { MAX_JOURNAL_LENGTH, readJournal } from '../../src/journal/read-journal';
import { journalOf } from '../../src/sim/journal-of';
import type { ScenarioInput } from '../../src/sim/scenario';
import { asText, eventsOfRun } from './journals';

/** A session, a kill and a power cut: three lives on two starts of the machine. */
const STORY: Partial<ScenarioInput> = {
  acts: [
    { at: '10 s', on: 'pi', says: 'hey-jarvis' },
    { at: '11 s', on: 'pi', says: 'what-time-is-it' },
  ],
  faults: [
    { at: '40 s', kind: 'kill', host: 'pi', for: '5 s' },
    { at: '60 s', kind: 'power_loss', host: 'pi', for: '5 s' },
  ],
};

describe('reading a journal', () => {
  let lines: readonly RecordedEvent[];
  let text: string;

  before(async () => {
    lines = journalOf(await eventsOfRun(STORY), 'pi');
    text = asText(lines);
  });

  function readWithout(...indices: readonly number[]) {
    return readJournal(asText(lines.filter((_, index) => !indices.includes(index))));
  }

  function codeOf(bad: string): readonly [string, string] {
    try {
      readJournal(bad);
    } catch (error) {
      if (error instanceof JournalError) return [error.code, error.message];
      throw error;
    }
    throw new Error('nothing was thrown');
  }

  it('gives every line of one that is whole, and finds nothing wrong', () => {
    const journal = readJournal(text);
    expect(journal.lines).to.deep.equal(lines);
    expect(journal).to.include({ host: 'pi', program: 'client' });
    expect(journal.problems).to.deep.equal([]);
    expect(journal.gaps).to.deep.equal([]);
  });

  it('knows the fields of every event that a journal keeps', () => {
    expect([...DURABLE].filter((type) => !isKnown(type))).to.deep.equal([]);
    expect(lines.every((line) => hasItsFields({ ...line }))).to.equal(true);
  });

  it('leaves out a last line that is cut off anywhere, and says so', () => {
    const last = text.trimEnd().lastIndexOf('\n') + 1;
    for (let at = last + 1; at < text.length - 1; at += 1) {
      const journal = readJournal(text.slice(0, at));
      // All but its line break is a whole line.
      expect(journal.lines).to.have.length(lines.length - 1);
      expect(journal.problems).to.deep.equal(['The last line is cut off, and left out.']);
    }
    expect(readJournal(text.trimEnd()).problems).to.deep.equal([]);
  });

  it('reads over the NULs that a power cut leaves', () => {
    expect(readJournal(`${text}\0\0\0\0`).lines).to.have.length(lines.length);
    const torn = `${text.slice(0, -20)}${'\0'.repeat(500)}`;
    expect(readJournal(torn).lines).to.have.length(lines.length - 1);
    // The next life goes on writing right behind them, on the same line.
    const [first = '', ...rest] = text.split('\n');
    const glued = `${text.slice(0, -20)}\0\0${first}\n${rest.join('\n')}`;
    expect(readJournal(glued).lines.length).to.be.greaterThan(lines.length - 2);
  });

  it('finds the line that was written behind a torn one', () => {
    const [first = '', second = '', ...rest] = text.split('\n');
    const glued = [first, second.slice(0, 30) + (rest[0] ?? ''), ...rest.slice(1)].join('\n');
    const journal = readJournal(glued);
    expect(journal.lines.map(({ seq }) => seq).slice(0, 3)).to.deep.equal([1, 3, 4]);
    expect(journal.problems).to.deep.equal(['1 line is missing.']);
    expect(journal.gaps).to.deep.equal([1]);
  });

  it('leaves out lines that are none, and names the first of them', () => {
    const all = text.trimEnd().split('\n');
    const withOne = [...all.slice(0, 2), 'Nov 25 systemd[1]: Started.', ...all.slice(2)];
    expect(readJournal(withOne.join('\n')).problems).to.deep.equal([
      'Line 3 is no event, and left out.',
    ]);
    const withMany = all.flatMap((line) => [line, '{"seq":1}']).slice(0, 20);
    expect(readJournal(`${withMany.join('\n')}\n${all[10]}\n`).problems).to.include(
      'Lines 2, 4, 6, 8, 10 and 5 more are no event, and left out.',
    );
  });

  it('refuses a line without a field, or with control characters for the terminal', () => {
    const at = lines.findIndex(({ type }) => type === 'link.dialing');
    const { attempt: _attempt, ...without } = lines[at] as EventOf<'link.dialing'>;
    const ofTerminal = ['\u001b[31m', '\u202e'].map((connection) => ({ ...lines[at], connection }));
    for (const bad of [without, ...ofTerminal]) {
      const journal = readJournal(asText(lines.with(at, bad as RecordedEvent)));
      expect(journal.gaps).to.deep.equal([at]);
      expect(journal.problems[0]).to.equal(`Line ${at + 1} is no event, and left out.`);
    }
  });

  it('refuses what is nested deeper than settings are, however deep', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const [first = ''] = text.split('\n', 1);
    for (const nested of [deep, '{"a":{}}', '{"a":"\\u001b[31m"}', '["\\u0007"]']) {
      const bad = first.replace('"type"', `"settings":${nested},"type"`);
      const { lines: read, problems } = readJournal(`${bad}\n${bad}\n${text}`);
      expect(read).to.deep.equal(lines);
      expect(problems).to.deep.equal(['Lines 1, 2 are no event, and left out.']);
    }
  });

  it('leaves out what counts or measures less than nothing, or more than there is time', () => {
    const lost = { ...lines.find(({ type }) => type === 'link.lost'), seq: lines.length + 1 };
    for (const other of [{ upMs: -1 }, { sinceInboundMs: -1e300 }, { unackedBytes: 1e300 }]) {
      const { lines: read, problems } = readJournal(asText([...lines, { ...lost, ...other }]));
      expect(read).to.deep.equal(lines);
      expect(problems.join()).to.match(/left out/);
    }
  });

  it('puts lines in order, reads repeated ones once, and tells where some are missing', () => {
    const swapped = [lines[0], lines[2], lines[1], ...lines.slice(3)] as readonly RecordedEvent[];
    expect(readJournal(asText(swapped)).lines).to.deep.equal(lines);
    expect(readJournal(asText(swapped)).problems).to.deep.equal([
      '1 line is out of order: put in order.',
    ]);
    const repeated = [...lines.slice(0, 4), ...lines.slice(2)];
    expect(readJournal(asText(repeated)).lines).to.deep.equal(lines);
    expect(readJournal(asText(repeated)).problems[1]).to.match(/^2 lines are there twice/);
    expect(readWithout(5, 6).problems).to.deep.equal(['2 lines are missing.']);
    expect(readWithout(5, 6).gaps).to.deep.equal([5]);
  });

  it('takes it for a gap where the writer says that it could not write', () => {
    const told = { ...lines[5], type: 'journal.gap', lines: 7 };
    const with_ = [...lines.slice(0, 5), told, ...lines.slice(6)] as readonly object[];
    const journal = readJournal(asText(with_));
    expect(journal.problems).to.deep.equal(['7 lines are missing.']);
    expect(journal.gaps).to.deep.equal([5]);
  });

  it('leaves out types that it does not know, and names them', () => {
    const told = { ...lines[5], type: 'link.telepathy' };
    const with_ = [...lines.slice(0, 5), told, ...lines.slice(6)] as readonly object[];
    expect(readJournal(asText(with_)).problems).to.deep.equal([
      '1 of types that this version does not know are left out: link.telepathy.',
    ]);
    expect(readJournal(asText(with_)).gaps).to.deep.equal([]);
  });

  it('reads what an editor on Windows has saved', () => {
    expect(readJournal(`\uFEFF${text.replaceAll('\n', '\r\n')}`).lines).to.deep.equal(lines);
    expect(readJournal(`\uFEFF${text.replaceAll('\n', '\r\n')}`).problems).to.deep.equal([]);
  });

  it('reads on from anywhere, as after a rotation', () => {
    const journal = readJournal(asText(lines.slice(3)));
    expect(journal.program).to.equal('client');
    expect(journal.problems).to.deep.equal([]);
  });

  it('knows from the first line of a file whose life goes on in it', () => {
    const { type: _type, ...life } = lines[0] as EventOf<'host.started'>;
    const continued = { ...life, type: 'journal.continued', seq: 3 };
    const rest = lines.slice(3).filter(({ boot, type }) => boot === 1 && type === 'state.changed');
    const journal = readJournal(asText([continued, ...rest]));
    expect(journal).to.include({ host: 'pi', program: 'client' });
    const newer = asText([{ ...continued, version: 2 }, ...rest]);
    expect(codeOf(newer)[1]).to.match(/^It is of a newer program/);
  });

  it('throws for what is no journal, with a code and what to do', () => {
    expect(codeOf('')).to.deep.equal(['ERR_JOURNAL', 'It is empty: no program has told anything.']);
    expect(codeOf('\0\0\0\n')[1]).to.match(/^It is empty/);
    expect(codeOf('# A heading\n\nText.\n')[1]).to.match(/first line, "# A heading", is no event/);
    expect(codeOf('{"version":1,"runs":[]}\n')[1]).to.match(/^It is no journal/);
    expect(codeOf(gzipSync(text).toString())[1]).to.match(/^It is compressed: unpack it first/);
    const newer = lines.map((line) =>
      line.type === 'host.started' ? { ...line, version: 2 } : line,
    );
    expect(codeOf(asText(newer))[1]).to.match(/events are version 2, and this one knows 1/);
    const server = { ...lines[0], program: 'server', seq: 2 };
    expect(codeOf(asText([lines[0] as object, server]))[1]).to.match(/a client and of a server/);
    expect(codeOf('x'.repeat(MAX_JOURNAL_LENGTH + 1))[1]).to.match(/longer than 100 MB/);
  });

  it('never fails in another way, whatever was done to the file', () => {
    const mutation = fc.record({
      at: fc.nat({ max: 1_000_000 }),
      length: fc.nat({ max: 60 }),
      by: fc.oneof(
        fc.string({ maxLength: 20 }),
        fc.constantFrom('\n', '\0', '1e999', '-', '"', '{'),
      ),
    });
    const mutate = (
      from: string,
      { at, by, length }: { at: number; by: string; length: number },
    ) => {
      const place = at % from.length;
      return from.slice(0, place) + by + from.slice(place + length);
    };
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 8 }), (mutations) => {
        const mutated = mutations.reduce(mutate, text);
        try {
          const { lines: read, problems } = readJournal(mutated);
          expect(problems.length).to.be.lessThan(8);
          expect(read.every((line) => hasItsFields({ ...line }))).to.equal(true);
          expect(read.length).to.be.greaterThan(lines.length / 2);
        } catch (error) {
          if (!(error instanceof JournalError)) throw error;
        }
      }),
      { numRuns: 500, seed: 7 },
    );
  });
});
