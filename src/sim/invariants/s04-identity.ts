import type { EventType, RecordedEvent } from '../../events';
import { NONE, PerLife, type Breach, type Invariant } from './invariant';

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
  readonly ended: Set<string>;
}

/** S4: what names a session that is over changes nothing, and "connected" is never a mere hope. */
export class IdentityInvariant implements Invariant {
  readonly id = 'S4';
  readonly claim =
    'Nothing is done for a session that is over, and connected means welcomed and not lost.';
  readonly meaning = 'Somebody else’s session is ended, or the Pi says yes and nobody is there.';
  judged = false;
  private readonly lives = new PerLife<State>(() => ({ isUp: false, ended: new Set() }));

  observe(event: RecordedEvent): readonly Breach[] {
    const state = this.lives.of(event);
    switch (event.type) {
      case 'link.connected':
        state.isUp = true;
        return NONE;
      case 'link.lost':
        if (event.device === undefined) state.isUp = false;
        return NONE;
      case 'state.changed':
        return event.machine === 'link' ? this.statusChanged(event, event.to, state) : NONE;
      case 'session.ended':
      case 'session.rejected':
        this.remember(event.session, state);
        return NONE;
      default:
        return this.acted(event, state);
    }
  }

  overdue(): readonly Breach[] {
    return NONE;
  }

  pending(): readonly string[] {
    return [];
  }

  measurements(): [] {
    return [];
  }

  private statusChanged(event: RecordedEvent, to: string, { isUp }: State): readonly Breach[] {
    this.judged = true;
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

  private remember(session: string, { ended }: State): void {
    this.judged = true;
    ended.add(session);
    const [oldest] = ended;
    if (ended.size > REMEMBERED && oldest !== undefined) ended.delete(oldest);
  }
}
