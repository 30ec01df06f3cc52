/** What can be wrong with a WAV file. */
export type WavErrorCode =
  | 'WAV_NOT_RIFF' /* no RIFF file of form WAVE: something else, or nothing at all */
  | 'WAV_NO_FMT' /* no fmt chunk before the samples */
  | 'WAV_BAD_FMT' /* a fmt chunk too short for what it announces, or at odds with itself */
  | 'WAV_NO_DATA' /* no data chunk */
  | 'WAV_BAD_LENGTH' /* a data chunk that ends before the samples do */
  | 'WAV_TRUNCATED' /* the file ends before what it announces */
  | 'WAV_EMPTY' /* a data chunk without samples, or too few to make one of ours */
  | 'WAV_TOO_BIG' /* more samples, or more time, than is read */
  | 'WAV_BAD_SAMPLE' /* a sample that is no number: NaN or an infinity */
  | 'WAV_UNSUPPORTED_FORMAT'; /* a sound WAV file, but of an encoding or size that is not read */

/** A WAV file that cannot be used; the message says what was found and what to do. */
export class WavError extends Error {
  override readonly name = 'WavError';
  /** Stable: programs go by it, people read the message. */
  readonly code: WavErrorCode;

  constructor(code: WavErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** What to do about a WAV file that is sound, and not for us. */
export const CONVERT_WITH_SOX =
  'SoX converts it: sox IN.wav -b 16 -r 16000 -c 1 -e signed-integer OUT.wav';
