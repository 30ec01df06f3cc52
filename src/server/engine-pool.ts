import type { Clock, ConversationEngine, EventSink, TimerHandle } from '../ports';
import { EngineLease, type LeaseHandlers } from './engine-lease';

export interface EnginePoolOptions {
  readonly engine: ConversationEngine;
  readonly clock: Clock;
  readonly events: EventSink;
  /** Sessions of the engine that may be opening, open or closing at a time. */
  readonly maxEngines: number;
  /** As many of them for one device: one in use, and older ones that are slow to close. */
  readonly maxEnginesPerDevice: number;
  /** Milliseconds that closing one may take. */
  readonly closeTimeoutMs: number;
}

/** All sessions of the engine, of all devices: gives them out, and waits for the last of them. */
export class EnginePool {
  private readonly options: EnginePoolOptions;
  private readonly leases = new Set<EngineLease>();
  private given = 0;
  private onEmpty: (() => void) | undefined;

  constructor(options: EnginePoolOptions) {
    this.options = options;
  }

  /** A lease that is yet to be opened; undefined where too many are in use or still closing. */
  lease(device: string, handlers: LeaseHandlers): EngineLease | undefined {
    const { clock, closeTimeoutMs, engine, events } = this.options;
    if (this.isFull(device)) return undefined;
    this.given += 1;
    return new EngineLease({
      id: `e${this.given}`,
      device,
      engine,
      clock,
      events,
      closeTimeoutMs,
      handlers,
      onBusy: (lease) => this.leases.add(lease),
      onSettled: (lease) => this.settled(lease),
    });
  }

  /** Resolves once all that was released is closed, or after `limitMs`; the rest is abandoned. */
  async drain(limitMs: number): Promise<void> {
    if (this.leases.size === 0) return;
    const { clock } = this.options;
    let timer: TimerHandle | undefined;
    await new Promise<void>((resolve) => {
      this.onEmpty = resolve;
      timer = clock.setTimeout(() => this.abandonAll(), limitMs);
    });
    clock.clearTimeout(timer);
  }

  private isFull(device: string): boolean {
    const { maxEngines, maxEnginesPerDevice } = this.options;
    const ofDevice = [...this.leases].filter((lease) => lease.device === device);
    return this.leases.size >= maxEngines || ofDevice.length >= maxEnginesPerDevice;
  }

  private settled(lease: EngineLease): void {
    this.leases.delete(lease);
    if (this.leases.size === 0) this.onEmpty?.();
  }

  private abandonAll(): void {
    for (const lease of [...this.leases]) lease.abandon();
  }
}
