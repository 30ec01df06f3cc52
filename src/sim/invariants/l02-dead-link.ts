import { CLOSE_TIMEOUT_MS, HEARTBEAT_GRACE_MS, TELLING_LAG_MS } from '../../constants';
import type { EventOf, RecordedEvent } from '../../events';
import { endsLife, DueInvariant, readingLives, NONE, type Breach } from './invariant';

/** An interval of the heartbeat, and the time for a pong. */
const NOTICE_MS = 40_000;
const STALL_GRACE_MS = HEARTBEAT_GRACE_MS;
/**
 * What a record may say beyond it: a deadline that ran late by less than is told gets its grace,
 * and a goodbye that nobody answers its time.
 */
const RECORD_SLACK_MS = HEARTBEAT_GRACE_MS + CLOSE_TIMEOUT_MS + TELLING_LAG_MS;

/** A connection that is up, and the host at its other end. */
interface Link {
  readonly host: string;
  readonly peer: string;
}

/**
 * L2: a dead link is noticed within 40 s of the last byte that came in, at each end. What came in
 * is told by the simulator's wire, not by whom it is about. A journal has no wire: there the record
 * of each connection says for how long nothing had come in.
 */
export class DeadLinkInvariant extends DueInvariant {
  readonly id = 'L2';
  readonly claim =
    'A dead link is noticed within 40 s of the last byte that came in, stalls apart.';
  readonly meaning = 'The Pi hears the hotword, believes in its link, and nobody answers.';
  readonly reads = readingLives('link.accepted', 'link.connected', 'link.lost', 'wire.delivered');
  judged = false;
  private readonly links = new Map<string, Link>();
  /** From whom bytes came to each host, at the last instant at which any did. */
  private readonly heard = new Map<string, { readonly atMs: number; readonly from: Set<string> }>();
  private readonly resumedMs = new Map<string, number>();
  private readonly stalls: EventOf<'host.resumed'>[] = [];

  constructor() {
    super(STALL_GRACE_MS);
  }

  override pending(): readonly string[] {
    return [];
  }

  protected override follow(event: RecordedEvent): readonly Breach[] | void {
    if (endsLife(event)) this.forget(event.host);
    if (event.type === 'host.resumed') this.resumed(event);
    switch (event.type) {
      case 'wire.delivered':
        this.delivered(event.from, event.to, event.atMs);
        return;
      case 'link.connected':
      case 'link.accepted':
        this.up(event, event.connection);
        return;
      case 'link.lost':
        this.links.delete(keyOf(event.host, event.connection));
        this.due.meet(keyOf(event.host, event.connection));
        return event.step === undefined ? this.judgeRecord(event) : NONE;
      default:
    }
  }

  private resumed(event: EventOf<'host.resumed'>): void {
    this.resumedMs.set(event.host, event.atMs);
    if (event.step === undefined) this.stalls.push(event);
  }

  /** In a journal: the silence that a connection ended with, without the time we stood still. */
  private judgeRecord(lost: EventOf<'link.lost'>): readonly Breach[] {
    const { atMs, host, sinceInboundMs } = lost;
    this.judged = true;
    const stoodMs = this.stalls
      .filter((stall) => stall.atMs >= atMs - sinceInboundMs)
      .reduce((sum, { pausedMs }) => sum + pausedMs + STALL_GRACE_MS, 0);
    const mostMs = NOTICE_MS + RECORD_SLACK_MS + stoodMs;
    if (sinceInboundMs <= mostMs) return NONE;
    return [
      { host, atMs, expected: `silent for ${mostMs} ms at most`, seen: `${sinceInboundMs} ms` },
    ];
  }

  private up({ atMs, host }: RecordedEvent, connection: string): void {
    const peer = this.peerOf(host, atMs);
    if (peer === undefined) return;
    this.judged = true;
    this.links.set(keyOf(host, connection), { host, peer });
    this.expect(keyOf(host, connection), host, atMs);
  }

  /**
   * Who is at the other end of a connection that has just come up: whose bytes did it. Unknown
   * where there are several, at this instant or because the host reads what came while it stood.
   */
  private peerOf(host: string, atMs: number): string | undefined {
    const heard = this.heard.get(host);
    const isClear = heard?.from.size === 1 && heard.atMs === atMs;
    return isClear && this.resumedMs.get(host) !== atMs ? [...heard.from][0] : undefined;
  }

  private delivered(from: string, to: string, atMs: number): void {
    const heard = this.heard.get(to);
    if (heard?.atMs === atMs) heard.from.add(from);
    else this.heard.set(to, { atMs, from: new Set([from]) });
    for (const [key, { host, peer }] of this.links) {
      if (host === to && peer === from) this.expect(key, host, atMs);
    }
  }

  private expect(key: string, host: string, atMs: number): void {
    this.due.meet(key);
    this.due.begin(key, {
      host,
      sinceMs: atMs,
      dueMs: atMs + NOTICE_MS,
      expected: `the silence since ${atMs} ms noticed within ${NOTICE_MS} ms`,
      what: `${key} is silent`,
    });
  }

  private forget(host: string): void {
    this.due.dropHost(host);
    for (const [key, link] of this.links) if (link.host === host) this.links.delete(key);
  }
}

function keyOf(host: string, connection: string): string {
  return `${host}/${connection}`;
}
