import { z } from 'zod';

import {
  BYTES_PER_MS,
  CLOSE_TIMEOUT_MS,
  HEARTBEAT_GRACE_MS,
  HEARTBEAT_INTERVAL_MS,
  HEARTBEAT_LATE_MS,
  PONG_TIMEOUT_MS,
  SESSION_START_TIMEOUT_MS,
} from '../constants';
import { END_PHRASES, wordsOf } from './end-phrases';

/** The longest delay that a timer takes, in milliseconds. */
const MAX_DELAY_MS = 2 ** 31 - 1;
/** Closing takes at most this long, so that a shutdown ends within three seconds. */
const MAX_CLOSE_TIMEOUT_MS = 2_500;

const delayMs = (byDefault: number, maxMs = MAX_DELAY_MS) =>
  z.int().min(1).max(maxMs).default(byDefault);
const count = (byDefault: number) => z.int().min(1).default(byDefault);

const MAX_END_PHRASES = 50;
const MAX_END_PHRASE_LENGTH = 100;

const endPhrase = z
  .string()
  .max(MAX_END_PHRASE_LENGTH, `must have ${MAX_END_PHRASE_LENGTH} characters at most`)
  .refine((phrase) => wordsOf(phrase) !== '', 'must have a letter or a digit');

const HEARTBEAT = z.strictObject({
  /** Milliseconds from connecting to the first ping, and from ping to ping. Default 30,000. */
  intervalMs: delayMs(HEARTBEAT_INTERVAL_MS),
  /** Milliseconds after a ping in which something must come in. Default 10,000. */
  timeoutMs: delayMs(PONG_TIMEOUT_MS),
  /** Milliseconds by which a deadline must run late to be put off. Default 1,000. */
  lateMs: delayMs(HEARTBEAT_LATE_MS),
  /** Milliseconds by which a late deadline is put off, once. Default 5,000. */
  graceMs: delayMs(HEARTBEAT_GRACE_MS),
});

const SETTINGS = z.strictObject({
  /** Address to listen on. Default 127.0.0.1. */
  host: z.string().min(1).default('127.0.0.1'),
  /** Port to listen on; 0 lets the system choose. Default 8765. */
  port: z.int().min(0).max(65_535).default(8765),

  /** Devices that may be connected at a time. Default 16. */
  maxDevices: count(16),
  /** Accepted streams that belong to no device (yet), at a time. Default 16. */
  maxPendingUpgrades: count(16),
  /** As many of them from one address, of IPv6 from one /64. Default 4. */
  maxPendingUpgradesPerAddress: count(4),
  /** Milliseconds from accepting a stream to its upgrade. Default 10,000. */
  upgradeTimeoutMs: delayMs(10_000),
  /** Bytes of a request for an upgrade, its headers included. Default 8,192. */
  maxHeaderBytes: count(8 * 1024),
  /** Refusals that are reported in a row; then one a second, and no more. Default 200. */
  refusalReportBurst: count(200),
  /** Bytes of the longest message that is taken; a longer one closes with 1009. Default 65,536. */
  maxMessageBytes: count(64 * 1024),
  /** Frames that one message may come in. Default 32. */
  maxMessageFragments: count(32),
  /** Pieces in which the network may deliver one frame. Default 4,096. */
  maxFrameChunks: count(4_096),
  /** Messages, pings and pongs of one connection a second, in the long run. Default 200. */
  messagesPerSecond: count(200),
  /** As many of them at once; more closes with 1008. Default 2,000. */
  messageBurst: count(2_000),
  /** Bytes of one connection a second, in the long run: 4 times speech. Default 128,000. */
  bytesPerSecond: count(4 * 1_000 * BYTES_PER_MS),
  /** As many of them at once: 65 s of speech; more closes with 1008. Default 2,097,152. */
  byteBurst: count(2 * 1024 * 1024),
  /** Bytes that may wait to be sent to a peer that does not read. Default 1,048,576. */
  maxSendBufferBytes: count(1024 * 1024),
  /** Inputs of one connection that may be wrong before it is closed with 1008. Default 100. */
  maxRejectedInputs: count(100),
  /** Milliseconds in which one of these is forgiven: links live for months. Default 60,000. */
  rejectedInputForgivenMs: delayMs(60_000),
  /** How a dead peer is told from a live one. */
  heartbeat: HEARTBEAT.default(HEARTBEAT.parse({})),
  /** Milliseconds from a close frame to the end of the connection. Default 2,000. */
  closeTimeoutMs: delayMs(CLOSE_TIMEOUT_MS, MAX_CLOSE_TIMEOUT_MS),

  /** Milliseconds that an engine may take to open. Default 5,000. */
  startTimeoutMs: delayMs(SESSION_START_TIMEOUT_MS),
  /** Milliseconds in ACTIVE without speech after which a session ends. Default 30,000. */
  activeTimeoutMs: delayMs(30_000),
  /** Milliseconds that an engine may take to begin its answer. Default 60,000. */
  processingTimeoutMs: delayMs(60_000),
  /** Milliseconds past the length of the audio that a turn may take. Default 5,000. */
  playbackGraceMs: delayMs(5_000),
  /** Milliseconds of speech that may be sent before it is heard. Default 20,000. */
  maxPlaybackLeadMs: delayMs(20_000),
  /** Milliseconds that closing an engine may take. Default 5,000. */
  engineCloseTimeoutMs: delayMs(5_000),
  /** Engines that may be opening, open or closing at a time, of all devices. Default 64. */
  maxEngines: count(64),
  /** The same for one device, so that none takes the engines of all. Default 4. */
  maxEnginesPerDevice: count(4),
  /** Milliseconds between two acknowledgements of audio, at least. Default 500. */
  audioAckMs: delayMs(500),
  /**
   * What a person says to end a session, where the engine tells what was said: up to 50 phrases of
   * up to 100 characters. None: nothing that is said does. Default: "thank you, that's all" and
   * five like it.
   */
  endPhrases: z
    .array(endPhrase)
    .max(MAX_END_PHRASES, `must be ${MAX_END_PHRASES} phrases at most`)
    .readonly()
    .default(END_PHRASES),
});

/** Settings as given: what is left out has its default. */
export type ServerSettingsInput = z.input<typeof SETTINGS>;

/** Settings of the server, checked and complete. */
export type ServerSettings = Readonly<z.output<typeof SETTINGS>>;

/** A setting that cannot be used. `setting` is its name, as in `heartbeat.intervalMs`. */
export class InvalidSettingError extends Error {
  readonly code = 'ERR_INVALID_SETTING';
  readonly setting: string;

  constructor(setting: string, problem: string) {
    super(`setting ${setting}: ${problem}`);
    this.name = 'InvalidSettingError';
    this.setting = setting;
  }
}

/** Fills in defaults. Throws an {@link InvalidSettingError} for the first setting that is wrong. */
export function checkServerSettings(input: ServerSettingsInput = {}): ServerSettings {
  const result = SETTINGS.safeParse(input);
  if (result.success) return result.data;
  const issue = result.error.issues[0] as z.core.$ZodIssue;
  throw new InvalidSettingError(nameOf(issue), issue.message);
}

function nameOf(issue: z.core.$ZodIssue): string {
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  return [...issue.path, ...unknown].join('.');
}
