import type { RecordedEvent } from '../../events';
import { NONE, Obligations, PerLife, endsLife, type Breach, type Invariant } from './invariant';

/** How long a socket may take to be gone once its connection has ended. */
const CLOSING_MS = 2_000;
const MAX_UNCLOSED = 2;

interface State {
  /** The client's connection that is dialled or up. */
  current: string | undefined;
  /** The server's current connection of each device. */
  readonly ofDevice: Map<string, string>;
  readonly unclosed: Set<string>;
  readonly ended: Set<string>;
}

/** S3: one current connection at each end, and one that has ended does nothing any more. */
export class SocketsInvariant implements Invariant {
  readonly id = 'S3';
  readonly claim =
    'A client has one current connection, a server one for each device; ' +
    'one that ended acts no more.';
  readonly meaning = 'Two connections fight over one person: words are lost, or answered twice.';
  judged = false;
  private readonly closing = new Obligations();
  private readonly lives = new PerLife<State>(() => ({
    current: undefined,
    ofDevice: new Map(),
    unclosed: new Set(),
    ended: new Set(),
  }));

  observe(event: RecordedEvent): readonly Breach[] {
    if (endsLife(event)) this.closing.dropHost(event.host);
    switch (event.type) {
      case 'link.dialing':
        return this.dialled(event, event.connection);
      case 'link.accepted':
        return this.accepted(event, event.connection, event.device);
      case 'link.failed':
      case 'link.lost':
        return this.ended(event, event.connection);
      case 'link.closed':
        return this.closed(event, event.connection);
      case 'control.received':
      case 'control.sent':
      case 'audio.sent':
      case 'audio.received':
      case 'heartbeat.sent':
        return this.acted(event, event.connection);
      case 'host.resumed':
        this.closing.extendHost(event.host, event.pausedMs);
        return NONE;
      default:
        return NONE;
    }
  }

  overdue(nowMs: number): readonly Breach[] {
    return this.closing.takeOverdue(nowMs);
  }

  pending(): readonly string[] {
    return this.closing.names();
  }

  measurements(): [] {
    return [];
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
    if (state.unclosed.size <= MAX_UNCLOSED) return NONE;
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

  private ended(event: RecordedEvent, connection: string): readonly Breach[] {
    const state = this.lives.of(event);
    if (state.current === connection) state.current = undefined;
    for (const [device, current] of state.ofDevice) {
      if (current === connection) state.ofDevice.delete(device);
    }
    const { atMs, host } = event;
    const isSecond = state.ended.has(connection);
    state.ended.add(connection);
    if (isSecond) {
      return [
        { host, atMs, expected: 'one end of each connection', seen: `a second of ${connection}` },
      ];
    }
    this.closing.begin(`${host}/${connection}`, {
      host,
      sinceMs: atMs,
      dueMs: atMs + CLOSING_MS,
      expected: `the socket of ${connection} closed within ${CLOSING_MS} ms of its end`,
      what: `${connection} ended at ${atMs} ms`,
    });
    return NONE;
  }

  private closed(event: RecordedEvent, connection: string): readonly Breach[] {
    const state = this.lives.of(event);
    state.unclosed.delete(connection);
    state.ended.delete(connection);
    this.closing.meet(`${event.host}/${connection}`);
    return NONE;
  }

  private acted(event: RecordedEvent, connection: string): readonly Breach[] {
    if (!this.lives.of(event).ended.has(connection)) return NONE;
    const { atMs, host, type } = event;
    return [{ host, atMs, expected: `nothing of ${connection}, which ended`, seen: type }];
  }
}
