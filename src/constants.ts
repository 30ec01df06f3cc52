/** The numbers that both ends share, each in one place. Times are milliseconds, sizes bytes. */

/** Audio on the wire and at every port: 16 kHz, mono, signed 16-bit little-endian PCM. */
export const SAMPLE_RATE_HZ = 16_000;
export const BYTES_PER_SAMPLE = 2;
export const BYTES_PER_MS = (SAMPLE_RATE_HZ * BYTES_PER_SAMPLE) / 1000;

/** A WebSocket ping this often, from both ends; the first one this long after connecting. */
export const HEARTBEAT_INTERVAL_MS = 30_000;
/** How long after a ping the peer may stay silent. */
export const PONG_TIMEOUT_MS = 10_000;
/** A deadline that runs later than this was held up by our own stall, and re-arms once ... */
export const HEARTBEAT_LATE_MS = 1_000;
/** ... for this long, in which whatever waited in the socket is read. */
export const HEARTBEAT_GRACE_MS = 5_000;

/** A standstill of the event loop, or a jump of the time of day, that is worth an event. */
export const TELLING_LAG_MS = 1_000;

/** A line of a journal is on the disk so long after it was written: a power cut takes the rest. */
export const JOURNAL_SYNC_MS = 1_000;

/** From `close()` to `terminate()`. */
export const CLOSE_TIMEOUT_MS = 2_000;

/** From `hotword_detected` to its answer. */
export const SESSION_START_TIMEOUT_MS = 5_000;

/** Close codes that are ours to send or that we act on (RFC 6455 section 7.4). */
export const CLOSE_NORMAL = 1000;
export const CLOSE_GOING_AWAY = 1001;
export const CLOSE_PROTOCOL_ERROR = 1002;
export const CLOSE_BAD_DATA = 1007;
export const CLOSE_POLICY = 1008;
export const CLOSE_TOO_BIG = 1009;
export const CLOSE_SERVICE_RESTART = 1012;
export const CLOSE_TRY_LATER = 1013;

/** The seed's words to a connection whose device has connected anew. */
export const REPLACED_REASON = 'New connection replacing this one.';

/** How long a piece of PCM sounds, in milliseconds. */
export function soundMs(bytes: number): number {
  return bytes / BYTES_PER_MS;
}
