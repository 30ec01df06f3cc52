import { JOURNAL_SYNC_MS } from '../constants';
import { EVENTS_VERSION, isDurable, type RecordedEvent } from '../events';

/**
 * The journal that a host of a run would have on its disk: its durable events, on the monotonic
 * time of its machine, which stands still while that sleeps and begins anew with its power.
 *
 * @param events - all events of the run, in order.
 */
export function journalOf(events: readonly RecordedEvent[], host: string): RecordedEvent[] {
  return diskOf(events, host).map(({ line }, index) => ({ ...line, seq: index + 1 }));
}

/** The events of a run that are in the journals of its hosts: on the time of the run, in order. */
export function toldOf(events: readonly RecordedEvent[]): RecordedEvent[] {
  const hosts = new Set(events.map(({ host }) => host));
  const written = [...hosts].flatMap((host) => diskOf(events, host));
  const told = new Set(written.map(({ event }) => event));
  return events.filter((event) => told.has(event));
}

interface Written {
  readonly event: RecordedEvent;
  readonly line: RecordedEvent;
}

function diskOf(events: readonly RecordedEvent[], host: string): Written[] {
  const machine = new Machine(host);
  // What is safe, and what the machine has written since it was switched on.
  const safe: Written[] = [];
  let recent: Written[] = [];
  for (const event of events) {
    if (event.type === 'host.lost_power' && event.host === host) {
      const syncedMs = machine.timeOf(event) - JOURNAL_SYNC_MS;
      safe.push(...recent.filter(({ line }) => line.atMs <= syncedMs));
      recent = [];
    }
    machine.observe(event);
    if (event.host !== host || !isDurable(event.type)) continue;
    recent.push({ event, line: machine.asLine(event) });
  }
  return [...safe, ...recent];
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
