import type { RecordedEvent } from '../../events';
import { Gauge, NONE, type Breach, DueInvariant, readingLives } from './invariant';

const SHUTDOWN_MS = 3_000;

/** S13: a program that was told to stop does, in time, and leaves nothing behind. */
export class ShutdownInvariant extends DueInvariant {
  readonly id = 'S13';
  readonly claim = 'A shutdown takes at most 3 s and leaves no timer, socket, dial or device.';
  readonly meaning = 'The service hangs at a restart, or something goes on unseen.';
  readonly reads = readingLives('host.acted_late');
  judged = false;
  private readonly gauge = new Gauge('shutdown', 'ms', '<= 3 s');
  /** Hosts whose program has crashed: what its last turn still does is no part of a shutdown. */
  private readonly crashed = new Set<string>();

  override measurements(): ReturnType<Gauge['read']> {
    return this.gauge.read();
  }

  protected override follow(event: RecordedEvent): readonly Breach[] {
    switch (event.type) {
      case 'host.stopping':
        return this.begun(event);
      case 'host.stopped':
        return this.stopped(event);
      case 'host.acted_late':
        if (this.crashed.has(event.host)) return NONE;
        return [this.breach(event, 'nothing from a program that has stopped', event.port)];
      case 'host.started':
        this.crashed.delete(event.host);
        return NONE;
      case 'host.crashed':
        this.crashed.add(event.host);
        this.due.dropHost(event.host);
        return NONE;
      case 'host.killed':
      case 'host.lost_power':
        this.due.dropHost(event.host);
        return NONE;
      default:
        return NONE;
    }
  }

  private begun({ atMs, host }: RecordedEvent): readonly Breach[] {
    this.judged = true;
    this.due.begin(host, {
      host,
      sinceMs: atMs,
      dueMs: atMs + SHUTDOWN_MS,
      expected: `stopped within ${SHUTDOWN_MS} ms`,
      what: `told to stop at ${atMs} ms`,
    });
    return NONE;
  }

  private stopped(event: RecordedEvent & { readonly type: 'host.stopped' }): readonly Breach[] {
    const begun = this.due.meet(event.host);
    if (begun !== undefined) this.gauge.add(event.atMs - begun.sinceMs);
    const { devices, dials, sockets, timers } = event;
    const breaches: Breach[] = [];
    if (begun !== undefined && event.atMs > begun.dueMs) {
      breaches.push(this.breach(event, begun.expected, `${event.atMs - begun.sinceMs} ms`));
    }
    if (devices + dials + sockets + timers > 0) {
      const seen = `${timers} timers, ${sockets} sockets, ${dials} dials, ${devices} devices`;
      breaches.push(this.breach(event, 'nothing left', seen));
    }
    return breaches;
  }

  private breach({ atMs, host }: RecordedEvent, expected: string, seen: string): Breach {
    return { host, atMs, expected, seen };
  }
}
