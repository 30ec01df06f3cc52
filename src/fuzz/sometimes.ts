import type { EventOf, EventType, RecordedEvent } from '../events';
import { WatchedClients } from './watched-clients';

/** An event that tells of a state by itself. */
interface Sign {
  readonly type: EventType;
  readonly fits: (event: RecordedEvent) => boolean;
}

function on<Type extends EventType>(
  type: Type,
  fits: (event: EventOf<Type>) => boolean = () => true,
): Sign {
  return { type, fits: fits as unknown as Sign['fits'] };
}

const failed = (label: string): Sign => on('link.failed', (event) => event.label === label);
const lost = (label: string): Sign => on('link.lost', (event) => event.label === label);
const ended = (reason: string): Sign => on('session.ended', (event) => event.reason === reason);
const turn = (error: string): Sign => on('turn.ended', (event) => event.error === error);
const rejected = (problem: string): Sign =>
  on('input.rejected', (event) => event.problem === problem);
const played = (how: string): Sign => on('playback.ended', (event) => event.how === how);
const refused = (reason: string): Sign => on('link.refused', (event) => event.reason === reason);
const acted = (act: string): Sign => on('engine.acted', (event) => event.act === act);
const cue = (name: string): Sign => on('cue.played', (event) => event.cue === name);

/** States that one event tells of. */
const BY_ONE_EVENT: Readonly<Record<string, Sign>> = {
  'dial: refused': failed('dial_refused'),
  'dial: timed out': failed('dial_timeout'),
  'dial: unreachable': failed('dial_unreachable'),
  'dial: closed': failed('dial_closed'),
  'dial: no name': failed('dns'),
  'dial: another answer than 101': failed('http_status'),
  'dial: not authorised': failed('auth'),
  'dial: never welcomed': failed('no_welcome'),
  'dial: a certificate that is not trusted': failed('tls'),
  'dial: a certificate that is too old': failed('tls_expired'),
  'dial: a certificate that is too young': failed('tls_not_yet_valid'),
  'loss: FIN': lost('fin'),
  'loss: reset': lost('reset'),
  'loss: no answer to a ping': lost('heartbeat_timeout'),
  'loss: the peer restarts': lost('peer_restart'),
  'loss: the peer closes': lost('peer_close'),
  'loss: replaced': lost('replaced'),
  'loss: bytes that are no frames': lost('protocol_error'),
  'wait: at the cap': on('backoff.scheduled', ({ delayMs }) => delayMs >= 60_000),
  'wait: after a link that was up for long': on(
    'backoff.scheduled',
    ({ attempt }) => attempt === 1,
  ),
  'wait: after more failures than a number has bits': on(
    'backoff.scheduled',
    ({ attempt }) => attempt > 32,
  ),
  'wait: after more doublings than a number has room for': on(
    'backoff.scheduled',
    ({ attempt }) => attempt > 1_024,
  ),
  'heartbeat: a deadline late by a stall': on('heartbeat.late'),
  'heartbeat: a round trip of seconds': on('heartbeat.pong', ({ rttMs }) => rttMs >= 2_000),
  'session: by voice': on('session.requested', ({ trigger }) => trigger === 'hotword'),
  'session: by hand': on('session.requested', ({ trigger }) => trigger === 'button'),
  'session: rejected': on('session.rejected'),
  'session: never answered': ended('start_timeout'),
  'session: ended by hand': ended('user'),
  'session: ended by silence': ended('idle'),
  'session: ended by the loss of the link': ended('link_lost'),
  'session: the engine hangs up': ended('engine_lost'),
  'session: no answer comes': ended('no_answer'),
  'session: without a microphone': ended('microphone_failed'),
  'session: ended by a phrase': ended('end_phrase'),
  'session: superseded': ended('superseded'),
  'answer: heard to its end': played('finished'),
  'answer: broken off': played('stopped'),
  'answer: the speaker fails': played('device_error'),
  'answer: speech breaks off': turn('engine_failed'),
  'answer: the person goes on': turn('interrupted'),
  'answer: blank': acted('answered_blank'),
  'answer: never confirmed': turn('playback_timeout'),
  'answer: the engine stalls': turn('engine_stalled'),
  'engine: does not close in time': on('engine.closed', ({ timedOut }) => timedOut),
  'engine: dies': acted('died'),
  'audio: more than the uplink takes': on(
    'audio.dropped',
    ({ reason }) => reason === 'uplink_full',
  ),
  'audio: while nobody listens': on('audio.dropped', ({ reason }) => reason === 'not_listening'),
  'input: audio of a session that is over': rejected('stale_audio'),
  'input: a message of a session that is over': rejected('stale_message'),
  'input: what is no JSON': rejected('malformed_json'),
  'input: JSON that is no object': rejected('not_an_object'),
  'input: a message of a type that there is not': rejected('unknown_type'),
  'input: a message with a wrong field': rejected('bad_field'),
  'input: frames that are none': on('peer.broke_frames'),
  'refused: without a token': refused('unauthorized'),
  'listener: throws': on('callback.threw'),
  'cue: nobody is there': cue('offline'),
  'cue: no': cue('rejected'),
  'cue: interrupted': cue('interrupted'),
  'cue: yes': cue('listening'),
  'microphone: lost': on('microphone.failed', ({ failure }) => failure === 'device_lost'),
  'microphone: busy': on('microphone.failed', ({ failure }) => failure === 'device_busy'),
};

