import { expect } from 'chai';

import { asRecorded, parseEventLines } from '../../src/realtime/journal';

const ONE = { seq: 1, atMs: 100.5, wallMs: 50_000, type: 'server.listening', port: 8765 };
const TWO = { seq: 2, atMs: 130.5, wallMs: 90_000, type: 'microphone.opened' };

const text = (...entries: readonly object[]): string =>
  entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');

describe('parseEventLines', () => {
  it('reads an event a line', () => {
    expect(parseEventLines(text(ONE, TWO))).to.deep.equal([ONE, TWO]);
    expect(parseEventLines('')).to.deep.equal([]);
  });

  it('leaves out a last line that a killed process has not finished', () => {
    expect(parseEventLines(`${text(ONE)}{"seq":2,"at`)).to.deep.equal([ONE]);
  });

  for (const line of ['{"seq":1', '3', 'null', '{}', JSON.stringify({ ...ONE, atMs: '100' })]) {
    it(`names the line of what is no event: ${line}`, () => {
      expect(() => parseEventLines(`${text(ONE)}${line}\n${text(TWO)}`)).to.throw(/^Line 2 /);
    });
  }
});

describe('asRecorded', () => {
  it('tells times of the story, from the monotonic clock, whatever the time of day does', () => {
    const entries = parseEventLines(text(ONE, TWO));
    const recorded = asRecorded(entries, { host: 'pi', boot: 2, zeroWallMs: 49_000 });
    expect(recorded.map(({ atMs }) => atMs)).to.deep.equal([1_000, 1_030]);
    for (const event of recorded) expect(event).to.include({ host: 'pi', boot: 2 });
  });

  it('has nothing to tell of a life without a word', () => {
    expect(asRecorded([], { host: 'pi', boot: 1, zeroWallMs: 0 })).to.deep.equal([]);
  });
});
