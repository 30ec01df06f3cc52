import { LOSS_LABELS, type RecordedEvent } from '../../events';
import { NONE, PerLife, type Breach, SafetyInvariant, reading } from './invariant';

/** S16: each connection that was up leaves one record of its end, with a label of the list. */
export class CloseRecordInvariant extends SafetyInvariant {
  readonly id = 'S16';
  readonly claim = 'Each connection leaves one record of how it ended, with a label of the list.';
  readonly meaning = 'A disconnect that nobody can explain afterwards.';
  readonly reads = reading(
    'host.stopped',
    'link.accepted',
    'link.closed',
    'link.dialing',
    'link.failed',
    'link.lost',
  );
  judged = false;
  /** Connections that are dialled or up, and have no record yet. */
  private readonly lives = new PerLife<Set<string>>(() => new Set());

  observe(event: RecordedEvent): readonly Breach[] {
    const open = this.lives.of(event);
    switch (event.type) {
      case 'link.dialing':
      case 'link.accepted':
        open.add(event.connection);
        return NONE;
      case 'link.failed':
        return this.ended(event, event.connection, open);
      case 'link.lost':
        return [...this.ended(event, event.connection, open), ...this.lost(event, event.label)];
      case 'link.closed':
        return this.gone(event, event.connection, open);
      case 'host.stopped':
        return [...open].flatMap((connection) => this.gone(event, connection, open));
      default:
        return NONE;
    }
  }

  /** A journal may begin in the middle of a connection, a run does not. */
  private ended(event: RecordedEvent, connection: string, open: Set<string>): readonly Breach[] {
    if (open.delete(connection) || event.step === undefined) return NONE;
    const { atMs, host, type } = event;
    const expected = `one record of the end of ${connection}`;
    return [{ host, atMs, expected, seen: `${type} beside it` }];
  }

  private lost(event: RecordedEvent, label: string): readonly Breach[] {
    this.judged = true;
    if ((LOSS_LABELS as readonly string[]).includes(label)) return NONE;
    const { atMs, host } = event;
    return [{ host, atMs, expected: 'a label of the closed list', seen: label }];
  }

  private gone(event: RecordedEvent, connection: string, open: Set<string>): readonly Breach[] {
    if (!open.delete(connection)) return NONE;
    const { atMs, host, type } = event;
    const expected = `a record of the end of ${connection}`;
    return [{ host, atMs, expected, seen: `${type} without one` }];
  }
}
