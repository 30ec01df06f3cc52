import { TELLING_LAG_MS } from '../../constants';
import type { EventOf, RecordedEvent } from '../../events';
import { NONE, PerLife, type Breach, SafetyInvariant, reading } from './invariant';

interface Up {
  readonly sinceMs: number;
  /** How long the host had stood still before. */
  readonly pausedMs: number;
}

interface State {
  readonly ups: Map<string, Up>;
  /** Time that a host did not notice: its own clocks are behind by so much at most. */
  pausedMs: number;
}

/** A trace rounds its times. */
const ROUNDED_MS = 1;

/** S10: the time of day may jump; what is decided and measured goes by monotonic time. */
export class WallClockInvariant extends SafetyInvariant {
  readonly id = 'S10';
  readonly claim =
    'Lengths of time are those of the monotonic clock, whatever the time of day does.';
  readonly meaning = 'The clock is set, as on every boot of a Pi, and talks end or last for years.';
  readonly reads = reading(
    'heartbeat.pong',
    'host.resumed',
    'link.accepted',
    'link.connected',
    'link.lost',
  );
  judged = false;
  private readonly lives = new PerLife<State>(() => ({ ups: new Map(), pausedMs: 0 }));

  observe(event: RecordedEvent): readonly Breach[] {
    const state = this.lives.of(event);
    switch (event.type) {
      case 'link.connected':
      case 'link.accepted':
        state.ups.set(event.connection, { sinceMs: event.atMs, pausedMs: state.pausedMs });
        return NONE;
      case 'host.resumed':
        state.pausedMs += event.pausedMs;
        return NONE;
      case 'heartbeat.pong':
        return this.check(event, 'a round trip', event.rttMs, event.connection, state);
      case 'link.lost':
        return this.lost(event, state);
      default:
        return NONE;
    }
  }

  private lost(event: EventOf<'link.lost'>, state: State): readonly Breach[] {
    const { connection, sinceInboundMs, upMs } = event;
    const breaches = [
      ...this.check(event, 'time up', upMs, connection, state),
      ...this.check(event, 'silence', sinceInboundMs, connection, state),
      ...this.check(event, 'the longest round trip', event.maxRttMs ?? 0, connection, state),
      ...this.check(event, 'time without a pong', event.sincePongMs ?? 0, connection, state),
      ...this.tooShort(event, state),
    ];
    state.ups.delete(connection);
    return breaches;
  }

  /** Nothing of a connection can have lasted longer than the connection, or less than nothing. */
  private check(
    event: RecordedEvent,
    what: string,
    ms: number,
    connection: string,
    { ups }: State,
  ): readonly Breach[] {
    const { atMs, host } = event;
    const sinceMs = ups.get(connection)?.sinceMs;
    if (sinceMs === undefined) return NONE;
    this.judged = true;
    if (ms >= 0 && ms <= atMs - sinceMs + toleranceMs(event)) return NONE;
    const expected = `${what} of 0 to ${atMs - sinceMs} ms`;
    return [{ host, atMs, expected, seen: `${ms} ms` }];
  }

  private tooShort(event: EventOf<'link.lost'>, { pausedMs, ups }: State): readonly Breach[] {
    const { atMs, connection, host, upMs } = event;
    const up = ups.get(connection);
    if (up === undefined) return NONE;
    const leastMs = atMs - up.sinceMs - (pausedMs - up.pausedMs);
    if (upMs >= leastMs - toleranceMs(event)) return NONE;
    const expected = `time up of ${leastMs} ms or more`;
    return [{ host, atMs, expected, seen: `${upMs} ms` }];
  }
}

/**
 * How far a length may be from the times of the events. In a journal time passes within a turn as
 * well: from where a connection counts its time to where that is told, up to a standstill that is
 * too short to be told. A time of day that jumps does so by more.
 */
function toleranceMs({ step }: RecordedEvent): number {
  return step === undefined ? TELLING_LAG_MS : ROUNDED_MS;
}
