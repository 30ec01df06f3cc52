import type { EventOf, FailureLabel, RecordedEvent } from '../../events';
import {
  Gauge,
  NONE,
  PerLife,
  endsLife,
  type Breach,
  DueInvariant,
  readingLives,
} from './invariant';

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
  /** Whether the host stood still while it was connected; its own clock may have, too. */
  stalled: boolean;
  /** When the last dial failed or the connection was lost; `undefined` while one is under way. */
  failedAtMs: number | undefined;
  dials: number;
}

/**
 * S1: the first dial is at the start, the n-th wait min(2^n + U[0, 1), 60) s, and n starts again
 * only after 10 s of being up.
 */
export class BackoffInvariant extends DueInvariant {
  readonly id = 'S1';
  readonly claim =
    'The n-th retry comes min(2^n, 60) to min(2^n + 1, 60) s after the failure before it.';
  readonly meaning = 'The Pi hammers a server that is coming back, or stays away for too long.';
  readonly reads = readingLives('link.connected', 'link.dialing', 'link.failed', 'link.lost');
  judged = false;
  private readonly gauge = new Gauge('backoff', 'ms', 'min(2^n + U[0, 1), 60) s');
  private readonly lives = new PerLife<State>(() => ({
    failures: 0,
    connectedAtMs: undefined,
    stalled: false,
    failedAtMs: undefined,
    dials: 0,
  }));

  override pending(): readonly string[] {
    return [];
  }

  override measurements(): ReturnType<Gauge['read']> {
    return this.gauge.read();
  }

  protected override follow(event: RecordedEvent): readonly Breach[] {
    switch (event.type) {
      case 'host.started':
        if (event.program === 'client') this.mustDial(event, 0, 'the program was started');
        return NONE;
      case 'link.connected':
        this.connected(event);
        return NONE;
      case 'host.resumed':
        this.lives.of(event).stalled = true;
        return NONE;
      case 'link.failed':
        this.failed(event, event.label, 0);
        return NONE;
      case 'link.lost':
        // A server's has a device, and it does not dial.
        if (event.device === undefined) this.failed(event, event.label, this.upMs(event));
        return NONE;
      case 'link.dialing':
        return this.dialled(event);
      default:
        if (endsLife(event)) this.due.dropHost(event.host);
        return NONE;
    }
  }

  private connected(event: RecordedEvent): void {
    const state = this.lives.of(event);
    state.connectedAtMs = event.atMs;
    state.stalled = false;
  }

  private upMs(event: EventOf<'link.lost'>): number {
    const { connectedAtMs, stalled } = this.lives.of(event);
    if (connectedAtMs === undefined) return 0;
    return stalled ? event.upMs : event.atMs - connectedAtMs;
  }

  private failed(event: RecordedEvent, label: FailureLabel, upMs: number): void {
    const state = this.lives.of(event);
    const next = upMs >= STABLE_MS ? 1 : state.failures + 1;
    state.failures = UNWELCOME.has(label) ? Math.max(next, UNWELCOME_ATTEMPT) : next;
    state.connectedAtMs = undefined;
    state.failedAtMs = event.atMs;
    if (label === 'local_shutdown') return;
    this.mustDial(event, latestMs(state.failures), `failure ${state.failures}`);
  }

  private mustDial({ atMs, host }: RecordedEvent, withinMs: number, what: string): void {
    this.due.begin(host, {
      host,
      sinceMs: atMs,
      dueMs: atMs + withinMs,
      expected: `a dial within ${withinMs} ms of ${what}`,
      what: `${what} at ${atMs} ms: no dial`,
    });
  }

  private dialled(event: RecordedEvent): readonly Breach[] {
    const state = this.lives.of(event);
    const { failedAtMs, failures } = state;
    state.dials += 1;
    state.failedAtMs = undefined;
    this.due.meet(event.host);
    this.judged = true;
    if (state.dials === 1) return NONE;
    const { atMs, host } = event;
    if (failedAtMs === undefined) {
      return [{ host, atMs, expected: 'a dial only after a failure', seen: 'a dial with none' }];
    }
    const waitMs = atMs - failedAtMs;
    this.gauge.add(waitMs);
    const low = earliestMs(failures);
    if (waitMs >= low) return NONE;
    const expected = `${low} to ${latestMs(failures)} ms of waiting before retry ${failures}`;
    return [{ host, atMs, expected, seen: `${waitMs} ms` }];
  }
}

function earliestMs(attempt: number): number {
  return Math.min(2 ** attempt * 1_000, CAP_MS);
}

function latestMs(attempt: number): number {
  return Math.min((2 ** attempt + 1) * 1_000, CAP_MS);
}
