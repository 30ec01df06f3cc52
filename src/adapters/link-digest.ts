import type { LinkEvent } from '../events';
import type { TimerHandle } from '../ports';
import type { LogDigestOptions } from './log-digest';
import { Recurrence } from './recurrence';

/** A link that has been up for so long is up; one that is lost sooner was never quite there. */
const STABLE_MS = 10_000;

/** From the first failure, or the start, until a link has been up for a while. */
interface Outage {
  readonly sinceMs: number;
  readonly dials: Recurrence;
  /** What has ended dials and connections so far: from a closed list. */
  readonly labels: Set<string>;
  /** How the latest dial is told: in full, in a line with all before it, or not. */
  telling: 'in_full' | 'in_a_line' | 'not';
  hasConnected: boolean;
}

/**
 * Tells of a client's link. While it is down the first dials are told in full, and so is the first
 * failure of each kind; of the rest there is one line at each doubling of their number, and one an
 * hour. That it is up again is told at once, but of a server that takes the client in and drops it,
 * over and over, only the first time, and once it has lasted. A server, which dials nobody, is told
 * of in full.
 */
export class LinkDigest {
  private readonly options: LogDigestOptions;
  private outage: Outage | undefined;
  private stableTimer: TimerHandle | undefined;

  constructor(options: LogDigestOptions) {
    this.options = options;
  }

  emit(event: LinkEvent): void {
    switch (event.type) {
      case 'link.dialing':
        return this.dialing(event);
      case 'link.connected':
        return this.connected(event);
      case 'link.failed':
      case 'link.lost':
        return this.ended(event, event.label);
      case 'state.changed':
        return event.machine === 'link' ? this.tellIfTold(event) : this.options.log(event);
      case 'backoff.scheduled':
      case 'control.sent':
      case 'control.received':
        return this.tellIfTold(event);
      default:
        return this.options.log(event);
    }
  }

  private get nowMs(): number {
    return this.options.clock.now();
  }

  private tellIfTold(event: LinkEvent): void {
    if (this.outage === undefined || this.outage.telling === 'in_full') this.options.log(event);
  }

  private dialing(event: LinkEvent): void {
    this.outage ??= beginningAt(this.nowMs);
    const { dials } = this.outage;
    const isDue = dials.next(this.nowMs);
    this.outage.telling = !isDue ? 'not' : dials.isNew ? 'in_full' : 'in_a_line';
    this.tellIfTold(event);
  }

  private ended(event: LinkEvent, label: string): void {
    this.options.clock.clearTimeout(this.stableTimer);
    this.outage ??= beginningAt(this.nowMs);
    const { dials, labels, sinceMs, telling } = this.outage;
    const isNews = !labels.has(label) || telling === 'in_full';
    labels.add(label);
    if (isNews) this.options.log(event);
    else if (telling === 'in_a_line') {
      const downMs = this.nowMs - sinceMs;
      this.options.log({ type: 'link.down', downMs, dials: dials.times, label });
    }
  }

  private connected(event: LinkEvent): void {
    const { outage, nowMs } = this;
    if (outage === undefined) return this.options.log(event);
    if (!outage.hasConnected) outage.telling = 'in_full';
    outage.hasConnected = true;
    const isTold = outage.telling === 'in_full';
    if (isTold) this.tellConnected(event, outage, nowMs);
    this.stableTimer = this.options.clock.setTimeout(() => {
      this.outage = undefined;
      if (!isTold) this.tellConnected(event, outage, nowMs);
    }, STABLE_MS);
  }

  private tellConnected(event: LinkEvent, { dials, labels, sinceMs }: Outage, atMs: number): void {
    this.options.log(event);
    if (labels.size === 0) return;
    this.options.log({ type: 'link.recovered', downMs: atMs - sinceMs, dials: dials.times });
  }
}

function beginningAt(nowMs: number): Outage {
  return {
    sinceMs: nowMs,
    dials: new Recurrence(nowMs),
    labels: new Set(),
    telling: 'in_full',
    hasConnected: false,
  };
}
