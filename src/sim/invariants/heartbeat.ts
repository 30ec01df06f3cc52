import type { RecordedEvent } from '../../events';
import { Gauge, NONE, PerLife, endsLife, type Breach, type Invariant } from './invariant';

const INTERVAL_MS = 30_000;
/** The longest that a dead peer can go unnoticed: an interval and the time for a pong. */
const DETECTION_MS = 40_000;
const STALL_GRACE_MS = 5_000;

interface State {
  /** The last ping of each connection, or when it was connected. */
  readonly lastBeatMs: Map<string, number>;
  pausedMs: number;
}

/** L2, the part that one end can see: pings go out on time, and silence is noticed in time. */
export class HeartbeatInvariant implements Invariant {
  readonly id = 'L2';
  readonly claim = 'A ping goes out every 30 s, and silence is noticed within 40 s, stalls apart.';
  readonly meaning =
    'A dead link passes for a live one: the Pi hears the hotword and nobody answers.';
  judged = false;
  private readonly intervals = new Gauge('heartbeat', 'ms', '30 s');
  private readonly silences = new Gauge('silence until noticed', 'ms', '<= 40 s, stalls apart');
  private readonly lives = new PerLife<State>(() => ({ lastBeatMs: new Map(), pausedMs: 0 }));

  observe(event: RecordedEvent): readonly Breach[] {
    const state = this.lives.of(event);
    switch (event.type) {
      case 'link.connected':
      case 'link.accepted':
        state.lastBeatMs.set(event.connection, event.atMs);
        return NONE;
      case 'link.lost':
        state.lastBeatMs.delete(event.connection);
        return NONE;
      case 'heartbeat.sent':
        return this.beaten(event, event.connection, state);
      case 'heartbeat.timeout':
        return this.timedOut(event, event.sinceInboundMs, state);
      case 'host.resumed':
        state.pausedMs += event.pausedMs;
        return NONE;
      default:
        if (endsLife(event)) state.lastBeatMs.clear();
        return NONE;
    }
  }

  overdue(nowMs: number): readonly Breach[] {
    const breaches: Breach[] = [];
    for (const [host, { lastBeatMs, pausedMs }] of this.lives.entries()) {
      for (const [connection, lastMs] of lastBeatMs) {
        const dueMs = lastMs + INTERVAL_MS + pausedMs;
        if (nowMs <= dueMs) continue;
        lastBeatMs.delete(connection);
        const expected = `a ping on ${connection} by ${dueMs} ms`;
        breaches.push({ host, atMs: dueMs, expected, seen: `none since ${lastMs} ms` });
      }
    }
    return breaches;
  }

  pending(): readonly string[] {
    return [];
  }

  measurements(): ReturnType<Gauge['read']> {
    return [...this.intervals.read(), ...this.silences.read()];
  }

  private beaten(event: RecordedEvent, connection: string, state: State): readonly Breach[] {
    const lastMs = state.lastBeatMs.get(connection);
    state.lastBeatMs.set(connection, event.atMs);
    if (lastMs === undefined) return NONE;
    this.judged = true;
    const intervalMs = event.atMs - lastMs;
    this.intervals.add(intervalMs);
    const { pausedMs } = state;
    state.pausedMs = 0;
    if (intervalMs >= INTERVAL_MS && intervalMs <= INTERVAL_MS + pausedMs) return NONE;
    const { atMs, host } = event;
    return [{ host, atMs, expected: `a ping every ${INTERVAL_MS} ms`, seen: `${intervalMs} ms` }];
  }

  private timedOut(event: RecordedEvent, sinceMs: number, state: State): readonly Breach[] {
    this.silences.add(sinceMs);
    const stall = state.pausedMs > 0 ? state.pausedMs + STALL_GRACE_MS : 0;
    if (sinceMs <= DETECTION_MS + stall) return NONE;
    const { atMs, host } = event;
    const expected = `silence noticed within ${DETECTION_MS + stall} ms`;
    return [{ host, atMs, expected, seen: `${sinceMs} ms` }];
  }
}
