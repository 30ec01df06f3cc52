import type { RecordedEvent } from '../../events';
import { Gauge, endsLife, DueInvariant, readingLives } from './invariant';

const REOPEN_MS = 10_000;

/** L8: a microphone that failed is opened again, and again, until it works. */
export class DevicesInvariant extends DueInvariant {
  readonly id = 'L8';
  readonly claim = 'A microphone that failed is tried again within 10 s, as often as it takes.';
  readonly meaning = 'A plug was loose for a moment, and the Pi stays deaf until it is restarted.';
  readonly reads = readingLives('microphone.failed', 'microphone.opened');
  judged = false;
  private readonly gauge = new Gauge('microphone failed until tried again', 'ms', '<= 10 s');

  protected override follow(event: RecordedEvent): void {
    const { atMs, host } = event;
    if (endsLife(event)) this.due.dropHost(host);
    if (event.type === 'microphone.failed') this.failed(atMs, host);
    if (event.type === 'microphone.opened') this.opened(atMs, host);
  }

  override measurements(): ReturnType<Gauge['read']> {
    return this.gauge.read();
  }

  private failed(atMs: number, host: string): void {
    this.judged = true;
    this.due.begin(host, {
      host,
      sinceMs: atMs,
      dueMs: atMs + REOPEN_MS,
      expected: `the microphone opened again within ${REOPEN_MS} ms`,
      what: `its microphone failed at ${atMs} ms`,
    });
  }

  private opened(atMs: number, host: string): void {
    const met = this.due.meet(host);
    if (met !== undefined) this.gauge.add(atMs - met.sinceMs);
  }
}
