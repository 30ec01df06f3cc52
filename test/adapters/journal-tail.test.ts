import { expect } from 'chai';
import fc from 'fast-check';

import { journalTail, NoJournalError } from '../../src/adapters/journal-tail';

const LINE = '{"seq":4,"atMs":1,"wallMs":2,"host":"h","boot":3,"type":"button.pressed"}';

const tail = (text: string, isWhole = true) => journalTail(Buffer.from(text), isWhole);

describe('the tail of a journal', () => {
  it('has the place of the last line', () => {
    expect(tail(`{"seq":3}\n${LINE}\n`)).to.deep.equal({
      ...{ last: { seq: 4, boot: 3 }, tornBytes: 0, lacksBreak: false },
    });
  });

  it('may lack a line break, or the end of a line', () => {
    expect(tail(LINE)).to.deep.include({ tornBytes: 0, lacksBreak: true });
    expect(tail(`${LINE}\n{"seq":5`)).to.deep.include({ tornBytes: 8, lacksBreak: false });
    expect(tail(`${LINE}\n\0\0\0`)).to.deep.include({ tornBytes: 3, last: { seq: 4, boot: 3 } });
  });

  it('of nothing, or of the beginning of a first line, is no line', () => {
    for (const text of ['', '{', '{"seq":', LINE.slice(0, -1), '\0\0', '{"seq\0\0']) {
      expect(tail(text)).to.deep.equal({
        ...{ last: undefined, tornBytes: text.length, lacksBreak: false },
      });
    }
  });

  it('is refused where it is none', () => {
    for (const text of ['x', 'milk\n', '{"seq":"4","boot":3}\n', '{"seq":-1,"boot":3}\n', '\n']) {
      expect(() => tail(text), text).to.throw(NoJournalError);
    }
    expect(() => tail('\0\0', false)).to.throw(NoJournalError);
    expect(() => tail(LINE.slice(3), false)).to.throw(NoJournalError);
  });

  it('of any bytes at all is told or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, isWhole) => {
        try {
          expect(journalTail(Buffer.from(bytes), isWhole).tornBytes).to.be.at.most(bytes.length);
        } catch (error) {
          expect(error).to.be.instanceOf(NoJournalError);
        }
      }),
    );
  });
});
