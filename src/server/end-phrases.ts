/** What ends a session, where nobody chose otherwise: nothing that is said for another reason. */
export const END_PHRASES = [
  "thank you, that's all",
  "thanks, that's all",
  "that's all, thank you",
  "that's all, thanks",
  "that's all for now",
  'that will be all',
];

/** An apostrophe, as transcripts and keyboards have it; it is left out, like in "thats all". */
const APOSTROPHES = /['’‘‛ʼʹ′＇`´]/gu;
/** All that is no part of a word. */
const BETWEEN_WORDS = /[^\p{L}\p{M}\p{N}]+/gu;

/** Of what was said only the end is looked at: no phrase is longer. In characters. */
const MAX_LOOKED_AT = 500;

/**
 * What a person says to end a session, like "thank you, that's all". Found at the end of a finished
 * utterance, as whole words, whatever their case and punctuation; a phrase is never put together
 * from two utterances.
 */
export class EndPhrases {
  /** Each between spaces, so that words begin and end where those of the phrase do. */
  private readonly phrases: readonly string[];

  /** @param phrases - none: no session ends by what is said. */
  constructor(phrases: readonly string[]) {
    this.phrases = phrases.map((phrase) => ` ${wordsOf(phrase)} `);
  }

  /** Whether an utterance ends with one of them; never, where the engine has no words for it. */
  endIn(transcript: string | undefined): boolean {
    if (typeof transcript !== 'string') return false;
    const said = ` ${wordsOf(transcript.slice(-MAX_LOOKED_AT))} `;
    return this.phrases.some((phrase) => said.endsWith(phrase));
  }
}

/** The words of a text, in small letters and with a space between them. */
export function wordsOf(text: string): string {
  const plain = text.replace(APOSTROPHES, '').normalize('NFKC').toLowerCase();
  return plain.replace(BETWEEN_WORDS, ' ').trim();
}
