import { CLOSE_NORMAL } from '../../constants';
import type { EventOf, RecordedEvent } from '../../events';
import { NONE, PerLife, type Breach, SafetyInvariant, reading } from './invariant';

/** A link that goes down this soon after a session began or ended went down because of it. */
const BECAUSE_MS = 1_000;

interface State {
  /** Whom the client dials. */
  server: string | undefined;
  connection: string | undefined;
  lastSessionEvent: RecordedEvent | undefined;
  stopping: boolean;
}

/** S5: a session begins and ends without the link being opened or closed for it. */
export class PersistenceInvariant extends SafetyInvariant {
  readonly id = 'S5';
  readonly claim = 'No session opens or closes the connection that it is held over.';
  readonly meaning = 'The next hotword finds no link, and the Pi only says that it is offline.';
  readonly reads = reading(
    'host.started',
    'host.stopping',
    'link.closing',
    'link.connected',
    'link.lost',
    'session.ended',
    'session.started',
  );
  judged = false;
  /** Hosts whose programs are none of ours: they may close what they like, whenever they like. */
  private readonly strangers = new Set<string>();
  private readonly lives = new PerLife<State>(() => ({
    server: undefined,
    connection: undefined,
    lastSessionEvent: undefined,
    stopping: false,
  }));

  observe(event: RecordedEvent): readonly Breach[] {
    const state = this.lives.of(event);
    switch (event.type) {
      case 'host.started':
        state.server = event.server;
        if (event.program === 'peer') this.strangers.add(event.host);
        return NONE;
      case 'link.connected':
        state.connection = event.connection;
        return NONE;
      case 'session.started':
        return this.started(event);
      case 'session.ended':
        if (event.reason !== 'link_lost' && event.reason !== 'shutdown') {
          state.lastSessionEvent = event;
        }
        return NONE;
      case 'host.stopping':
        state.stopping = true;
        return NONE;
      case 'link.lost':
        if (event.device === undefined) state.connection = undefined;
        return this.wentDown(event);
      case 'link.closing':
        return this.wentDown(event);
      default:
        return NONE;
    }
  }

  private started(event: EventOf<'session.started'>): readonly Breach[] {
    const { atMs, connection, device, host } = event;
    const state = this.lives.of(event);
    state.lastSessionEvent = event;
    this.judged = true;
    // A server has a connection for each device, and reports the one that it uses.
    if (device !== undefined || state.connection === connection) return NONE;
    const up = state.connection ?? 'a connection';
    const expected = `the session over ${up}, which is up`;
    return [{ host, atMs, expected, seen: `over ${connection}` }];
  }

  /** Only who closes it is to blame; a reset or a silence is the network's. */
  private wentDown(event: RecordedEvent): readonly Breach[] {
    const { lastSessionEvent: session, server = '', stopping } = this.lives.of(event);
    if (session === undefined || stopping || !isOwnWill(event)) return NONE;
    if (event.type === 'link.lost' && this.strangers.has(server)) return NONE;
    const { atMs, host, type } = event;
    if (atMs - session.atMs > BECAUSE_MS) return NONE;
    const expected = `the link left alone after ${session.type} at ${session.atMs} ms`;
    return [{ host, atMs, expected, seen: `${type} ${atMs - session.atMs} ms later` }];
  }
}

/**
 * Closing for no other reason than that one wants to: code 1000, here or, seen from the Pi, there.
 */
function isOwnWill(event: RecordedEvent): boolean {
  if (event.type === 'link.closing') return event.code === CLOSE_NORMAL;
  if (event.type !== 'link.lost') return false;
  const byServer = event.device === undefined && event.initiator === 'remote';
  return event.label === 'local_shutdown' || (byServer && event.code === CLOSE_NORMAL);
}
