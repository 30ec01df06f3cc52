import type { RecordedEvent } from '../../events';
import { NONE, PerLife, endsLife, type Breach, DueInvariant, readingLives } from './invariant';

/** How long a socket may take to be gone once its connection has ended ... */
const CLOSING_MS = 2_000;
/** ... and where the peer is known to be dead, so that nothing is left to say. */
const CUTTING_MS = 0;
const MAX_UNCLOSED = 2;

interface State {
  /** The client's connection that is dialled or up. */
  current: string | undefined;
  /** The server's current connection of each device. */
  readonly ofDevice: Map<string, string>;
  readonly unclosed: Set<string>;
  /** Those that failed or were lost in this life, whether their socket is closed or not. */
  readonly ended: Set<string>;
}

/** S3: one current connection at each end, and one that has ended does nothing any more. */
export class SocketsInvariant extends DueInvariant {
  readonly id = 'S3';
  readonly claim =
    'A client has one current connection, a server one for each device; ' +
    'one that ended acts no more.';
  readonly meaning = 'Two connections fight over one person: words are lost, or answered twice.';
  readonly reads = readingLives(
    'audio.received',
    'audio.sent',
    'control.received',
    'control.sent',
    'heartbeat.sent',
    'link.accepted',
    'link.closed',
    'link.connected',
    'link.dialing',
    'link.failed',
    'link.lost',
    'link.open',
  );
  judged = false;
  private readonly lives = new PerLife<State>(() => ({
    current: undefined,
    ofDevice: new Map(),
    unclosed: new Set(),
    ended: new Set(),
  }));

  protected override follow(event: RecordedEvent): readonly Breach[] {
    switch (event.type) {
      case 'link.dialing':
        return this.dialled(event, event.connection);
      case 'link.accepted':
        return this.accepted(event, event.connection, event.device);
      case 'link.failed':
      case 'link.lost':
        return this.ended(event, event.connection, event.label === 'heartbeat_timeout');
      case 'link.closed':
        return this.closed(event, event.connection);
      case 'link.open':
      case 'link.connected':
      case 'control.received':
      case 'control.sent':
      case 'audio.sent':
      case 'audio.received':
      case 'heartbeat.sent':
        return this.acted(event, event.connection);
      default:
        if (endsLife(event)) this.due.dropHost(event.host);
        return NONE;
    }
  }

  private dialled(event: RecordedEvent, connection: string): readonly Breach[] {
    const state = this.lives.of(event);
    const before = state.current;
    state.current = connection;
    state.unclosed.add(connection);
    this.judged = true;
    const { atMs, host } = event;
    if (before !== undefined) {
      const seen = `a dial while ${before} is dialled or up`;
      return [{ host, atMs, expected: 'one connection at a time', seen }];
    }
    if (event.step === undefined || state.unclosed.size <= MAX_UNCLOSED) return NONE;
    const seen = `${state.unclosed.size} sockets that are not closed`;
    return [{ host, atMs, expected: `at most ${MAX_UNCLOSED}`, seen }];
  }

  private accepted(event: RecordedEvent, connection: string, device: string): readonly Breach[] {
    const state = this.lives.of(event);
    const before = state.ofDevice.get(device);
    state.ofDevice.set(device, connection);
    state.unclosed.add(connection);
    this.judged = true;
    if (before === undefined) return NONE;
    const { atMs, host } = event;
    const seen = `${connection} while ${before} is still current`;
    return [{ host, atMs, expected: `one current connection of ${device}`, seen }];
  }

  private ended(event: RecordedEvent, connection: string, isDead: boolean): readonly Breach[] {
    const state = this.lives.of(event);
    const { atMs, host } = event;
    if (state.current === connection) state.current = undefined;
    for (const [device, current] of state.ofDevice) {
      if (current === connection) state.ofDevice.delete(device);
    }
    if (state.ended.has(connection)) {
      const seen = `a second of ${connection}`;
      return [{ host, atMs, expected: 'one end of each connection', seen }];
    }
    state.ended.add(connection);
    this.mustClose(event, connection, isDead ? CUTTING_MS : CLOSING_MS);
    return NONE;
  }

  private mustClose(
    { atMs, host, step }: RecordedEvent,
    connection: string,
    withinMs: number,
  ): void {
    // A journal has no steps, and does not tell when a socket is closed.
    if (step === undefined) return;
    this.due.begin(`${host}/${connection}`, {
      host,
      sinceMs: atMs,
      dueMs: atMs + withinMs,
      expected: `the socket of ${connection} closed within ${withinMs} ms of its end`,
      what: `${connection} ended at ${atMs} ms`,
    });
  }

  private closed(event: RecordedEvent, connection: string): readonly Breach[] {
    const state = this.lives.of(event);
    this.due.meet(`${event.host}/${connection}`);
    const isKnown = state.unclosed.delete(connection);
    if (!isKnown || state.ended.has(connection)) return NONE;
    const { atMs, host } = event;
    const expected = `the end of ${connection} told before its socket is closed`;
    return [{ host, atMs, expected, seen: 'a closed socket' }];
  }

  private acted(event: RecordedEvent, connection: string): readonly Breach[] {
    if (!this.lives.of(event).ended.has(connection)) return NONE;
    const { atMs, host, type } = event;
    return [{ host, atMs, expected: `nothing of ${connection}, which ended`, seen: type }];
  }
}
