/**
 * The way from one host to another, in one direction: how long it takes, whether it is open, and
 * what stands on it.
 */
import type { Random } from '../ports';
import { Bottleneck } from './bottleneck';
import { Corruption, type Spread } from './corruption';
import type { IdleTimeout } from './idle-timeout';
import type { Portal } from './portal';
import type { Flow } from './tcp-flow';
import type { TlsCode } from './tls-handshake';
import type { VirtualClock } from './virtual-clock';

/** Takes back what its maker did; calling it again does nothing. */
export type Undo = () => void;

/** What travels on a path and can be forgotten by a router on it. */
export interface Rider {
  readonly flow: Flow;
  silence(): void;
}

export class Path {
  /** One way, in whole milliseconds, for what is sent from now on. */
  latencyMs: number;
  /** What is on its way here, or may be, in the order in which it came to be. */
  readonly riders = new Set<Rider>();
  readonly bottleneck: Bottleneck;
  /** Boxes that forget flows between the two hosts; they stand on the way back as well. */
  readonly idleTimeouts = new Set<IdleTimeout>();
  #extraMs = 0;
  #cuts = 0;
  #unreachable = 0;
  #lostDials = 0;
  readonly #corruptions = new Set<Corruption>();
  readonly #portals: { readonly at: (port: number) => Portal }[] = [];
  readonly #tlsFaults: { readonly code: TlsCode }[] = [];

  constructor(clock: VirtualClock, latencyMs: number) {
    this.latencyMs = latencyMs;
    this.bottleneck = new Bottleneck(clock);
  }

  /** From sending to arrival, in milliseconds. */
  get delayMs(): number {
    return this.latencyMs + this.#extraMs;
  }

  /** Whether what is sent or arrives now is lost. */
  get isCut(): boolean {
    return this.#cuts + this.#unreachable > 0;
  }

  /** Whether a router says so to those who dial. */
  get isUnreachable(): boolean {
    return this.#unreachable > 0;
  }

  /** Whether a SYN that is sent or arrives now is lost. */
  get losesDials(): boolean {
    return this.isCut || this.#lostDials > 0;
  }

  /** Why no certificate that is shown to this end is taken; of several faults the latest counts. */
  get tlsFault(): TlsCode | undefined {
    return this.#tlsFaults.at(-1)?.code;
  }

  /** What takes the connections meant for this port; of several boxes the latest. */
  portal(port: number): Portal | undefined {
    return this.#portals.at(-1)?.at(port);
  }

  /** Bytes as they arrive. */
  carry(bytes: Buffer): Buffer {
    let carried = bytes;
    for (const corruption of this.#corruptions) carried = corruption.pass(carried);
    return carried;
  }

  /** One byte in so many is changed on the way, until it is undone. */
  corrupt(everyBytes: number, spread: Spread, random: Random): Undo {
    const corruption = new Corruption({ everyBytes, spread, random });
    this.#corruptions.add(corruption);
    return () => this.#corruptions.delete(corruption);
  }

  /** Dials end at a box, until it is undone; what is connected lives on. */
  divert(at: (port: number) => Portal): Undo {
    return putUp(this.#portals, { at });
  }

  /** TLS handshakes fail, until it is undone. */
  failTls(code: TlsCode): Undo {
    return putUp(this.#tlsFaults, { code });
  }

  /** No more bytes a second than this, until it is undone. Of several limits the lowest counts. */
  limit(bytesPerSecond: number): Undo {
    this.bottleneck.narrow(bytesPerSecond);
    return once(() => this.bottleneck.widen(bytesPerSecond));
  }

  /** An outage, until it is undone. Outages may overlap. */
  cut(): Undo {
    this.#cuts += 1;
    return once(() => (this.#cuts -= 1));
  }

  /** As {@link cut}, and a dial fails with `EHOSTUNREACH` instead of waiting. */
  makeUnreachable(): Undo {
    this.#unreachable += 1;
    return once(() => (this.#unreachable -= 1));
  }

  /** Dials are never answered; connections that are there live on. */
  loseDials(): Undo {
    this.#lostDials += 1;
    return once(() => (this.#lostDials -= 1));
  }

  /** Makes the path slower by this many whole milliseconds. Several add up. */
  slow(extraMs: number): Undo {
    this.#extraMs += extraMs;
    return once(() => (this.#extraMs -= extraMs));
  }

  /**
   * A router has forgotten the flows of now: in this direction nothing of them arrives ever again.
   * There is nothing to undo, and flows that begin later are not affected.
   *
   * @param openedBeforeMs - of the clock: younger flows are not forgotten.
   */
  silence(openedBeforeMs = Infinity): void {
    for (const rider of this.riders) {
      if (rider.flow.openedMs < openedBeforeMs) rider.silence();
    }
  }
}

function putUp<Item extends object>(list: Item[], item: Item): Undo {
  list.push(item);
  return once(() => list.splice(list.indexOf(item), 1));
}

/** Undoes all of them. */
export function all(undos: readonly Undo[]): Undo {
  return () => {
    for (const undo of undos) undo();
  };
}

/** Makes a function that does nothing when it is called again. */
export function once(run: () => void): Undo {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    run();
  };
}
