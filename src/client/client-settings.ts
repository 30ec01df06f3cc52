import { z } from 'zod';

import * as constants from '../constants';
import { DEFAULT_DEVICE, DEVICE_NAME, TOKEN } from '../protocol';

const ms = z
  .number()
  .int()
  .positive()
  .max(2 ** 31 - 1);
const bytes = z.number().int().positive();

/** A secret in an address is shown wherever the address is; and `ws` takes no fragment. */
const USER_OR_FRAGMENT = /^wss?:\/*[^/?#]*@|#/i;

const fields = z.strictObject({
  /** Where the server is, as `ws://` or `wss://`. */
  serverUrl: z
    .url({ protocol: /^wss?$/, error: 'must be a ws:// or wss:// address' })
    .refine((url) => !USER_OR_FRAGMENT.test(url), 'must have no user, password or fragment'),
  /** What the device calls itself; the server keeps one conversation for each name. */
  device: z
    .string()
    .regex(DEVICE_NAME, 'must be 1 to 64 letters, digits, dots, dashes or underscores')
    .default(DEFAULT_DEVICE),
  /**
   * What shows the server that it is this device, for a server that asks. It travels in a header,
   * never in the address.
   */
  token: z
    .string()
    .regex(TOKEN, 'must be 1 to 512 characters of visible ASCII, without spaces or line breaks')
    .optional(),
  /** DNS, TCP, TLS, upgrade and welcome together. Default 10 s. */
  dialTimeoutMs: ms.default(10_000),
  /** The longest wait between two dials, at which the doubling ends. Default 60 s. */
  backoffCapMs: ms.default(60_000),
  /** The unit of the doubling: the wait before retry n is (2^n + U[0, 1)) of it. Default 1 s. */
  backoffUnitMs: ms.default(1_000),
  /** How long a connection must have been up for the next wait to be the shortest. Default 10 s. */
  stableAfterMs: ms.default(10_000),
  /** `stable` counts anew only after `stableAfterMs`; `connect`, the seed's rule, at once. */
  backoffReset: z.enum(['stable', 'connect']).default('stable'),
  /** From ping to ping, the first one this long after connecting. Default 30 s. */
  heartbeatIntervalMs: ms.default(constants.HEARTBEAT_INTERVAL_MS),
  /** How long after a ping the server may stay silent. Default 10 s. */
  pongTimeoutMs: ms.default(constants.PONG_TIMEOUT_MS),
  /** A deadline later than this was held up by a stall of our own. Default 1 s. */
  heartbeatLateMs: ms.default(constants.HEARTBEAT_LATE_MS),
  /** What such a deadline is put off by, once. Default 5 s. */
  heartbeatGraceMs: ms.default(constants.HEARTBEAT_GRACE_MS),
  /** From a close frame to cutting the connection. Default 2 s. */
  closeTimeoutMs: ms.default(constants.CLOSE_TIMEOUT_MS),
  /** The largest message that a server may send. Default 128 KiB: 4 s of sound. */
  maxMessageBytes: bytes.default(131_072),
  /** From asking for a session to giving up. Default 5 s. */
  sessionStartTimeoutMs: ms.default(constants.SESSION_START_TIMEOUT_MS),
  /** Whether a sound says that a session has begun. What is said while it sounds is lost. */
  acknowledge: z.boolean().default(false),
  /** How long the microphone streams without any answer, should the server never end a session. */
  activeLimitMs: ms.default(300_000),
  /** The longest silence inside an answer, and the longest hang of a speaker. Default 10 s. */
  answerGapLimitMs: ms.default(10_000),
  /** Uplink audio in flight and waiting together. Default 64,000 bytes: 2 s. */
  uplinkLimitBytes: bytes.default(64_000),
  /** No more flies than the server took in the last so long ... Default 2 s. */
  uplinkDelayMs: ms.default(2_000),
  /** ... but this much may always. Default 32,000 bytes: 1 s. */
  uplinkLeastBytes: bytes.default(32_000),
  /** Audio in one binary message. Default 3,200 bytes: 100 ms. */
  uplinkChunkBytes: bytes.multipleOf(constants.BYTES_PER_SAMPLE).default(3_200),
  /** Answer audio that waits for the speaker, beyond which the link is not read. Default 30 s. */
  downlinkLimitBytes: bytes.default(960_000),
  /** How long after the last sound the ear stays closed. Default 200 ms. */
  echoTailMs: ms.default(200),
  /** A press of the button this soon after what began a session does not end it. Default 300 ms. */
  buttonDebounceMs: ms.default(300),
  /** The first wait before a failed microphone is opened again; it doubles up to the cap. */
  microphoneRetryMs: ms.default(1_000),
  microphoneRetryCapMs: ms.default(8_000),
});

const schema = fields
  .refine((all) => all.uplinkLimitBytes >= all.uplinkChunkBytes, {
    path: ['uplinkLimitBytes'],
    error: 'must be uplinkChunkBytes at least, or nothing would ever be sent',
  })
  .refine((all) => all.downlinkLimitBytes >= 2 * all.maxMessageBytes + 65_536, {
    path: ['downlinkLimitBytes'],
    error: 'must be twice maxMessageBytes and 65,536 more at least, or the link would stand still',
  });

/** How a client behaves; every field but the server's address has a default. */
export type ClientSettings = Readonly<z.infer<typeof schema>>;
export type ClientSettingsInput = Readonly<z.input<typeof schema>>;

/** A setting that cannot be used. Its message names each one. */
export class ClientSettingsError extends Error {
  readonly code = 'CLIENT_SETTINGS';
}

/** Fills in the defaults. Throws {@link ClientSettingsError}. */
export function checkClientSettings(input: ClientSettingsInput): ClientSettings {
  const checked = schema.safeParse(input);
  if (checked.success) return checked.data;
  const problems = checked.error.issues.map(
    (issue) => `${issue.path.join('.') || 'settings'}: ${issue.message}`,
  );
  throw new ClientSettingsError(`Client settings are wrong. ${problems.join('; ')}`);
}
