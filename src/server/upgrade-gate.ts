import type { Duplex } from 'node:stream';

import type { Refusal } from '../events';
import type { Clock, EventSink, TimerHandle } from '../ports';

export interface UpgradeGateOptions {
  readonly clock: Clock;
  readonly events: EventSink;
  /** Streams that may wait at a time. */
  readonly limit: number;
  /** Milliseconds that a stream may wait. */
  readonly timeoutMs: number;
}

interface Pending {
  readonly timer: TimerHandle;
  isRefused: boolean;
}

/**
 * Holds the streams that belong to no device (yet), so that neither their number nor their time is
 * unlimited. The timeouts of `node:http` do not run on streams that it did not accept itself. Where
 * there is no room the oldest goes: whoever stalls on purpose must not keep out who does not.
 */
export class UpgradeGate {
  private readonly options: UpgradeGateOptions;
  private readonly pending = new Map<Duplex, Pending>();

  constructor(options: UpgradeGateOptions) {
    this.options = options;
  }

  /** Takes a stream in, until it is released or closed. */
  admit(stream: Duplex): void {
    const { clock, limit, timeoutMs } = this.options;
    if (this.pending.size >= limit) this.evictOldest();
    const timer = clock.setTimeout(() => this.evict(stream, 'upgrade_timeout'), timeoutMs);
    this.pending.set(stream, { timer, isRefused: false });
    stream.once('close', () => this.release(stream));
  }

  /** The stream belongs to a device now, or is closed. */
  release(stream: Duplex): void {
    this.options.clock.clearTimeout(this.pending.get(stream)?.timer);
    this.pending.delete(stream);
  }

  /** Reports that the stream is refused, once. It stays here while it is told so and closes. */
  refuse(stream: Duplex, reason: Refusal, device?: string): void {
    const pending = this.pending.get(stream);
    if (pending === undefined || pending.isRefused) return;
    pending.isRefused = true;
    this.options.events.emit({
      type: 'link.refused',
      reason,
      ...(device === undefined ? {} : { device }),
    });
  }

  /** Destroys every stream that waits. May be called twice. */
  close(): void {
    for (const stream of [...this.pending.keys()]) this.destroy(stream);
  }

  private evictOldest(): void {
    const [oldest] = this.pending.keys();
    if (oldest !== undefined) this.evict(oldest, 'too_many_upgrades');
  }

  private evict(stream: Duplex, reason: Refusal): void {
    this.refuse(stream, reason);
    this.destroy(stream);
  }

  private destroy(stream: Duplex): void {
    this.release(stream);
    stream.destroy();
  }
}
