import type { RecordedEvent } from '../../events';
import { NONE, PerLife, type Breach, type Invariant } from './invariant';

interface State {
  /** The connection over which each session that is on is held. */
  readonly connections: Map<string, string>;
}

/** S8: audio of a session is sent for it alone, and never over another connection. */
export class OwnAudioInvariant implements Invariant {
  readonly id = 'S8';
  readonly claim = 'Audio belongs to one session and one connection, and crosses to no other.';
  readonly meaning =
    'What was said before a drop is heard, or answered, in the middle of the next talk.';
  judged = false;
  private readonly lives = new PerLife<State>(() => ({ connections: new Map() }));
  private readonly sentBytes = new Map<string, number>();
  private readonly clients = new Set<string>();

  observe(event: RecordedEvent): readonly Breach[] {
    const { connections } = this.lives.of(event);
    switch (event.type) {
      case 'state.changed':
        if (event.machine === 'client') this.clients.add(event.host);
        return NONE;
      case 'session.started':
        connections.set(event.session, event.connection);
        return NONE;
      case 'session.ended':
        connections.delete(event.session);
        return NONE;
      case 'audio.sent':
        return this.sent(event, event.session, event.connection, event.bytes, connections);
      case 'audio.received':
        return this.received(event, event.session, event.bytes);
      default:
        return NONE;
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

  private sent(
    event: RecordedEvent,
    session: string,
    connection: string,
    bytes: number,
    connections: ReadonlyMap<string, string>,
  ): readonly Breach[] {
    this.judged = true;
    if (this.clients.has(event.host)) {
      this.sentBytes.set(session, (this.sentBytes.get(session) ?? 0) + bytes);
    }
    const own = connections.get(session);
    if (own === connection) return NONE;
    const { atMs, host } = event;
    const expected = `audio of ${session} over ${own ?? 'no connection'}`;
    return [{ host, atMs, expected, seen: `over ${connection}` }];
  }

  /** A server cannot have more of a session than its client sent; a stranger's is not known. */
  private received(event: RecordedEvent, session: string, bytes: number): readonly Breach[] {
    const left = this.sentBytes.get(session);
    if (left === undefined || this.clients.has(event.host)) return NONE;
    this.sentBytes.set(session, left - bytes);
    if (left >= bytes) return NONE;
    const { atMs, host } = event;
    return [{ host, atMs, expected: `audio of ${session} that was sent for it`, seen: 'more' }];
  }
}
