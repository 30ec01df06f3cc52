import type { EventOf, RecordedEvent } from '../../events';
import { NONE, PerLife, type Breach, SafetyInvariant, reading } from './invariant';

const PONG_TIMEOUT_MS = 10_000;

interface Beat {
  pingMs: number;
  answered: boolean;
}

/** S9: a peer that answers each ping in time is never taken for dead. */
export class PatienceInvariant extends SafetyInvariant {
  readonly id = 'S9';
  readonly claim = 'No link is given up while the peer answers each ping within 10 s.';
  readonly meaning = 'A slow evening on the Wi-Fi, and the Pi drops a talk that was going well.';
  readonly reads = reading('heartbeat.pong', 'heartbeat.sent', 'heartbeat.timeout', 'link.closed');
  judged = false;
  private readonly lives = new PerLife<Map<string, Beat>>(() => new Map());

  observe(event: RecordedEvent): readonly Breach[] {
    const beats = this.lives.of(event);
    switch (event.type) {
      case 'heartbeat.sent':
        this.pinged(event.connection, event.atMs, beats);
        return NONE;
      case 'heartbeat.pong':
        this.answered(event.connection, beats);
        return NONE;
      case 'heartbeat.timeout':
        return this.gaveUp(event, beats.get(event.connection));
      case 'link.closed':
        beats.delete(event.connection);
        return NONE;
      default:
        return NONE;
    }
  }

  /** A ping that is still unanswered keeps its time: that is what the peer is late with. */
  private pinged(connection: string, atMs: number, beats: Map<string, Beat>): void {
    const beat = beats.get(connection);
    if (beat?.answered === false) return;
    beats.set(connection, { pingMs: atMs, answered: false });
  }

  private answered(connection: string, beats: Map<string, Beat>): void {
    this.judged = true;
    const beat = beats.get(connection);
    if (beat !== undefined) beat.answered = true;
  }

  /** What came in is life too. A journal keeps no beats, and silence is all that it tells. */
  private gaveUp(event: EventOf<'heartbeat.timeout'>, beat: Beat | undefined): readonly Breach[] {
    this.judged = true;
    const { atMs, host, sinceInboundMs, step } = event;
    if (step !== undefined && (beat === undefined || beat.answered)) {
      return [{ host, atMs, expected: 'patience with a peer that answers', seen: 'given up' }];
    }
    const waitedMs = Math.min(atMs - (beat?.pingMs ?? -Infinity), sinceInboundMs);
    if (waitedMs >= PONG_TIMEOUT_MS) return NONE;
    return [{ host, atMs, expected: `${PONG_TIMEOUT_MS} ms for a pong`, seen: `${waitedMs} ms` }];
  }
}