/** States that take more than one event to tell. */
const BY_SEVERAL = [
  'replaced: its close comes late',
  'heartbeat: the pong in the instant of its deadline',
  'wait: longer after a link that was up for a moment',
  'loss: while starting_session',
  'loss: while active_session',
  'loss: while processing_response',
  'stopped: while dialing',
  'stopped: while waiting',
  'stopped: in a session',
  'two devices in sessions at once',
] as const;

type BySeveral = (typeof BY_SEVERAL)[number];

/** What a campaign must reach: each state at least once, or it has not looked where bugs are. */
export const CATALOGUE: readonly string[] = [...Object.keys(BY_ONE_EVENT), ...BY_SEVERAL];

/** A close that comes so long after its connection was replaced is late. */
const LATE_CLOSE_MS = 1_000;

const SIGNS = signsByType();

function signsByType(): ReadonlyMap<EventType, readonly (readonly [string, Sign])[]> {
  const signs = new Map<EventType, (readonly [string, Sign])[]>();
  for (const entry of Object.entries(BY_ONE_EVENT)) {
    const { type } = entry[1];
    signs.set(type, [...(signs.get(type) ?? []), entry]);
  }
  return signs;
}

/** Watches a run for the states of the catalogue. */
export class Sometimes {
  private readonly clients = new WatchedClients();
  /** When connections were replaced, by their server and id. */
  private readonly replacedMs = new Map<string, number>();
  /** When each host last had a pong, and when its deadline last passed or ran late. */
  private readonly pongMs = new Map<string, number>();
  private readonly deadlineMs = new Map<string, number>();
  private readonly onReached: (state: string) => void;

  /** @param onReached - is told each state that is reached, and again each time. */
  constructor(onReached: (state: string) => void) {
    this.onReached = onReached;
  }

  observe(event: RecordedEvent): void {
    for (const [state, sign] of SIGNS.get(event.type) ?? []) {
      if (sign.fits(event)) this.onReached(state);
    }
    // What a loss or a stop ends is known only before it.
    this.ending(event);
    this.clients.observe(event);
    this.sequence(event);
  }

  private reached(state: BySeveral): void {
    this.onReached(state);
  }

  private ending({ host, type }: RecordedEvent): void {
    if (type !== 'link.lost' && type !== 'host.stopping') return;
    const client = this.clients.of(host);
    if (client === undefined) return;
    const { link, session } = client;
    const isInSession = session !== 'off' && session !== 'listening_for_hotword';
    if (type === 'link.lost' && isInSession) this.reached(`loss: while ${session}`);
    if (type === 'link.lost') return;
    if (link === 'dialing' || link === 'waiting') this.reached(`stopped: while ${link}`);
    if (isInSession) this.reached('stopped: in a session');
  }

  private sequence(event: RecordedEvent): void {
    const { atMs, host } = event;
    switch (event.type) {
      case 'link.replaced':
        this.replacedMs.set(`${host}/${event.connection}`, atMs);
        return;
      case 'link.closed':
        this.closed(`${host}/${event.connection}`, atMs);
        return;
      case 'heartbeat.pong':
        this.pongMs.set(host, atMs);
        this.deadline(host);
        return;
      case 'heartbeat.late':
      case 'heartbeat.timeout':
        this.deadlineMs.set(host, atMs);
        this.deadline(host);
        return;
      case 'backoff.scheduled':
        this.backedOff(host, event.attempt);
        return;
      case 'state.changed':
        if (event.to === 'active_session') this.together();
        return;
      default:
    }
  }

  private closed(connection: string, atMs: number): void {
    const sinceMs = this.replacedMs.get(connection);
    if (sinceMs !== undefined && atMs - sinceMs >= LATE_CLOSE_MS) {
      this.reached('replaced: its close comes late');
    }
  }

  private deadline(host: string): void {
    const atMs = this.pongMs.get(host);
    if (atMs !== undefined && atMs === this.deadlineMs.get(host)) {
      this.reached('heartbeat: the pong in the instant of its deadline');
    }
  }

  private backedOff(host: string, attempt: number): void {
    const isAfterLoss = this.clients.of(host)?.wasConnected === true;
    if (isAfterLoss && attempt > 1)
      this.reached('wait: longer after a link that was up for a moment');
  }

  private together(): void {
    const started = this.clients.all().filter(({ session }) => session === 'active_session');
    if (started.length > 1) this.reached('two devices in sessions at once');
  }
}
