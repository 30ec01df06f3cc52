import type { LinkEvent, Settings } from '../events';

type Kind = 'boolean' | 'number' | 'object' | 'string';

/** What a field's value must be. */
type KindOf<Value> = Value extends boolean
  ? 'boolean'
  : Value extends number
    ? 'number'
    : Value extends Settings
      ? 'object'
      : 'string';

/** The fields of one variant: `?` at the end marks one that may be absent. */
type FieldsOf<Event> = {
  readonly [Name in Exclude<keyof Event, 'type'>]-?: undefined extends Event[Name]
    ? `${KindOf<NonNullable<Event[Name]>>}?`
    : KindOf<Event[Name]>;
};

type Table = {
  readonly [Type in LinkEvent['type']]?: FieldsOf<Extract<LinkEvent, { readonly type: Type }>>;
};

const CONTROL = {
  connection: 'string',
  message: 'string',
  session: 'string?',
  turn: 'number?',
  reason: 'string?',
} as const;

const HOLDINGS = {
  timers: 'number',
  sockets: 'number',
  dials: 'number',
  devices: 'number',
} as const;

const LIFE = {
  program: 'string',
  server: 'string?',
  settings: 'object?',
  version: 'number?',
  machine: 'string?',
} as const;

/**
 * The fields of the events that a journal keeps: a line that lacks one is none of ours. The
 * compiler holds the table to `events.ts`.
 */
const FIELDS = {
  'link.dialing': { connection: 'string', attempt: 'number' },
  'link.connected': { connection: 'string', protocol: 'string', peerConnection: 'string?' },
  'link.accepted': { connection: 'string', device: 'string', protocol: 'string' },
  'link.failed': {
    connection: 'string',
    label: 'string',
    httpStatus: 'number?',
    code: 'number?',
  },
  'link.lost': {
    connection: 'string',
    label: 'string',
    initiator: 'string',
    code: 'number?',
    reason: 'string?',
    device: 'string?',
    upMs: 'number',
    sinceInboundMs: 'number',
    sincePongMs: 'number?',
    rttP50Ms: 'number?',
    maxRttMs: 'number?',
    unackedBytes: 'number?',
    bufferedBytes: 'number?',
    maxLagMs: 'number?',
    attempt: 'number?',
    nextDelayMs: 'number?',
  },
  'link.replaced': { connection: 'string', by: 'string' },
  'link.refused': { reason: 'string', device: 'string?', others: 'number?' },
  'backoff.scheduled': { attempt: 'number', delayMs: 'number' },
  'heartbeat.late': { connection: 'string', lateMs: 'number' },
  'heartbeat.timeout': { connection: 'string', sinceInboundMs: 'number' },
  'control.sent': CONTROL,
  'control.received': CONTROL,
  'hotword.detected': { online: 'boolean' },
  'button.pressed': { online: 'boolean' },
  'session.requested': { session: 'string', trigger: 'string', device: 'string?' },
  'session.started': { session: 'string', connection: 'string', device: 'string?' },
  'session.rejected': { session: 'string', reason: 'string', device: 'string?' },
  'session.ended': { session: 'string', reason: 'string', device: 'string?' },
  'state.changed': {
    machine: 'string',
    from: 'string',
    to: 'string',
    cause: 'string',
    device: 'string?',
  },
  'turn.started': { session: 'string', turn: 'number', device: 'string' },
  'turn.ended': {
    session: 'string',
    turn: 'number',
    device: 'string',
    bytes: 'number',
    error: 'string?',
  },
  'playback.started': { session: 'string', turn: 'number' },
  'playback.ended': {
    session: 'string',
    turn: 'number',
    receivedBytes: 'number',
    playedBytes: 'number',
    how: 'string',
  },
  'cue.played': { cue: 'string' },
  'device.chosen': { device: 'string', adapter: 'string', why: 'string' },
  'microphone.failed': { failure: 'string' },
  'microphone.overrun': { lostMs: 'number' },
  'speaker.failed': { failure: 'string' },
  'hotword.failed': { failure: 'string' },
  'engine.failed': { engine: 'string', label: 'string' },
  'server.listening': { port: 'number' },
  'callback.threw': { callback: 'string' },
  'loop.stalled': { ms: 'number' },
  'clock.stepped': { byMs: 'number' },
  'host.started': LIFE,
  'journal.continued': LIFE,
  'journal.gap': { lines: 'number' },
  'host.stopped': HOLDINGS,
} as const satisfies Table;

/** Whether this reader knows events of a type, which a newer program may write. */
export function isKnown(type: string): boolean {
  return Object.hasOwn(FIELDS, type);
}

/** Whether a line has what events of its type have, each of the kind that it must be. */
export function hasItsFields(line: Readonly<Record<string, unknown>>): boolean {
  const fields = FIELDS[line['type'] as keyof typeof FIELDS] as Readonly<Record<string, string>>;
  return Object.entries(fields).every(([name, kind]) => {
    const isOptional = kind.endsWith('?');
    const value = Object.hasOwn(line, name) ? line[name] : undefined;
    return value === undefined ? isOptional : isOf(value, kind.replace('?', '') as Kind);
  });
}

function isOf(value: unknown, kind: Kind): boolean {
  if (kind === 'number') return Number.isFinite(value);
  return typeof value === kind && value !== null && !Array.isArray(value);
}
