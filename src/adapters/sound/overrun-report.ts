import type { EventSink } from '../../ports';

/** At most one event in so long. */
const INTERVAL_MS = 10_000;

/** Adds up what devices lost, and reports it now and then. */
export class OverrunReport {
  private lostMs = 0;
  private reportedMs = -Infinity;

  constructor(private readonly events: EventSink) {}

  /** Called now and then, with what was lost since. */
  update(lostMs: number, nowMs: number): void {
    this.lostMs += lostMs;
    if (this.lostMs === 0 || nowMs - this.reportedMs < INTERVAL_MS) return;
    this.events.emit({ type: 'microphone.overrun', lostMs: Math.round(this.lostMs) });
    this.lostMs = 0;
    this.reportedMs = nowMs;
  }
}
