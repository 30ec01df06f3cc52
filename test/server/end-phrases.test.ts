import { expect } from 'chai';

import { EndPhrases } from '../../src/server/end-phrases';

const phrases = new EndPhrases(["Thank you, that's all", 'Auf Wiederhören', 'bye']);

describe('EndPhrases', () => {
  it('end in a whole utterance, whatever its case and punctuation', () => {
    for (const said of ["thank you, that's all", ' THANK YOU! That’s all... ', 'Bye.', '“Bye”']) {
      expect(phrases.endIn(said), said).to.equal(true);
    }
  });

  it('know every apostrophe, and none', () => {
    for (const apostrophe of ["'", '’', '‘', 'ʼ', '`', '´', '′', '＇', '']) {
      expect(phrases.endIn(`thank you that${apostrophe}s all`), apostrophe).to.equal(true);
    }
  });

  it('know letters in each of their forms', () => {
    expect(phrases.endIn('Auf Wiederho\u0308ren!')).to.equal(true);
    expect(phrases.endIn('ＢＹＥ')).to.equal(true);
    expect(phrases.endIn('Auf Wiederhoren!')).to.equal(false);
  });

  it('end in what has them at its end', () => {
    expect(phrases.endIn('The kitchen light. Thank you, that’s all.')).to.equal(true);
  });

  it('do not end in what goes on behind them', () => {
    expect(phrases.endIn('Thank you, that’s all I need to know about cats.')).to.equal(false);
    expect(phrases.endIn('Bye is what he said.')).to.equal(false);
  });

  it('are whole words', () => {
    expect(phrases.endIn('lullabye')).to.equal(false);
    expect(phrases.endIn('Goodbye')).to.equal(false);
    expect(phrases.endIn('good-bye')).to.equal(true);
  });

  it('end in nothing that nobody understood', () => {
    for (const said of [undefined, '', '   ', '...']) expect(phrases.endIn(said)).to.equal(false);
  });

  it('are found behind any length of speech', () => {
    expect(phrases.endIn(`${'word '.repeat(100_000)} bye`)).to.equal(true);
    expect(phrases.endIn(`bye ${'word '.repeat(100_000)}`)).to.equal(false);
  });

  it('may be none', () => {
    expect(new EndPhrases([]).endIn('bye')).to.equal(false);
  });
});
