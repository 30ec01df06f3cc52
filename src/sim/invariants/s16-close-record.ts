import { LOSS_LABELS, type EventOf, type RecordedEvent } from '../../events';
import { HARMLESS } from '../network-faults';
import { NONE, PerLife, type Breach, SafetyInvariant, reading } from './invariant';

/** S16: each connection that was up leaves one record of its end, with a label of the list. */
export class CloseRecordInvariant extends SafetyInvariant {
  readonly id = 'S16';
  readonly claim =
    'Each connection leaves one record of how it ended, with a label of the list: frames are ' +
    'blamed only where somebody breaks them, and who is stopped says goodbye.';
  readonly meaning = 'A disconnect that nobody can explain afterwards.';
  readonly reads = reading(
    'fault.began',
    'fault.ended',
    'host.started',
    'host.stopped',
    'host.stopping',
    'link.accepted',
    'link.closed',
    'link.connected',
    'link.dialing',
    'link.failed',
    'link.lost',
    'peer.broke_frames',
  );
  judged = false;
  /** Whether there is, or was, anybody who breaks frames. */
  private areBroken = false;
  private readonly faults = new Set<number>();
  /** Of each client that is connected, the name that its server has for the connection. */
  private readonly upOf = new Map<string, string>();
  /** Connections of clients that were told to stop while nothing stood in their way. */
  private readonly leaving = new Set<string>();
  /** Connections that are dialled or up, and have no record yet. */
  private readonly lives = new PerLife<Set<string>>(() => new Set());

  observe(event: RecordedEvent): readonly Breach[] {
    const open = this.lives.of(event);
    switch (event.type) {
      case 'fault.began':
        this.faultBegan(event);
        return NONE;
      case 'fault.ended':
        this.faults.delete(event.id);
        return NONE;
      case 'link.connected':
        this.upOf.set(event.host, event.peerConnection ?? '');
        return NONE;
      case 'host.started':
        this.upOf.delete(event.host);
        return NONE;
      case 'host.stopping':
        this.stopping(event);
        return NONE;
      case 'peer.broke_frames':
        this.areBroken = true;
        return NONE;
      case 'link.dialing':
      case 'link.accepted':
        open.add(event.connection);
        return NONE;
      case 'link.failed':
        return this.ended(event, event.connection, open);
      case 'link.lost':
        return [
          ...this.ended(event, event.connection, open),
          ...this.lost(event, event.label),
          ...this.left(event),
        ];
      case 'link.closed':
        return this.gone(event, event.connection, open);
      case 'host.stopped':
        return [...open].flatMap((connection) => this.gone(event, connection, open));
      default:
        return NONE;
    }
  }

  private faultBegan({ fault, id }: EventOf<'fault.began'>): void {
    if (fault === 'corruption') this.areBroken = true;
    if (HARMLESS.has(fault)) return;
    this.faults.add(id);
    this.leaving.clear();
  }

  private stopping({ host }: RecordedEvent): void {
    const connection = this.upOf.get(host);
    if (connection !== undefined && this.faults.size === 0) this.leaving.add(connection);
  }

  /** A server that is told nothing has to take it for a network that broke. */
  private left(event: EventOf<'link.lost'>): readonly Breach[] {
    const { atMs, connection, device, host, label } = event;
    if (device === undefined) this.upOf.delete(host);
    if (!this.leaving.delete(connection) || label !== 'fin') return NONE;
    return [{ host, atMs, expected: `a close frame of ${device}, which was stopped`, seen: label }];
  }

  /** A journal may begin in the middle of a connection, a run does not. */
  private ended(event: RecordedEvent, connection: string, open: Set<string>): readonly Breach[] {
    if (open.delete(connection) || event.step === undefined) return NONE;
    const { atMs, host, type } = event;
    const expected = `one record of the end of ${connection}`;
    return [{ host, atMs, expected, seen: `${type} beside it` }];
  }

  private lost(event: RecordedEvent, label: string): readonly Breach[] {
    const { atMs, host } = event;
    this.judged = true;
    if (!(LOSS_LABELS as readonly string[]).includes(label)) {
      return [{ host, atMs, expected: 'a label of the closed list', seen: label }];
    }
    // In a journal nobody tells who breaks what.
    if (label !== 'protocol_error' || this.areBroken || event.step === undefined) return NONE;
    return [{ host, atMs, expected: 'patience with frames that are whole', seen: label }];
  }

  private gone(event: RecordedEvent, connection: string, open: Set<string>): readonly Breach[] {
    if (!open.delete(connection)) return NONE;
    const { atMs, host, type } = event;
    const expected = `a record of the end of ${connection}`;
    return [{ host, atMs, expected, seen: `${type} without one` }];
  }
}
