import { expect } from 'chai';

import { checkFields, choice, count, text } from '../../src/client/setting-field';

const TABLE = {
  name: text(undefined, (given) => (given === '' ? 'must be given' : undefined)),
  pauseMs: count(100, 'milliseconds', 1_000),
  mode: choice('fast', 'slow'),
};

describe('checkFields', () => {
  it('fills in what is left out', () => {
    const { problems, values } = checkFields(TABLE, { name: 'x', mode: undefined });
    expect(problems).to.deep.equal([]);
    expect(values).to.deep.equal({ name: 'x', pauseMs: 100, mode: 'fast' });
  });

  it('takes what is at the edges of a range, and nothing beyond', () => {
    for (const pauseMs of [1, 1_000]) {
      expect(checkFields(TABLE, { name: 'x', pauseMs }).problems).to.deep.equal([]);
    }
    for (const pauseMs of [0, 1_001, 1.5, -1, NaN, Infinity, '100', null, true, []]) {
      expect(checkFields(TABLE, { name: 'x', pauseMs }).problems).to.deep.equal([
        'pauseMs: must be a whole number of milliseconds from 1 to 1000',
      ]);
    }
  });

  it('names what is missing, of a wrong type, or none of the words', () => {
    for (const name of [undefined, null, 5, {}]) {
      expect(checkFields(TABLE, { name }).problems).to.deep.equal(['name: must be given']);
    }
    expect(checkFields(TABLE, { name: 'x', mode: 'FAST' }).problems).to.deep.equal([
      'mode: must be fast or slow',
    ]);
  });

  it('knows no setting that an object has by itself', () => {
    for (const name of ['toString', 'constructor', '__proto__']) {
      const input = JSON.parse(`{"name": "x", "${name}": 1}`) as Record<string, unknown>;
      expect(checkFields(TABLE, input).problems).to.deep.equal([
        `${name}: there is no such setting`,
      ]);
    }
  });
});
