import { expect } from 'chai';

import { MutantError, parseMutant, selectMutants } from '../../src/zoo/mutant';

const DIFF = '--- a/src/client/ear.ts\n+++ b/src/client/ear.ts\n@@ -1 +1 @@\n-a\n+b\n';
const HEAD = 'id: M05\ntitle: It is wrong.\nnotice: The Pi is\n  deaf.\n';

describe('parseMutant', () => {
  it('reads the head, whose lines may go on indented, and which files change', () => {
    expect(parseMutant('zoo/m05-deaf.patch', `${HEAD}\n${DIFF}`)).to.deep.equal({
      id: 'M05',
      title: 'It is wrong.',
      notice: 'The Pi is deaf.',
      file: 'zoo/m05-deaf.patch',
      changes: ['src/client/ear.ts'],
    });
    const guarded = parseMutant(
      'm05-x.patch',
      `${HEAD}guards: Two of them.\n\ndiff --git \n${DIFF}`,
    );
    expect(guarded.guards).to.equal('Two of them.');
  });

  const WRONG: readonly (readonly [string, string, string, RegExp])[] = [
    ['without a diff', 'm05-x.patch', HEAD, /no diff/],
    ['whose diff names no file', 'm05-x.patch', `${HEAD}\n--- a/x\n+++ /dev/null\n`, /no file/],
    ['without a title', 'm05-x.patch', `id: M05\nnotice: It.\n\n${DIFF}`, /an id, a title/],
    ['of another name', 'm06-x.patch', `${HEAD}\n${DIFF}`, /begin with m05-/],
    ['with a strange id', 'm5-x.patch', `id: M5\ntitle: A.\nnotice: B.\n\n${DIFF}`, /'M5'/],
    ['with a line that is no field', 'm05-x.patch', `${HEAD}Well.\n\n${DIFF}`, /'Well.'/],
    ['with a field twice', 'm05-x.patch', `${HEAD}id: M05\n\n${DIFF}`, /'id: M05'/],
  ];
  for (const [what, file, text, why] of WRONG) {
    it(`refuses a patch ${what}`, () => {
      expect(() => parseMutant(file, text)).to.throw(MutantError, why);
    });
  }
});

describe('selectMutants', () => {
  const all = ['M05', 'M15', 'C05'].map((id) =>
    parseMutant(`${id.toLowerCase()}-x.patch`, `id: ${id}\ntitle: ${id}.\nnotice: N.\n\n${DIFF}`),
  );
  const selected = (...patterns: readonly RegExp[]): readonly string[] =>
    selectMutants(all, patterns).map(({ id }) => id);

  it('takes all without a pattern, and else what any of them matches', () => {
    expect(selected()).to.deep.equal(['M05', 'M15', 'C05']);
    expect(selected(/^M/)).to.deep.equal(['M05', 'M15']);
    expect(selected(/15/, /^C/)).to.deep.equal(['M15', 'C05']);
    expect(selected(/nothing/)).to.deep.equal([]);
  });
});
