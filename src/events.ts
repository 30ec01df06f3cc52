/**
 * The one event vocabulary.
 *
 *   LinkEvent        what client and server report; a deployed one's journal has the durable ones
 *   SimulatorEvent   what only a simulation knows (`simulator-events.ts`)
 *   Stamp            when, where and in which order
 *   RecordedEvent    one entry of a trace or a journal
 *
 * Invariants, expectations and reporters read nothing else. Events hold stable labels and numbers,
 * never an error's text, never audio, never what was said, never a token. One text is not ours: the
 * reason in a close frame of the peer's, without which many a close cannot be explained.
 */
import type { ProtocolVersion, Trigger } from './protocol';
import type { DeviceFailure, Listening } from './ports';
import type { SimulatorEvent } from './simulator-events';

/** Raised when a field of an event changes its meaning; a reader of older journals goes by it. */
export const EVENTS_VERSION = 1;

/** Why a dial failed. */
export type DialFailure =
  | 'auth' /* HTTP 401 */
  | 'dial_closed' /* TCP closed or reset before the upgrade was answered */
  | 'dial_refused'
  | 'dial_timeout' /* no DNS, TCP, TLS or upgrade within the dial timeout */
  | 'dial_unreachable'
  | 'dns'
  | 'http_status' /* an answer other than 101; redirects are not followed */
  | 'no_welcome' /* upgraded, and then not welcomed within the dial timeout */
  | 'tls'
  | 'tls_expired' /* the certificate is, or our clock is ahead */
  | 'tls_not_yet_valid'; /* the certificate, mostly because our clock has not been set */

/** Why a connection that was up is no longer, or how an upgraded one ended before its welcome. */
export const LOSS_LABELS = [
  'busy', // close 1013: no place for us, or a newer connection has ours
  'fin', // TCP ended without a close frame
  'heartbeat_timeout',
  'local_shutdown',
  'overload', // close 1009, or more than a peer may send
  'peer_close', // a close frame with any other code
  'peer_restart', // close 1001 or 1012
  'policy', // close 1008, in either direction
  'protocol_error', // frames of the peer's that break RFC 6455
  'replaced', // the server's own word: a newer connection of the device has come
  'reset',
  'tcp_timeout', // ETIMEDOUT: the kernel gave up
  'unknown',
] as const;

export type LossLabel = (typeof LOSS_LABELS)[number];
export type FailureLabel = DialFailure | LossLabel;

/** Who ended a connection: we, the peer by a close frame, or something in between. */
export type Initiator = 'local' | 'remote' | 'network';

/** What was wrong with something a peer sent. The link lives on; it is counted. */
export type InputProblem =
  | 'bad_field'
  | 'malformed_json'
  | 'not_an_object'
  | 'odd_length'
  | 'stale_audio' /* audio of a session that is over: it was under way */
  | 'stale_message' /* a message for a session or turn that is not current */
  | 'unexpected_audio' /* audio where no session was ever on */
  | 'unexpected_message' /* a known message that this state has no use for */
  | 'unknown_type';

/** Why an accepted stream was not let in. */
export type Refusal =
  | 'bad_upgrade'
  | 'browser' /* it sent an `Origin` */
  | 'no_place'
  | 'too_many_from_address'
  | 'too_many_upgrades'
  | 'unauthorized'
  | 'upgrade_timeout';

/** A sound that tells the person something, for want of a screen. */
export type Cue = 'listening' | 'offline' | 'rejected' | 'interrupted';

/** The three state machines that report. */
export type Machine = 'link' | 'client' | 'conversation';

/** Sockets, timers and the like that a program still holds; all zero once it has stopped. */
export interface Holdings {
  readonly timers: number;
  readonly sockets: number;
  readonly dials: number;
  readonly devices: number;
}

/** A program's settings, as a scenario or a journal gives them. */
export type Settings = Readonly<Record<string, string | number | boolean>>;

/**
 * What client and server report. `connection` is the reporter's own id, `peerConnection` the
 * peer's.
 */
