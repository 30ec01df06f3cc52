import type { Duplex } from 'node:stream';

import type { Refusal } from '../events';
import type { Clock, EventSink, TimerHandle } from '../ports';
import { addressGroup } from './address-group';
import { RateLimit } from './rate-limit';

export interface UpgradeGateOptions {
  readonly clock: Clock;
  readonly events: EventSink;
  /** Streams that may wait at a time. */
  readonly limit: number;
  /** As many of them from one address. */
  readonly limitPerAddress: number;
  /** Milliseconds that a stream may wait. */
  readonly timeoutMs: number;
  /** Refusals that are reported in a row, before it is one a second. */
  readonly reportBurst: number;
}

interface Pending {
  /** Who is at the other end, as far as that can be told; see {@link addressGroup}. */
  readonly from: string;
  readonly timer: TimerHandle;
  isRefused: boolean;
}

/**
 * Holds the streams that belong to no device (yet), so that neither their number nor their time is
 * unlimited. The timeouts of `node:http` do not run on streams that it did not accept itself.
 *
 * Where there is no room the newcomer comes in and another one goes: whoever stalls on purpose must
 * not keep out who does not. It is the oldest of the newcomer's own address where that has too
 * many, else the oldest of the address that has most. So an address harms itself first, and one
 * with a single stream loses it only when all have a single one.
 */
export class UpgradeGate {
  private readonly options: UpgradeGateOptions;
  private readonly reports: RateLimit;
  private readonly pending = new Map<Duplex, Pending>();

  constructor(options: UpgradeGateOptions) {
    this.options = options;
    this.reports = new RateLimit({
      clock: options.clock,
      perSecond: 1,
      burst: options.reportBurst,
    });
  }

  /** Takes a stream in, until it is released or closed. */
  admit(stream: Duplex, remoteAddress: string): void {
    const { clock, timeoutMs } = this.options;
    const from = addressGroup(remoteAddress);
    this.makeRoom(from);
    const timer = clock.setTimeout(() => this.evict(stream, 'upgrade_timeout'), timeoutMs);
    this.pending.set(stream, { from, timer, isRefused: false });
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
    // Whoever is refused a thousand times a second must not fill the log with it.
    if (!this.reports.take()) return;
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

  private makeRoom(from: string): void {
    const { limit, limitPerAddress } = this.options;
    const groups = this.groups();
    const own = groups.get(from) ?? [];
    if (own.length >= limitPerAddress) this.evict(own[0], 'too_many_from_address');
    else if (this.pending.size >= limit) this.evict(longest(groups)[0], 'too_many_upgrades');
  }

  /** The streams of each address, oldest first; the address of the oldest comes first. */
  private groups(): ReadonlyMap<string, readonly Duplex[]> {
    const groups = new Map<string, Duplex[]>();
    for (const [stream, { from }] of this.pending) {
      const group = groups.get(from);
      if (group === undefined) groups.set(from, [stream]);
      else group.push(stream);
    }
    return groups;
  }

  private evict(stream: Duplex | undefined, reason: Refusal): void {
    if (stream === undefined) return;
    this.refuse(stream, reason);
    this.destroy(stream);
  }

  private destroy(stream: Duplex): void {
    this.release(stream);
    stream.destroy();
  }
}

function longest(groups: ReadonlyMap<string, readonly Duplex[]>): readonly Duplex[] {
  let most: readonly Duplex[] = [];
  for (const group of groups.values()) if (group.length > most.length) most = group;
  return most;
}
