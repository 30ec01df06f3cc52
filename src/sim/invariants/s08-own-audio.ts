import type { EventOf, RecordedEvent } from '../../events';
import {
  NONE,
  PerLife,
  endsLife,
  type Breach,
  SafetyInvariant,
  joined,
  readingLives,
} from './invariant';

/** Sessions that are over may have audio under way; so many of them are remembered. */
const REMEMBERED = 64;

interface State {
  /** The connection over which each session that is on is held. */
  readonly connections: Map<string, string>;
}

/** S8: audio of a session is sent for it alone, and never over another connection. */
export class OwnAudioInvariant extends SafetyInvariant {
  readonly id = 'S8';
  readonly claim = 'Audio belongs to one session and one connection, and crosses to no other.';
  readonly meaning =
    'What was said before a drop is heard, or answered, in the middle of the next talk.';
  readonly reads = readingLives(
    'audio.received',
    'audio.sent',
    'session.ended',
    'session.started',
    'state.changed',
  );
  judged = false;
  private readonly lives = new PerLife<State>(() => ({ connections: new Map() }));
  /** By sending end and session: what was sent and has not arrived. */
  private readonly sentBytes = new Map<string, number>();
  private readonly over: string[] = [];
  private readonly clients = new Set<string>();

  observe(event: RecordedEvent): readonly Breach[] {
    const { connections } = this.lives.of(event);
    // One that is told to stop may stand still, and goes on before it hears of it.
    if (endsLife(event) && event.type !== 'host.stopping') this.forget(event, connections);
    switch (event.type) {
      case 'state.changed':
        if (event.machine === 'client') this.clients.add(event.host);
        return NONE;
      case 'session.started':
        connections.set(event.session, event.connection);
        this.sentBytes.set(this.own(event, event.session), 0);
        return NONE;
      case 'session.ended':
        if (connections.delete(event.session)) this.retire(this.own(event, event.session));
        return NONE;
      case 'audio.sent':
        this.sent(event);
        return this.crossed(event, connections);
      case 'audio.received':
        return joined(this.received(event), this.crossed(event, connections));
      default:
        return NONE;
    }
  }

  private sent(event: EventOf<'audio.sent'>): void {
    const key = this.own(event, event.session);
    const known = this.sentBytes.get(key);
    if (known !== undefined) this.sentBytes.set(key, known + event.bytes);
  }

  /** Audio that came before its session was on has no connection yet. */
  private crossed(
    event: EventOf<'audio.received' | 'audio.sent'>,
    connections: ReadonlyMap<string, string>,
  ): readonly Breach[] {
    const { atMs, connection, host, session, type } = event;
    const own = connections.get(session);
    this.judged = true;
    if (own === connection || (own === undefined && type === 'audio.received')) return NONE;
    const expected = `audio of ${session} over ${own ?? 'no connection'}`;
    return [{ host, atMs, expected, seen: `over ${connection}` }];
  }

  /** Nobody can have more of a session than the other end sent; a stranger's is not known. */
  private received(event: EventOf<'audio.received'>): readonly Breach[] {
    const { atMs, bytes, host, session } = event;
    const key = `${this.clients.has(host) ? 'server' : 'client'}/${session}`;
    const left = this.sentBytes.get(key);
    if (left === undefined) return NONE;
    this.sentBytes.set(key, left - bytes);
    if (left >= bytes) return NONE;
    const expected = `at most the ${left} bytes of ${session} that are under way`;
    return [{ host, atMs, expected, seen: `${bytes} bytes` }];
  }

  private own({ host }: RecordedEvent, session: string): string {
    return `${this.clients.has(host) ? 'client' : 'server'}/${session}`;
  }

  private forget(event: RecordedEvent, connections: Map<string, string>): void {
    for (const session of connections.keys()) this.retire(this.own(event, session));
    connections.clear();
  }

  private retire(key: string): void {
    this.over.push(key);
    const oldest = this.over.length > REMEMBERED ? this.over.shift() : undefined;
    if (oldest !== undefined) this.sentBytes.delete(oldest);
  }
}
