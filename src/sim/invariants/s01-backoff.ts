import type { FailureLabel, RecordedEvent } from '../../events';
import { Gauge, NONE, PerLife, endsLife, type Breach, type Invariant } from './invariant';

const STABLE_MS = 10_000;
const CAP_MS = 60_000;
const UNWELCOME_ATTEMPT = 6;
const UNWELCOME: ReadonlySet<FailureLabel> = new Set<FailureLabel>([
  'auth',
  'busy',
  'policy',
  'replaced',
]);

interface State {
  /** Consecutive failures, as they are counted here: not as the client says. */
  failures: number;
  connectedAtMs: number | undefined;
  /** When the last dial failed or the connection was lost; `undefined` while one is under way. */
  failedAtMs: number | undefined;
  dials: number;
  pausedMs: number;
  over: boolean;
}

/**
 * S1: the n-th wait is min(2^n + U[0, 1), 60) s, and n starts again only after 10 s of being up.
 */
export class BackoffInvariant implements Invariant {
  readonly id = 'S1';
  readonly claim =
    'The n-th retry comes min(2^n, 60) to min(2^n + 1, 60) s after the failure before it.';
  readonly meaning = 'The Pi hammers a server that is coming back, or stays away for too long.';
  judged = false;
  private readonly gauge = new Gauge('backoff', 'ms', 'min(2^n + U[0, 1), 60) s');
  private readonly lives = new PerLife<State>(() => ({
    failures: 0,
    connectedAtMs: undefined,
    failedAtMs: undefined,
    dials: 0,
    pausedMs: 0,
    over: false,
  }));

  observe(event: RecordedEvent): readonly Breach[] {
    switch (event.type) {
      case 'link.connected':
        this.lives.of(event).connectedAtMs = event.atMs;
        return NONE;
      case 'link.failed':
        return this.failed(event, event.label, 0);
      case 'link.lost':
        if (event.device !== undefined) return NONE; // A server's: it does not dial.
        return this.failed(event, event.label, this.upMs(event));
      case 'link.dialing':
        return this.dialled(event);
      case 'host.resumed':
        this.lives.of(event).pausedMs += event.pausedMs;
        return NONE;
      default:
        if (endsLife(event)) this.lives.of(event).over = true;
        return NONE;
    }
  }

  overdue(nowMs: number): readonly Breach[] {
    const breaches: Breach[] = [];
    for (const [host, state] of this.lives.entries()) {
      const { failedAtMs, failures } = state;
      if (state.over || failedAtMs === undefined) continue;
      const dueMs = failedAtMs + latestMs(failures) + state.pausedMs;
      if (nowMs <= dueMs) continue;
      state.over = true;
      const expected = `a dial by ${dueMs} ms, after failure ${failures}`;
      breaches.push({ host, atMs: dueMs, expected, seen: 'no dial' });
    }
    return breaches;
  }

  pending(): readonly string[] {
    return [];
  }

  measurements(): ReturnType<Gauge['read']> {
    return this.gauge.read();
  }

  private upMs(event: RecordedEvent): number {
    const { connectedAtMs } = this.lives.of(event);
    return connectedAtMs === undefined ? 0 : event.atMs - connectedAtMs;
  }

  private failed(event: RecordedEvent, label: FailureLabel, upMs: number): readonly Breach[] {
    const state = this.lives.of(event);
    const next = upMs >= STABLE_MS ? 1 : state.failures + 1;
    state.failures = UNWELCOME.has(label) ? Math.max(next, UNWELCOME_ATTEMPT) : next;
    state.connectedAtMs = undefined;
    state.failedAtMs = event.atMs;
    state.pausedMs = 0;
    if (label === 'local_shutdown') state.over = true;
    return NONE;
  }

  private dialled(event: RecordedEvent): readonly Breach[] {
    const state = this.lives.of(event);
    const { failedAtMs, failures, pausedMs } = state;
    state.dials += 1;
    state.failedAtMs = undefined;
    this.judged = true;
    if (state.dials === 1) return NONE;
    const { atMs, host } = event;
    if (failedAtMs === undefined) {
      return [{ host, atMs, expected: 'a dial only after a failure', seen: 'a dial with none' }];
    }
    const waitMs = atMs - failedAtMs;
    this.gauge.add(waitMs);
    const low = earliestMs(failures);
    const high = latestMs(failures) + pausedMs;
    if (waitMs >= low && waitMs <= high) return NONE;
    const expected = `${low} to ${high} ms of waiting before retry ${failures}`;
    return [{ host, atMs, expected, seen: `${waitMs} ms` }];
  }
}

function earliestMs(attempt: number): number {
  return Math.min(2 ** attempt * 1_000, CAP_MS);
}

function latestMs(attempt: number): number {
  return Math.min((2 ** attempt + 1) * 1_000, CAP_MS);
}
