import {
  CLOSE_TIMEOUT_MS,
  HEARTBEAT_GRACE_MS,
  HEARTBEAT_INTERVAL_MS,
  PONG_TIMEOUT_MS,
  TELLING_LAG_MS,
} from '../../constants';
import type { EventOf, RecordedEvent } from '../../events';
import {
  Gauge,
  NONE,
  Obligations,
  PerLife,
  endsLife,
  joined,
  type Breach,
  type Invariant,
  readingLives,
} from './invariant';

/** The longest that a dead peer can go unnoticed: an interval and the time for a pong. */
const DETECTION_MS = HEARTBEAT_INTERVAL_MS + PONG_TIMEOUT_MS;
/**
 * The peer's own pings are life, too, and no events: one that came in just after our ping puts the
 * end off until the next.
 */
const NO_SIGN_MS = HEARTBEAT_INTERVAL_MS + DETECTION_MS;

interface Stall {
  readonly untilMs: number;
  readonly lastedMs: number;
}

interface State {
  /** The last ping of each connection, or when it was connected. */
  readonly lastBeatMs: Map<string, number>;
  readonly stalls: Stall[];
}

/** H1, what one end can see of L2: pings go out on time, and silence is noticed in time. */
export class HeartbeatInvariant implements Invariant {
  readonly id = 'H1';
  readonly claim = 'A ping goes out every 30 s, and silence is noticed within 40 s, stalls apart.';
  readonly meaning =
    'A dead link passes for a live one: the Pi hears the hotword and nobody answers.';
  readonly reads = readingLives(
    'audio.received',
    'control.received',
    'heartbeat.pong',
    'heartbeat.sent',
    'heartbeat.timeout',
    'link.accepted',
    'link.connected',
    'link.lost',
  );
  judged = false;
  private readonly intervals = new Gauge('heartbeat', 'ms', '30 s');
  private readonly silences = new Gauge('silence until noticed', 'ms', '<= 40 s, stalls apart');
  private readonly beats = new Obligations();
  private readonly signs = new Obligations(HEARTBEAT_GRACE_MS);
  private readonly lives = new PerLife<State>(() => ({ lastBeatMs: new Map(), stalls: [] }));

  observe(event: RecordedEvent): readonly Breach[] {
    this.beats.heed(event);
    this.signs.heed(event);
    return this.follow(event);
  }

  overdue(nowMs: number): readonly Breach[] {
    return joined(this.beats.takeOverdue(nowMs), this.signs.takeOverdue(nowMs));
  }

  pending(): readonly string[] {
    return [];
  }

  measurements(): ReturnType<Gauge['read']> {
    return [...this.intervals.read(), ...this.silences.read()];
  }

  private follow(event: RecordedEvent): readonly Breach[] {
    switch (event.type) {
      case 'link.connected':
      case 'link.accepted':
        this.mustBeat(event, event.connection);
        this.alive(event, event.connection);
        return NONE;
      case 'heartbeat.pong':
      case 'control.received':
      case 'audio.received':
        this.alive(event, event.connection);
        return NONE;
      case 'link.lost':
        this.ended(event);
        return NONE;
      case 'heartbeat.sent':
        return this.beaten(event);
      case 'heartbeat.timeout':
        return this.timedOut(event);
      case 'host.resumed':
        this.lives.of(event).stalls.push({ untilMs: event.atMs, lastedMs: event.pausedMs });
        return NONE;
      default:
        if (endsLife(event)) this.lifeEnded(event.host);
        return NONE;
    }
  }

  private mustBeat(event: RecordedEvent, connection: string): void {
    const { atMs, host } = event;
    if (!isSeen(event)) return;
    this.lives.of(event).lastBeatMs.set(connection, atMs);
    this.beats.begin(`${host}/${connection}`, {
      host,
      sinceMs: atMs,
      // A connection that is closing by then is pinged no more, and is lost soon.
      dueMs: atMs + HEARTBEAT_INTERVAL_MS + CLOSE_TIMEOUT_MS,
      expected: `a ping on ${connection} within ${HEARTBEAT_INTERVAL_MS} ms`,
      what: `none since ${atMs} ms`,
    });
  }

  private alive(event: RecordedEvent, connection: string): void {
    const { atMs, host } = event;
    if (!isSeen(event)) return;
    this.signs.meet(`${host}/${connection}`);
    this.signs.begin(`${host}/${connection}`, {
      host,
      sinceMs: atMs,
      dueMs: atMs + NO_SIGN_MS,
      expected: `${connection} given up after ${NO_SIGN_MS} ms without a sign of life`,
      what: `none since ${atMs} ms`,
    });
  }

  private ended(event: EventOf<'link.lost'>): void {
    this.lives.of(event).lastBeatMs.delete(event.connection);
    this.beats.meet(`${event.host}/${event.connection}`);
    this.signs.meet(`${event.host}/${event.connection}`);
  }

  private lifeEnded(host: string): void {
    this.beats.dropHost(host);
    this.signs.dropHost(host);
  }

  private beaten(event: EventOf<'heartbeat.sent'>): readonly Breach[] {
    const { atMs, connection, host } = event;
    const lastMs = this.lives.of(event).lastBeatMs.get(connection);
    if (lastMs === undefined) return NONE;
    this.judged = true;
    this.beats.meet(`${host}/${connection}`);
    this.mustBeat(event, connection);
    this.intervals.add(atMs - lastMs);
    const latestMs = HEARTBEAT_INTERVAL_MS + this.stalledMs(event, lastMs);
    if (atMs - lastMs >= HEARTBEAT_INTERVAL_MS && atMs - lastMs <= latestMs) return NONE;
    const expected = `a ping on ${connection} every ${HEARTBEAT_INTERVAL_MS} ms`;
    return [{ host, atMs, expected, seen: `one ${atMs - lastMs} ms after the last` }];
  }

  private timedOut(event: EventOf<'heartbeat.timeout'>): readonly Breach[] {
    const { atMs, host, sinceInboundMs } = event;
    this.judged = true;
    this.silences.add(sinceInboundMs);
    const stalledMs = this.stalledMs(event, atMs - sinceInboundMs);
    const untoldMs = isSeen(event) ? 0 : TELLING_LAG_MS;
    const boundMs = DETECTION_MS + untoldMs + (stalledMs > 0 ? stalledMs + HEARTBEAT_GRACE_MS : 0);
    if (sinceInboundMs <= boundMs) return NONE;
    const expected = `silence noticed within ${boundMs} ms`;
    return [{ host, atMs, expected, seen: `${sinceInboundMs} ms` }];
  }

  /** How long the host stood still since then, or a little more. */
  private stalledMs(event: RecordedEvent, sinceMs: number): number {
    const stalls = this.lives.of(event).stalls.filter(({ untilMs }) => untilMs > sinceMs);
    return stalls.reduce((sum, { lastedMs }) => sum + lastedMs, 0);
  }
}

/** A journal, which has no steps, has neither pings nor pongs, nor the stalls that are brief. */
function isSeen({ step }: RecordedEvent): boolean {
  return step !== undefined;
}
