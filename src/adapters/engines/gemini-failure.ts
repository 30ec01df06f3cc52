/**
 * Why a conversation with Gemini ended, as the label of `engine.failed`: this list is all of them.
 *
 * What the service says in words is compared with a few patterns, and never handed on.
 */
export const GEMINI_FAILURES = [
  'bad_key', // HTTP 400, 401, 403, or a close frame that says so
  'closed', // a close frame in good order that nobody asked for
  'go_away', // the service announced that it would end the connection
  'internal_error', // close 1011 and the like, HTTP 5xx: the service has a fault
  'network', // no way there, a reset, or silence; also where our sound finds no way out
  'protocol', // what came is not what the Live API sends
  'quota', // RESOURCE_EXHAUSTED, HTTP 429: too much was asked of the service
  'refused', // close 1007, 1008 and the like: the model, the voice, the instructions
  'setup_timeout', // connected or not, the conversation was not set up in time
  'time_limit', // closed after the time that a connection may last
] as const;

export type GeminiFailure = (typeof GEMINI_FAILURES)[number];

/** A conversation could not be opened. Its message names the label, and nothing that is secret. */
export class GeminiError extends Error {
  readonly code = 'ERR_GEMINI';
  readonly failure: GeminiFailure;

  constructor(failure: GeminiFailure) {
    super(`Gemini: ${failure}`);
    this.name = 'GeminiError';
    this.failure = failure;
  }
}

const QUOTA = /RESOURCE_EXHAUSTED|quota|rate limit|too many|concurrent/i;
const BAD_KEY = /API[ _]key|UNAUTHENTICATED|PERMISSION_DENIED|credential/i;
const TIME_LIMIT = /deadline|time limit|duration/i;

/**
 * A connection lives for about ten minutes. One that ends without a reason shortly before that, or
 * later, has reached its limit.
 */
const NEAR_TIME_LIMIT_MS = 9 * 60_000;

/** What an answer to the upgrade means that is not 101. */
export function failureOfStatus(status: number): GeminiFailure {
  if (status === 400 || status === 401 || status === 403) return 'bad_key';
  if (status === 429) return 'quota';
  // A 101 that lacks a header of the upgrade is one of these.
  if (status < 200) return 'protocol';
  return status >= 500 ? 'internal_error' : 'refused';
}

/**
 * What the end of a connection means.
 *
 * @param code - of the close frame (RFC 6455 section 7.4); 1006 where there was none.
 * @param reason - of the close frame.
 * @param upMs - how long the connection had been up.
 */
export function failureOfClose(code: number, reason: string, upMs: number): GeminiFailure {
  if (QUOTA.test(reason)) return 'quota';
  if (BAD_KEY.test(reason)) return 'bad_key';
  if (TIME_LIMIT.test(reason)) return 'time_limit';
  switch (code) {
    case 1000:
    case 1005:
      return upMs >= NEAR_TIME_LIMIT_MS ? 'time_limit' : 'closed';
    case 1006:
      return upMs >= NEAR_TIME_LIMIT_MS ? 'time_limit' : 'network';
    case 1001:
    case 1012:
      return 'go_away';
    case 1011:
    case 1013:
    case 1014:
      return 'internal_error';
    default:
      return 'refused';
  }
}

/** What an error of the WebSocket library means: a broken way there, or broken frames. */
export function failureOfError(code: string | undefined): GeminiFailure {
  // An answer to the upgrade that breaks the protocol has no code.
  if (code === undefined || /^(WS_ERR_|HPE_)/.test(code)) return 'protocol';
  return 'network';
}
