/** The way from one host to another, in one direction: how long it takes, whether it is open. */

import type { Flow } from './tcp-flow';

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
  #extraMs = 0;
  #cuts = 0;
  #unreachable = 0;
  #lostDials = 0;

  constructor(latencyMs: number) {
    this.latencyMs = latencyMs;
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
   */
  silence(): void {
    for (const rider of this.riders) rider.silence();
  }
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
