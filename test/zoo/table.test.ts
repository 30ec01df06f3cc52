import { expect } from 'chai';

import type { Hunted } from '../../src/zoo/hunt';
import type { Outcome } from '../../src/zoo/outcome';
import {
  EMPTY_DOCUMENT,
  huntedText,
  markdown,
  totalsOf,
  totalsText,
  withTable,
} from '../../src/zoo/table';

const caught = (where: string, kind = 'S1'): Outcome => ({
  how: 'caught',
  kind,
  claim: 'a | b',
  where,
  runs: 3,
  virtualMs: 61_000,
});
const survived: Outcome = { how: 'survived', runs: 400, virtualMs: 3_600_000 };
const broke: Outcome = { how: 'broke', why: 'exit code 7' };
const skipped: Outcome = { how: 'skipped' };

function hunted(id: string, scenarios: Outcome, fuzz: Outcome): Hunted {
  const file = `${id.toLowerCase()}-x.patch`;
  const mutant = { id, title: `${id} | wrong.`, notice: 'Noticed.', file, changes: [] };
  return { mutant, scenarios, fuzz };
}

const ALL = [
  hunted('M01', caught('storm'), caught('life 7')),
  hunted('M02', caught('storm', 'expectation'), survived),
  hunted('M03', survived, survived),
  hunted('M04', broke, survived),
];

describe('totalsOf', () => {
  it('counts what was caught by anything, by the fuzzer alone, and what was not', () => {
    expect(totalsOf(ALL)).to.deep.equal({
      mutants: 4,
      caught: 2,
      byFuzz: 1,
      survived: ['M03'],
      broke: ['M04'],
    });
    expect(totalsOf([hunted('M05', skipped, caught('life 1'))]).caught).to.equal(1);
  });

  it('is told with percentages that do not flatter', () => {
    const text = totalsText({ mutants: 3, caught: 3, byFuzz: 2, survived: [], broke: [] });
    expect(text).to.equal('3 mutants: 3 caught (100 %), 2 by the fuzzer alone (66 %)\n');
    expect(totalsText(totalsOf(ALL))).to.include('SURVIVED: M03\ncannot be run: M04\n');
  });
});

describe('huntedText', () => {
  it('says what caught it, after how many runs, and marks what needs a look', () => {
    const text = huntedText(hunted('M01', caught('storm'), survived));
    expect(text).to.include('✓ M01  M01 | wrong.\n    scenarios  S1 in storm, 3 runs, 1 min 1 s:');
    expect(text).to.include('    fuzzer     SURVIVED 400 runs, 1 h\n');
    expect(huntedText(hunted('M03', survived, survived))).to.match(/^✗ M03/);
    expect(huntedText(hunted('M04', broke, caught('life 7')))).to.match(/^✗ M04/);
    expect(huntedText(hunted('M05', skipped, survived))).not.to.include('scenarios');
  });
});

describe('markdown', () => {
  const table = markdown(ALL, 400);

  it('has a row for each, in which nothing breaks the table', () => {
    const rows = table.split('\n').filter((line) => line.startsWith('| M'));
    expect(rows).to.deep.equal([
      '| M01 | M01 \\| wrong. | `storm`: S1 | S1, 3 runs, 1 min 1 s |',
      '| M02 | M02 \\| wrong. | `storm`: "a \\| b" | **SURVIVED** |',
      '| M03 | M03 \\| wrong. | **SURVIVED** | **SURVIVED** |',
      '| M04 | M04 \\| wrong. | cannot be run | **SURVIVED** |',
    ]);
    expect(table).to.include('of 400 runs').and.to.include('4 mutants: 2 caught (50 %)');
  });

  it('replaces what lies between the marks of a document, and nothing else', () => {
    const document = `# Zoo\n\n${EMPTY_DOCUMENT}\nMore.\n`;
    const once = withTable(document, 'a table\n') ?? '';
    expect(once).to.match(/^# Zoo\n\n<!-- .* -->\n\na table\n\n<!-- .* -->\n\nMore\.\n$/);
    expect(withTable(once, 'a table\n')).to.equal(once);
    expect(withTable('# Zoo\n', 'a table')).to.equal(undefined);
  });
});
