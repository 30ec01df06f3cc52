import type { EventOf, EventType, RecordedEvent } from '../../events';
import {
  NONE,
  PerLife,
  isLater,
  isPast,
  type Breach,
  type Invariant,
  joined,
  reading,
} from './invariant';

/** What may not be done on behalf of a session that is over. */
const ACTS: ReadonlySet<EventType> = new Set<EventType>([
  'audio.received',
  'audio.sent',
  'playback.started',
  'session.requested',
  'session.started',
  'turn.started',
]);

/** Sessions that ended are remembered up to this number: far more than can still be under way. */
const REMEMBERED = 64;

interface State {
  /** Of a client: whether the link is up by the events of the link itself. */
  isUp: boolean;
  /** The loss after which the link still counts as connected. */
  hope: RecordedEvent | undefined;
  isConnected: boolean;
  /** The session of a client that is acknowledged and on. */
  session: string | undefined;
  /** The session whose end the peer has told last. */
  toldEnd: string | undefined;
  /** The devices that a server lets in, where it asks for tokens. */
  admits: readonly string[] | undefined;
  readonly ended: Set<string>;
}

/**
 * S4: what names a session that is over changes nothing, and neither "connected" nor the sound that
 * says yes is a mere hope.
 */
export class IdentityInvariant implements Invariant {
  readonly id = 'S4';
  readonly claim =
    'Nothing is done for a session that is over, or for who is not known; connected means ' +
    'welcomed, and yes means heard.';
  readonly meaning = 'Somebody else’s session is ended, or the Pi says yes and nobody is there.';
  readonly reads = reading(
    ...ACTS,
    'control.received',
    'control.sent',
    'cue.played',
    'link.accepted',
    'link.connected',
    'link.lost',
    'session.ended',
    'server.admits',
    'session.rejected',
    'state.changed',
  );
  judged = false;
  private readonly lives = new PerLife<State>(() => ({
    isUp: false,
    hope: undefined,
    isConnected: false,
    session: undefined,
    toldEnd: undefined,
    admits: undefined,
    ended: new Set(),
  }));

  observe(event: RecordedEvent): readonly Breach[] {
    const state = this.lives.of(event);
    const hoped = state.hope !== undefined && isLater(event, state.hope) ? this.hoped(state) : NONE;
    return joined(hoped, this.follow(event, state));
  }

  overdue(nowMs: number): readonly Breach[] {
    let breaches = NONE;
    for (const [, state] of this.lives.entries()) {
      const { hope } = state;
      if (hope !== undefined && isPast(nowMs, hope)) breaches = joined(breaches, this.hoped(state));
    }
    return breaches;
  }

  pending(): readonly string[] {
    return [];
  }

  measurements(): [] {
    return [];
  }

  private follow(event: RecordedEvent, state: State): readonly Breach[] {
    switch (event.type) {
      case 'server.admits':
        state.admits = event.devices;
        return NONE;
      case 'link.accepted':
        return this.cameIn(event, state);
      case 'link.connected':
        state.isUp = true;
        return this.welcomed(event);
      case 'link.lost':
        if (event.device === undefined) this.lost(event, state);
        return NONE;
      case 'session.requested':
        // A server is asked by others, who may use a name again; a client's names are its own.
        if (event.device !== undefined) state.ended.delete(event.session);
        return this.acted(event, state);
      case 'state.changed':
        return event.machine === 'link' ? this.statusChanged(event, event.to, state) : NONE;
      case 'session.started':
        if (event.device === undefined) state.session = event.session;
        return this.acted(event, state);
      case 'session.ended':
      case 'session.rejected':
        if (event.session === state.session) state.session = undefined;
        this.remember(event.session, state);
        return NONE;
      case 'cue.played':
        return event.cue === 'listening' ? this.saidYes(event, state) : NONE;
      case 'control.received':
        if (event.message === 'session_end') state.toldEnd = event.session;
        return NONE;
      case 'control.sent':
        return event.message === 'session_end' ? this.endTold(event, state) : NONE;
      default:
        return this.acted(event, state);
    }
  }

  /** A welcome names the connection as the server knows it; in the base protocol there is none. */
  private welcomed(event: EventOf<'link.connected'>): readonly Breach[] {
    const { atMs, host, peerConnection, protocol } = event;
    if (protocol === 'base' || peerConnection !== undefined) return NONE;
    return [{ host, atMs, expected: 'connected only by a welcome', seen: 'no welcome' }];
  }

  private cameIn(event: EventOf<'link.accepted'>, { admits }: State): readonly Breach[] {
    const { atMs, device, host } = event;
    if (admits === undefined || admits.includes(device)) return NONE;
    return [{ host, atMs, expected: 'nobody in without a token', seen: device }];
  }

  private lost(event: RecordedEvent, state: State): void {
    state.isUp = false;
    if (state.isConnected) state.hope = event;
  }

  /** The loss and the word of it belong to one step. */
  private hoped(state: State): readonly Breach[] {
    const { hope } = state;
    if (hope === undefined) return NONE;
    state.hope = undefined;
    const { atMs, host } = hope;
    return [{ host, atMs, expected: 'connected only while it is up', seen: 'still, after a loss' }];
  }

  private statusChanged(event: RecordedEvent, to: string, state: State): readonly Breach[] {
    const { isUp } = state;
    this.judged = true;
    state.isConnected = to === 'connected';
    state.hope = undefined;
    if ((to === 'connected') === isUp) return NONE;
    const { atMs, host } = event;
    const expected = isUp ? 'connected while the link is up' : 'connected only while it is up';
    return [{ host, atMs, expected, seen: to }];
  }

  private acted(event: RecordedEvent, { ended }: State): readonly Breach[] {
    if (!ACTS.has(event.type) || !('session' in event)) return NONE;
    if (event.session === undefined || !ended.has(event.session)) return NONE;
    const { atMs, host, session, type } = event;
    return [{ host, atMs, expected: `nothing for session ${session}, which is over`, seen: type }];
  }

  private saidYes({ atMs, host }: RecordedEvent, { session }: State): readonly Breach[] {
    this.judged = true;
    if (session !== undefined) return NONE;
    const expected = 'the sound that says yes once the server listens';
    return [{ host, atMs, expected, seen: 'no session is acknowledged' }];
  }

  /** Two that tell each other at the same time have heard nothing yet. */
  private endTold(event: EventOf<'control.sent'>, { toldEnd }: State): readonly Breach[] {
    const { atMs, host, session } = event;
    if (session === undefined || session !== toldEnd) return NONE;
    const expected = `silence about ${session}, whose end the peer has told`;
    return [{ host, atMs, expected, seen: 'its end is told back' }];
  }

  private remember(session: string, { ended }: State): void {
    this.judged = true;
    ended.add(session);
    const [oldest] = ended;
    if (ended.size > REMEMBERED && oldest !== undefined) ended.delete(oldest);
  }
}
