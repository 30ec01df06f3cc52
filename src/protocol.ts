/**
 * The wire: control messages as a union, their encoding, and their decoding with every way in which
 * a peer can get them wrong. `docs/protocol.md` describes the same for a stranger.
 */

/** The WebSocket subprotocol that adds ids, acknowledgements and reasons to the base messages. */
export const TARS_V2 = 'tars.v2';

/** What the two ends agreed to speak. */
export type ProtocolVersion = 'base' | 'tars.v2';

/** Header by which a device names itself; a device without one is {@link DEFAULT_DEVICE}. */
export const DEVICE_HEADER = 'tars-device';
export const DEFAULT_DEVICE = 'default';

/** What a device may be called. */
export const DEVICE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** What a token may look like: visible ASCII alone, so that it can stand in a header as it is. */
export const TOKEN = /^[\x21-\x7e]{1,512}$/;

/** The `Authorization` of a device that shows its token (RFC 6750 section 2.1). */
export const BEARER = /^Bearer +([\x21-\x7e]{1,512})$/i;

/** What a session may be called by the client that chooses the name. */
export const SESSION_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** What made the client ask for a session. */
export type Trigger = 'hotword' | 'button';

/** Fields in brackets below belong to `tars.v2`; a base message has none but `type`. */
export type ClientMessage =
  | { readonly type: 'hotword_detected'; readonly session?: string; readonly trigger?: Trigger }
  | {
      readonly type: 'playback_complete';
      readonly session?: string;
      readonly turn?: number;
      /** Whether the speaker failed before all was heard. */
      readonly error?: string;
    }
  | { readonly type: 'session_end'; readonly session?: string; readonly reason?: string };

export type ServerMessage =
  | { readonly type: 'welcome'; readonly device: string; readonly connection: string }
  | { readonly type: 'session_started'; readonly session: string }
  | { readonly type: 'session_rejected'; readonly session: string; readonly reason?: string }
  | { readonly type: 'audio_ack'; readonly session: string; readonly bytes: number }
  | { readonly type: 'start_of_tts_stream'; readonly session?: string; readonly turn?: number }
  | {
      readonly type: 'tts_stream_end';
      readonly session?: string;
      readonly turn?: number;
      readonly bytes?: number;
      readonly error?: string;
    }
  | { readonly type: 'session_end'; readonly session?: string; readonly reason?: string };

export type ControlMessage = ClientMessage | ServerMessage;

/** What can be wrong with a text message. */
export type MessageProblem = 'malformed_json' | 'not_an_object' | 'unknown_type' | 'bad_field';

export type Decoded<Message> =
  | { readonly ok: true; readonly message: Message }
  | { readonly ok: false; readonly problem: MessageProblem };

type FieldCheck = (value: unknown) => boolean;
type FieldChecks = Readonly<
  Record<string, { readonly check: FieldCheck; readonly needed: boolean }>
>;

const isSession: FieldCheck = (value) => typeof value === 'string' && SESSION_ID.test(value);
const isShortText: FieldCheck = (value) => typeof value === 'string' && value.length <= 200;
const isCount: FieldCheck = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isTrigger: FieldCheck = (value) => value === 'hotword' || value === 'button';

const needed = (check: FieldCheck) => ({ check, needed: true });
const optional = (check: FieldCheck) => ({ check, needed: false });

const CLIENT_MESSAGES: Readonly<Record<ClientMessage['type'], FieldChecks>> = {
  hotword_detected: { session: optional(isSession), trigger: optional(isTrigger) },
  playback_complete: {
    session: optional(isSession),
    turn: optional(isCount),
    error: optional(isShortText),
  },
  session_end: { session: optional(isSession), reason: optional(isShortText) },
};

const SERVER_MESSAGES: Readonly<Record<ServerMessage['type'], FieldChecks>> = {
  welcome: { device: needed(isShortText), connection: needed(isShortText) },
  session_started: { session: needed(isSession) },
  session_rejected: { session: needed(isSession), reason: optional(isShortText) },
  audio_ack: { session: needed(isSession), bytes: needed(isCount) },
  start_of_tts_stream: { session: optional(isSession), turn: optional(isCount) },
  tts_stream_end: {
    session: optional(isSession),
    turn: optional(isCount),
    bytes: optional(isCount),
    error: optional(isShortText),
  },
  session_end: { session: optional(isSession), reason: optional(isShortText) },
};

/** The text of a message; in the base protocol its type alone. */
export function encodeMessage(message: ControlMessage, protocol: ProtocolVersion): string {
  return JSON.stringify(protocol === 'base' ? { type: message.type } : message);
}

/** Reads what a client sent. Never throws, whatever the text. */
export function decodeClientMessage(text: string): Decoded<ClientMessage> {
  return decode<ClientMessage>(text, CLIENT_MESSAGES);
}

/** Reads what a server sent. Never throws, whatever the text. */
export function decodeServerMessage(text: string): Decoded<ServerMessage> {
  return decode<ServerMessage>(text, SERVER_MESSAGES);
}

function decode<Message extends ControlMessage>(
  text: string,
  known: Readonly<Record<string, FieldChecks>>,
): Decoded<Message> {
  const value = parseJson(text);
  if (value === undefined) return { ok: false, problem: 'malformed_json' };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { ok: false, problem: 'not_an_object' };
  }
  const fields = value as Readonly<Record<string, unknown>>;
  const type = fields['type'];
  if (typeof type !== 'string' || !Object.hasOwn(known, type)) {
    return { ok: false, problem: 'unknown_type' };
  }
  return pick<Message>(type, fields, known[type] as FieldChecks);
}

/** `undefined` is no JSON value, so it can stand for "malformed". */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Copies the known fields alone: a peer's `__proto__` and other surprises stay outside. */
function pick<Message>(
  type: string,
  fields: Readonly<Record<string, unknown>>,
  checks: FieldChecks,
): Decoded<Message> {
  const message: Record<string, unknown> = { type };
  for (const [name, { check, needed: isNeeded }] of Object.entries(checks)) {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (value === undefined || value === null) {
      if (isNeeded) return { ok: false, problem: 'bad_field' };
    } else if (check(value)) {
      message[name] = value;
    } else {
      return { ok: false, problem: 'bad_field' };
    }
  }
  return { ok: true, message: message as Message };
}
