import type { LinkEvent, Refusal } from '../events';
import type { Clock, EventSink } from '../ports';
import { Recurrence } from './recurrence';

export interface RefusalDigestOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** Gets what is left; must not throw. */
  readonly sink: Pick<EventSink, 'emit'>;
}

type Refused = Extract<LinkEvent, { readonly type: 'link.refused' }>;

interface Row {
  readonly reason: Refusal;
  recurrence: Recurrence;
  latestMs: number;
  /** So many were not told since the last that was. */
  others: number;
}

/** After so much quiet the next refusal of a kind is news again. */
const QUIET_MS = 30 * 60_000;
/** Devices that are counted each by itself: whoever is refused may have chosen the name. */
const MOST_DEVICES = 16;

/**
 * Keeps a journal from being filled by strangers: whoever reaches the server can be refused once a
 * second for ever. Of refusals of one reason and device the first three are told, then one at each
 * doubling and one an hour, and each says for how many `others` it stands. Any other event passes.
 */
export class RefusalDigest implements EventSink {
  private readonly options: RefusalDigestOptions;
  private readonly rows = new Map<string, Row>();

  constructor(options: RefusalDigestOptions) {
    this.options = options;
  }

  emit(event: LinkEvent): void {
    if (event.type === 'link.refused') return this.refused(event);
    // Nothing comes after it.
    if (event.type === 'host.stopped') this.tellRest();
    this.options.sink.emit(event);
  }

  private refused(event: Refused): void {
    const nowMs = this.options.clock.now();
    const row = this.rowOf(event, nowMs);
    row.latestMs = nowMs;
    if (row.recurrence.next(nowMs)) this.tell(event, row);
    else row.others += 1;
  }

  private rowOf({ device = '', reason }: Refused, nowMs: number): Row {
    const own = `${reason} ${device}`;
    const key = this.rows.has(own) || this.rows.size < MOST_DEVICES ? own : reason;
    const row = this.rows.get(key) ?? newRow(reason, nowMs);
    if (nowMs - row.latestMs >= QUIET_MS) row.recurrence = new Recurrence(nowMs);
    this.rows.set(key, row);
    return row;
  }

  private tell(event: Refused, row: Row): void {
    const { others } = row;
    row.others = 0;
    this.options.sink.emit(others === 0 ? event : { ...event, others });
  }

  /** Of whom they were is not said: they are by now in, perhaps. */
  private tellRest(): void {
    for (const row of this.rows.values()) {
      if (row.others === 0) continue;
      row.others -= 1;
      this.tell({ type: 'link.refused', reason: row.reason }, row);
    }
  }
}

function newRow(reason: Refusal, nowMs: number): Row {
  return { reason, recurrence: new Recurrence(nowMs), latestMs: nowMs, others: 0 };
}
