import { expect } from 'chai';
import fc from 'fast-check';

import {
  GeminiMessageError,
  readGeminiMessage,
} from '../../../src/adapters/engines/gemini-message';

const NAMES = [
  ...['serverContent', 'modelTurn', 'parts', 'inlineData', 'data', 'mimeType', 'text'],
  ...['inputTranscription', 'interrupted', 'turnComplete', 'goAway', 'timeLeft', 'voiceActivity'],
];

/** Any JSON whose fields have the names of the Live API, and whatever values. */
const anything = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    fc.constantFrom(null, true, 7, 'x', 'audio/pcm;rate=24000', '50s', 'AAAA'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...NAMES), tie('value'), { maxKeys: 4 }),
  ),
})).value;

describe('readGeminiMessage', () => {
  it('reads a message or refuses it with its own error, whatever it is', () => {
    fc.assert(
      fc.property(anything, (value) => {
        try {
          expect(readGeminiMessage(value).sounds).to.be.an('array');
        } catch (error) {
          expect(error).to.be.instanceOf(GeminiMessageError);
        }
      }),
      { numRuns: 2_000, seed: 7 },
    );
  });

  it('takes null for what is missing', () => {
    const serverContent = {
      modelTurn: null,
      interrupted: null,
      inputTranscription: { text: null },
    };
    expect(readGeminiMessage({ serverContent, goAway: null })).to.deep.equal(readGeminiMessage({}));
  });

  it('reads how much time is left, where that is told', () => {
    const leftMs = (timeLeft: unknown) =>
      readGeminiMessage({ goAway: { timeLeft } }).goAway?.leftMs;
    expect(leftMs('50s')).to.equal(50_000);
    expect(leftMs('9.5s')).to.equal(9_500);
    expect(leftMs('0s')).to.equal(0);
    expect(leftMs('999999s')).to.be.below(2 ** 31);
    for (const text of ['', '-1s', '1e9s', '50', 'soon', '1000000s', null]) {
      expect(leftMs(text), `${text}`).to.equal(undefined);
    }
  });
});
