/** What can be wrong with a WAV file. */
export type WavErrorCode =
  | 'WAV_NOT_RIFF' /* no RIFF file of form WAVE: something else, or nothing at all */
  | 'WAV_NO_FMT' /* no fmt chunk before the samples */
  | 'WAV_BAD_FMT' /* a fmt chunk too short for what it announces */
  | 'WAV_NO_DATA' /* no data chunk */
  | 'WAV_TRUNCATED' /* the file ends before what it announces */
  | 'WAV_EMPTY' /* a data chunk without samples */
  | 'WAV_UNSUPPORTED_FORMAT'; /* a sound WAV file that is not 16 kHz mono 16-bit PCM */

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
