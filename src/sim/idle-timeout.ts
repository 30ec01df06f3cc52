import type { Flow } from './tcp-flow';
import type { Entry, VirtualClock } from './virtual-clock';

/**
 * What becomes of a flow that a box has forgotten. `silence`: nothing of it passes any more.
 * `reset`: what an end sends is answered by RST, and the other end hears nothing. `close`: both
 * ends get a FIN at once, as from a proxy.
 */
export type Forgetting = 'silence' | 'reset' | 'close';

export interface IdleTimeoutOptions {
  readonly clock: VirtualClock;
  /** How long a flow may be without a packet in either direction; acknowledgements do not count. */
  readonly afterMs: number;
  readonly how: Forgetting;
}

/** The table of a NAT, firewall or proxy on the way, from which idle flows are dropped. */
export class IdleTimeout {
  readonly #options: IdleTimeoutOptions;
  readonly #timers = new Map<Flow, Entry>();

  constructor(options: IdleTimeoutOptions) {
    this.#options = options;
  }

  /** Looks again when the flow may have been idle for long enough, until it has been. */
  watch(flow: Flow): void {
    const { afterMs, clock } = this.#options;
    const leftMs = Math.max(0, flow.lastPacketMs + afterMs - clock.now());
    const timer = clock.schedule(leftMs, () => this.#look(flow));
    this.#timers.set(flow, timer);
  }

  /** Forgets nothing more; what is forgotten stays so. */
  stop(): void {
    for (const timer of this.#timers.values()) this.#options.clock.cancel(timer);
    this.#timers.clear();
  }

  #look(flow: Flow): void {
    const { afterMs, clock } = this.#options;
    this.#timers.delete(flow);
    if (flow.lastPacketMs + afterMs > clock.now()) this.watch(flow);
    else this.#forget(flow);
  }

  #forget(flow: Flow): void {
    const { how } = this.#options;
    switch (how) {
      case 'silence':
        flow.silence();
        return;
      case 'reset':
        flow.disown();
        return;
      case 'close':
        flow.sever();
        return;
      default:
        how satisfies never;
    }
  }
}
