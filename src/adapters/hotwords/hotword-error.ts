/** Why a hotword engine cannot be had. docs/hotwords.md says what to do about each. */
export type HotwordErrorCode =
  | 'ERR_HOTWORD_KEYWORD' /* the engine does not know this keyword */
  | 'ERR_HOTWORD_MODEL' /* the file of a keyword is missing, broken, or made for another engine */
  | 'ERR_HOTWORD_SENSITIVITY' /* not a number from 0 to 1 */
  | 'ERR_HOTWORD_UNSUPPORTED' /* the engine is not built for this machine */
  | 'ERR_HOTWORD_KEY_MISSING' /* the engine needs an access key */
  | 'ERR_HOTWORD_KEY_INVALID' /* what was given is no access key */
  | 'ERR_HOTWORD_KEY_ACTIVATION' /* the key could not be checked: mostly the network */
  | 'ERR_HOTWORD_KEY_LIMIT' /* the key is in use on as many devices as it is good for */
  | 'ERR_HOTWORD_KEY_THROTTLED' /* the key was checked too often */
  | 'ERR_HOTWORD_KEY_REFUSED' /* the key has expired, or was disabled */
  | 'ERR_HOTWORD_ENGINE'; /* anything else that the engine fails of */

/**
 * A hotword engine that cannot be had. The message says what was wrong, where, and what to do; it
 * never holds an access key, nor any text of a library that may quote one.
 */
export class HotwordError extends Error {
  override readonly name = 'HotwordError';
  /** Stable: programs go by it, people read the message. */
  readonly code: HotwordErrorCode;

  constructor(code: HotwordErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
