import { expect } from 'chai';

import { POSSIBLE_PAIRS } from '../../src/fuzz/pairs';
import { reportTables } from '../../src/fuzz/report-tables';
import { CATALOGUE } from '../../src/fuzz/sometimes';

const [state = ''] = CATALOGUE;
const tables = reportTables({
  reached: { [state]: 3 },
  pairs: { 'silence / link connected': 2 },
});

describe('reportTables', () => {
  it('has every state of the catalogue, those that were never reached first', () => {
    const [states] = tables;
    expect(states?.title).to.equal(`States reached: 1 of ${CATALOGUE.length}`);
    expect(states?.rows).to.have.length(CATALOGUE.length);
    expect(states?.rows[0]?.[1]).to.equal(0);
    expect(states?.rows.at(-1)).to.deep.equal([state, 3]);
  });

  it('has every pair that can be met, and tells it from those that cannot', () => {
    const [, { columns = [], rows = [], title = '' } = {}] = tables;
    expect(title).to.equal(`Pairs met: 1 of ${POSSIBLE_PAIRS.length}`);
    const cells = rows.flatMap((row) => row.slice(1));
    expect(cells.filter((cell) => cell !== null)).to.have.length(POSSIBLE_PAIRS.length);
    const silence = rows.find(([name]) => name === 'silence');
    expect(silence?.[columns.indexOf('link connected')]).to.equal(2);
  });
});