export type LinkEvent =
  // The link: a connection is dialled or accepted, lives, is lost once, and is closed once.
  | { readonly type: 'link.dialing'; readonly connection: string; readonly attempt: number }
  | { readonly type: 'link.open'; readonly connection: string; readonly protocol: ProtocolVersion }
  | {
      readonly type: 'link.connected';
      readonly connection: string;
      readonly protocol: ProtocolVersion;
      readonly peerConnection?: string;
    }
  | {
      readonly type: 'link.accepted';
      readonly connection: string;
      readonly device: string;
      readonly protocol: ProtocolVersion;
    }
  | {
      readonly type: 'link.failed';
      readonly connection: string;
      readonly label: FailureLabel;
      readonly httpStatus?: number;
      readonly code?: number;
    }
  | { readonly type: 'link.closing'; readonly connection: string; readonly code: number }
  | ({ readonly type: 'link.lost'; readonly connection: string } & CloseRecord)
  | { readonly type: 'link.closed'; readonly connection: string }
  | { readonly type: 'link.replaced'; readonly connection: string; readonly by: string }
  | {
      readonly type: 'link.refused';
      readonly reason: Refusal;
      readonly device?: string;
      /** In a journal: so many others like it came since the line before, and have none. */
      readonly others?: number;
    }
  | { readonly type: 'backoff.scheduled'; readonly attempt: number; readonly delayMs: number }
  | { readonly type: 'heartbeat.sent'; readonly connection: string }
  | { readonly type: 'heartbeat.pong'; readonly connection: string; readonly rttMs: number }
  | { readonly type: 'heartbeat.late'; readonly connection: string; readonly lateMs: number }
  | {
      readonly type: 'heartbeat.timeout';
      readonly connection: string;
      readonly sinceInboundMs: number;
    }
  // Messages and audio.
  | ({ readonly type: 'control.sent' } & ControlFields)
  | ({ readonly type: 'control.received' } & ControlFields)
  | { readonly type: 'input.rejected'; readonly connection: string; readonly problem: InputProblem }
  | {
      readonly type: 'audio.sent';
      readonly connection: string;
      readonly session: string;
      readonly bytes: number;
    }
  | {
      readonly type: 'audio.received';
      readonly connection: string;
      readonly session: string;
      readonly bytes: number;
    }
  | {
      /** The server says, or the client hears, how much of a session's audio was taken so far. */
      readonly type: 'audio.acknowledged';
      readonly connection: string;
      readonly session: string;
      readonly bytes: number;
    }
  | {
      readonly type: 'audio.dropped';
      readonly session: string;
      readonly bytes: number;
      readonly reason: 'uplink_full' | 'not_listening';
    }
  // Sessions, their states and turns.
  | { readonly type: 'hotword.detected'; readonly online: boolean }
  | { readonly type: 'button.pressed'; readonly online: boolean }
  | {
      readonly type: 'session.requested';
      readonly session: string;
      readonly trigger: Trigger;
      readonly device?: string;
    }
  | {
      readonly type: 'session.started';
      readonly session: string;
      readonly connection: string;
      readonly device?: string;
    }
  | {
      readonly type: 'session.rejected';
      readonly session: string;
      readonly reason: string;
      readonly device?: string;
    }
  | {
      readonly type: 'session.ended';
      readonly session: string;
      readonly reason: string;
      readonly device?: string;
    }
  | {
      readonly type: 'state.changed';
      readonly machine: Machine;
      readonly from: string;
      readonly to: string;
      readonly cause: string;
      readonly device?: string;
    }
  | {
      readonly type: 'turn.started';
      readonly session: string;
      readonly turn: number;
      readonly device: string;
    }
  | {
      readonly type: 'turn.ended';
      readonly session: string;
      readonly turn: number;
      readonly device: string;
      readonly bytes: number;
      readonly error?: string;
    }
  | { readonly type: 'playback.started'; readonly session: string; readonly turn: number }
  | {
      readonly type: 'playback.ended';
      readonly session: string;
      readonly turn: number;
      /** What came from the server for this turn, and what of it was heard. */
      readonly receivedBytes: number;
      readonly playedBytes: number;
      readonly how: 'finished' | 'stopped' | DeviceFailure;
    }
  | { readonly type: 'cue.played'; readonly cue: Cue }
  // Devices and the engine.
  | { readonly type: 'microphone.opened' }
  | { readonly type: 'microphone.listening'; readonly purpose: Listening }
  | { readonly type: 'microphone.failed'; readonly failure: DeviceFailure }
  | { readonly type: 'microphone.closed' }
  | {
      /** Sound that came too fast for us, and was lost; at most one such event in 10 s. */
      readonly type: 'microphone.overrun';
      readonly lostMs: number;
    }
  | { readonly type: 'speaker.failed'; readonly failure: DeviceFailure }
  | {
      /** Nobody hears the hotword until it is opened again, which `device.chosen` tells. */
      readonly type: 'hotword.failed';
      readonly failure: DeviceFailure;
    }
  | {
      /** Which adapter stands behind a port, and why, where that was our choice. */
      readonly type: 'device.chosen';
      readonly device: 'microphone' | 'speaker' | 'hotword';
      readonly adapter: string;
      readonly why: 'asked_for' | 'first_that_works' | 'nothing_works';
    }
  | { readonly type: 'engine.opening'; readonly engine: string; readonly device: string }
  | { readonly type: 'engine.opened'; readonly engine: string; readonly device: string }
  | { readonly type: 'engine.heard'; readonly engine: string; readonly bytes: number }
  | { readonly type: 'engine.speech'; readonly engine: string }
  | { readonly type: 'engine.failed'; readonly engine: string; readonly label: string }
  | {
      readonly type: 'engine.closed';
      readonly engine: string;
      /** Whether the engine took longer than it may, and was left to itself. */
      readonly timedOut: boolean;
    }
  // The program.
  /** A life of the program begins; the first line of each in a journal. */
  | ({ readonly type: 'host.started' } & LifeFields)
  /** A journal goes on in a new file: whose life it is that goes on. */
  | ({ readonly type: 'journal.continued' } & LifeFields)
  /** So many lines of a journal could not be written, and are lost; those after it are whole. */
  | { readonly type: 'journal.gap'; readonly lines: number }
  /** The event loop stood still for so long: told afterwards, and only from a second on. */
  | { readonly type: 'loop.stalled'; readonly ms: number }
  /** The time of day has jumped by a second or more, or the machine slept. */
  | { readonly type: 'clock.stepped'; readonly byMs: number }
  | { readonly type: 'server.listening'; readonly port: number }
  | { readonly type: 'callback.threw'; readonly callback: string }
  | ({ readonly type: 'host.stopped' } & Holdings);

