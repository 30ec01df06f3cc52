import * as constants from '../constants';
import { DEFAULT_DEVICE, DEVICE_NAME, TOKEN } from '../protocol';
import {
  checkFields,
  choice,
  count,
  optional,
  text,
  type Field,
  type Fields,
  type ValuesOf,
} from './setting-field';

/** The longest delay that a timer takes. */
const MAX_DELAY_MS = 2 ** 31 - 1;
const ms = (byDefault: number) => count(byDefault, 'milliseconds', MAX_DELAY_MS);
const bytes = (byDefault: number) => count(byDefault, 'bytes');

/** A secret in an address is shown wherever the address is; and `ws` takes no fragment. */
const USER_OR_FRAGMENT = /^wss?:\/*[^/?#]*@|#/i;

const FIELDS = {
  /** Where the server is, as `ws://` or `wss://`. */
  serverUrl: text(undefined, addressProblem),
  /** What the device calls itself; the server keeps one conversation for each name. */
  device: text(DEFAULT_DEVICE, (name) =>
    DEVICE_NAME.test(name)
      ? undefined
      : 'must be 1 to 64 letters, digits, dots, dashes or underscores',
  ),
  /**
   * What shows the server that it is this device, for a server that asks. It travels in a header,
   * never in the address.
   */
  token: optional((token) =>
    TOKEN.test(token)
      ? undefined
      : 'must be 1 to 512 characters of visible ASCII, without spaces or line breaks',
  ),
  /** DNS, TCP, TLS, upgrade and welcome together. Default 10 s. */
  dialTimeoutMs: ms(10_000),
  /** The longest wait between two dials, at which the doubling ends. Default 60 s. */
  backoffCapMs: ms(60_000),
  /** The unit of the doubling: the wait before retry n is (2^n + U[0, 1)) of it. Default 1 s. */
  backoffUnitMs: ms(1_000),
  /** How long a connection must have been up for the next wait to be the shortest. Default 10 s. */
  stableAfterMs: ms(10_000),
  /** `stable` counts anew only after `stableAfterMs`; `connect`, the seed's rule, at once. */
  backoffReset: choice('stable', 'connect'),
  /** From ping to ping, the first one this long after connecting. Default 30 s. */
  heartbeatIntervalMs: ms(constants.HEARTBEAT_INTERVAL_MS),
  /** How long after a ping the server may stay silent. Default 10 s. */
  pongTimeoutMs: ms(constants.PONG_TIMEOUT_MS),
  /** A deadline later than this was held up by a stall of our own. Default 1 s. */
  heartbeatLateMs: ms(constants.HEARTBEAT_LATE_MS),
  /** What such a deadline is put off by, once. Default 5 s. */
  heartbeatGraceMs: ms(constants.HEARTBEAT_GRACE_MS),
  /** From a close frame to cutting the connection. Default 2 s. */
  closeTimeoutMs: ms(constants.CLOSE_TIMEOUT_MS),
  /** The largest message that a server may send. Default 128 KiB: 4 s of sound. */
  maxMessageBytes: bytes(131_072),
  /** From asking for a session to giving up. Default 5 s. */
  sessionStartTimeoutMs: ms(constants.SESSION_START_TIMEOUT_MS),
  /** Whether a sound says that a session has begun. What is said while it sounds is lost. */
  acknowledge: choice<boolean>(false, true),
  /** How long the microphone streams without any answer, should the server never end a session. */
  activeLimitMs: ms(300_000),
  /** The longest silence inside an answer, and the longest hang of a speaker. Default 10 s. */
  answerGapLimitMs: ms(10_000),
  /** Uplink audio in flight and waiting together. Default 64,000 bytes: 2 s. */
  uplinkLimitBytes: bytes(64_000),
  /** No more flies than the server took in the last so long ... Default 2 s. */
  uplinkDelayMs: ms(2_000),
  /** ... but this much may always. Default 32,000 bytes: 1 s. */
  uplinkLeastBytes: bytes(32_000),
  /** Audio in one binary message. Default 3,200 bytes: 100 ms. */
  uplinkChunkBytes: samples(3_200),
  /** Answer audio that waits for the speaker, beyond which the link is not read. Default 30 s. */
  downlinkLimitBytes: bytes(960_000),
  /** How long after the last sound the ear stays closed. Default 200 ms. */
  echoTailMs: ms(200),
  /** A press of the button this soon after what began a session does not end it. Default 300 ms. */
  buttonDebounceMs: ms(300),
  /** The first wait before a failed microphone is opened again; it doubles up to the cap. */
  microphoneRetryMs: ms(1_000),
  microphoneRetryCapMs: ms(8_000),
} satisfies Fields;

/** How a client behaves; every field but the server's address has a default. */
export type ClientSettings = ValuesOf<typeof FIELDS>;
export type ClientSettingsInput = {
  readonly [Name in keyof ClientSettings]?: ClientSettings[Name] | undefined;
} & Pick<ClientSettings, 'serverUrl'>;

/** A setting that cannot be used. Its message names each one. */
export class ClientSettingsError extends Error {
  readonly code = 'CLIENT_SETTINGS';
}

/** Fills in the defaults. Throws {@link ClientSettingsError}. */
export function checkClientSettings(input: ClientSettingsInput): ClientSettings {
  const { problems, values } = checkFields(FIELDS, input);
  const settings = values as ClientSettings;
  const all = problems.length > 0 ? problems : conflicts(settings);
  if (all.length === 0) return settings;
  throw new ClientSettingsError(`Client settings are wrong. ${all.join('; ')}`);
}

/** What is wrong with settings that are right each by itself. */
function conflicts(all: ClientSettings): readonly string[] {
  const found: string[] = [];
  if (all.uplinkLimitBytes < all.uplinkChunkBytes) {
    found.push(
      'uplinkLimitBytes: must be uplinkChunkBytes at least, or nothing would ever be sent',
    );
  }
  if (all.downlinkLimitBytes < 2 * all.maxMessageBytes + 65_536) {
    found.push(
      'downlinkLimitBytes: must be twice maxMessageBytes and 65,536 more at least, ' +
        'or the link would stand still',
    );
  }
  return found;
}

function addressProblem(address: string): string | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  // A URL forgives white space, and the rule about users would not see through it.
  if (!/^wss?:$/.test(url?.protocol ?? '') || /\s/.test(address)) {
    return 'must be a ws:// or wss:// address';
  }
  return USER_OR_FRAGMENT.test(address) ? 'must have no user, password or fragment' : undefined;
}

/** Whole samples of sound, in bytes. */
function samples(byDefault: number): Field<number> {
  const { problem } = bytes(byDefault);
  const wholeProblem = (value: unknown): string | undefined =>
    (value as number) % constants.BYTES_PER_SAMPLE === 0 ? undefined : 'must be whole samples';
  return { byDefault, problem: (value) => problem(value) ?? wholeProblem(value) };
}
