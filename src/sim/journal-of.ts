import { JOURNAL_SYNC_MS } from '../constants';
import { EVENTS_VERSION, isDurable, type RecordedEvent } from '../events';

/**
 * The journal that a host of a run would have on its disk: its durable events, on the monotonic
 * time of its machine, which stands still while that sleeps and begins anew with its power.
 *
 * @param events - all events of the run, in order.
 */
export function journalOf(events: readonly RecordedEvent[], host: string): RecordedEvent[] {
  const machine = new Machine(host);
  const lines: RecordedEvent[] = [];
  for (const event of events) {
    if (event.type === 'host.lost_power' && event.host === host) {
      dropUnwritten(lines, machine.timeOf(event));
    }
    machine.observe(event);
    if (event.host !== host) continue;
    if (isDurable(event.type)) lines.push(machine.asLine(event));
  }
  return lines.map((line, index) => ({ ...line, seq: index + 1 }));
}

/** What was not on the disk yet. */
function dropUnwritten(lines: RecordedEvent[], nowMs: number): void {
  while ((lines.at(-1)?.atMs ?? -Infinity) > nowMs - JOURNAL_SYNC_MS) lines.pop();
}

class Machine {
  private readonly host: string;
  private readonly sleeps = new Set<number>();
  private starts = 1;
  private isOff = false;
  private zeroMs = 0;
  private sleepsSinceMs = 0;

  constructor(host: string) {
    this.host = host;
  }

  observe(event: RecordedEvent): void {
    if (event.type === 'fault.began') this.maySleep(event);
    if (event.type === 'fault.ended') this.mayWake(event);
    if (event.host !== this.host) return;
    if (event.type === 'host.lost_power') this.switchedOff();
    if (event.type === 'host.started') this.started(event.atMs);
  }

  timeOf({ atMs }: RecordedEvent): number {
    return (this.sleeps.size > 0 ? this.sleepsSinceMs : atMs) - this.zeroMs;
  }

  asLine(event: RecordedEvent): RecordedEvent {
    const { step: _step, ...line } = { ...event, atMs: this.timeOf(event) };
    if (line.type !== 'host.started') return line;
    return { ...line, version: EVENTS_VERSION, machine: `m${this.starts}` };
  }

  private switchedOff(): void {
    this.isOff = true;
    this.sleeps.clear();
  }

  /** A program that is started is awake, whatever becomes of the sleep of the one before it. */
  private started(atMs: number): void {
    if (this.sleeps.size > 0) this.wake(atMs);
    this.sleeps.clear();
    if (!this.isOff) return;
    this.isOff = false;
    this.starts += 1;
    this.zeroMs = atMs;
  }

  private maySleep({
    atMs,
    fault,
    hosts,
    id,
  }: Extract<RecordedEvent, { type: 'fault.began' }>): void {
    if (fault !== 'suspend' || !hosts.includes(this.host)) return;
    if (this.sleeps.size === 0) this.sleepsSinceMs = atMs;
    this.sleeps.add(id);
  }

  private mayWake({ atMs, id }: Extract<RecordedEvent, { type: 'fault.ended' }>): void {
    if (this.sleeps.delete(id) && this.sleeps.size === 0) this.wake(atMs);
  }

  private wake(atMs: number): void {
    this.zeroMs += atMs - this.sleepsSinceMs;
  }
}