/** What is known of a life from its start. */
export interface LifeFields {
  readonly program: string;
  /** The server that a client's program dials. */
  readonly server?: string;
  /** Where they are not the defaults. */
  readonly settings?: Settings;
  /** In a journal: {@link EVENTS_VERSION}. */
  readonly version?: number;
  /** In a journal: which start of the machine it is. Only within one can times be compared. */
  readonly machine?: string;
}

export interface ControlFields {
  readonly connection: string;
  readonly message: string;
  readonly session?: string;
  readonly turn?: number;
  readonly reason?: string;
}

/** What is known of a connection when it is lost: enough to tell causes apart. */
export interface CloseRecord {
  readonly label: LossLabel;
  readonly initiator: Initiator;
  /** The close code: received (`remote`) or sent (`local`). */
  readonly code?: number;
  /** The reason in the peer's close frame, if it gave one: printable, at most 123 bytes. */
  readonly reason?: string;
  readonly device?: string;
  /** From connected to lost. */
  readonly upMs: number;
  readonly sinceInboundMs: number;
  readonly sincePongMs?: number;
  /** Of the last 32 round trips of a ping, and of all. */
  readonly rttP50Ms?: number;
  readonly maxRttMs?: number;
  /** Audio of the latest session that the peer has not confirmed: as taken, or as heard. */
  readonly unackedBytes?: number;
  /** What was written and the kernel had not taken. */
  readonly bufferedBytes?: number;
  /** The longest that the event loop stood still meanwhile. */
  readonly maxLagMs?: number;
  /** The client's next dial: which retry it is, and how long it waits. */
  readonly attempt?: number;
  readonly nextDelayMs?: number;
}

export type AnyEvent = LinkEvent | SimulatorEvent;

export interface Stamp {
  /** Order in the whole recording, from 1. */
  readonly seq: number;
  /**
   * Monotonic time in milliseconds: of the host in a journal, of the whole simulation in a trace.
   */
  readonly atMs: number;
  /** The host's time of day. Nothing is decided by it. */
  readonly wallMs: number;
  readonly host: string;
  /** Which life of the host: it grows with each start. */
  readonly boot: number;
  /** The simulator's step: events of one step happened with no other event of the world between. */
  readonly step?: number;
}

export type RecordedEvent = Stamp & AnyEvent;
export type EventType = AnyEvent['type'];
export type EventOf<Type extends EventType> = Extract<RecordedEvent, { readonly type: Type }>;

/** Events that a journal keeps. The rest is for a trace: too many, or of no use after the fact. */
export const DURABLE: ReadonlySet<EventType> = new Set<EventType>([
  'link.dialing',
  'link.connected',
  'link.accepted',
  'link.failed',
  'link.lost',
  'link.replaced',
  'link.refused',
  'backoff.scheduled',
  'heartbeat.late',
  'heartbeat.timeout',
  'control.sent',
  'control.received',
  'hotword.detected',
  'button.pressed',
  'session.requested',
  'session.started',
  'session.rejected',
  'session.ended',
  'state.changed',
  'turn.started',
  'turn.ended',
  'playback.started',
  'playback.ended',
  'cue.played',
  'device.chosen',
  'microphone.failed',
  'microphone.overrun',
  'speaker.failed',
  'hotword.failed',
  'engine.failed',
  'server.listening',
  'callback.threw',
  'loop.stalled',
  'clock.stepped',
  'host.started',
  'host.stopped',
  'journal.continued',
  'journal.gap',
]);

/** Whether a journal keeps events of this type. */
export function isDurable(type: EventType): boolean {
  return DURABLE.has(type);
}
