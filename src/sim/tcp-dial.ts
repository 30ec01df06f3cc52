/**
 * A dial: the name, the handshake, and the ways in which both fail.
 *
 *   client                                server
 *     | lookup: ENOTFOUND, EAI_AGAIN        |
 *     | SYN ------------------------------> |   again and again: see below; ETIMEDOUT
 *     | <------------------ SYN-ACK, or RST |   RST: ECONNREFUSED
 *     | connect                             |
 *     | ACK ------------------------------> |   accepted
 */
import type { Path } from './path';
import type { Entry, VirtualClock } from './virtual-clock';
import type { ErrorCode } from './virtual-socket';

const FIRST_RETRY_MS = 1000;
/** `net.ipv4.tcp_syn_linear_timeouts` (Linux 6.5 and later): the first waits do not double. */
const LINEAR_RETRIES = 4;
/**
 * `net.ipv4.tcp_syn_retries` more, after 1, 2, 3, 4, 5, 7, 11, 19, 35 and 67 s in all; after one
 * more wait, at 131 s, the dial fails.
 */
const RETRIES = LINEAR_RETRIES + 6;

/**
 * So long after its dial each SYN is sent, in milliseconds, up to the last that a program of ours
 * waits for.
 */
export const SYNS_AFTER_MS: readonly number[] = [0, 1, 2, 3, 4, 5, 7].map(
  (times) => times * FIRST_RETRY_MS,
);

/** What a dial does and asks. `Door` is what waits behind the port that it finds bound. */
export interface DialSteps<Door> {
  /** Real milliseconds for one of the clock: a kernel's waits keep their real length. */
  readonly scale: number;
  /** Why the name cannot be resolved; undefined where it can. */
  lookup(): ErrorCode | undefined;
  clientIsUp(): boolean;
  serverIsUp(): boolean;
  /** Undefined where nobody listens. */
  knock(): Door | undefined;
  onConnected(door: Door): void;
  /** `isLookup` tells a failure of the name from one of the connection. */
  onFailed(code: ErrorCode, isLookup: boolean): void;
}

export class Dial<Door> {
  #over = false;
  #sent = 0;
  #timer: Entry | undefined;

  constructor(
    private readonly clock: VirtualClock,
    private readonly there: Path,
    private readonly back: Path,
    private readonly steps: DialSteps<Door>,
  ) {
    clock.schedule(0, () => this.#resolve(), this);
  }

  /** Nothing is called any more. May be called twice. */
  abort(): void {
    this.#over = true;
    this.clock.cancel(this.#timer);
  }

  #resolve(): void {
    if (this.#over) return;
    const code = this.steps.lookup();
    if (code === undefined) this.#sendSyn();
    else this.#fail(code, true);
  }

  #sendSyn(): void {
    if (this.#sent > RETRIES) {
      this.#fail('ETIMEDOUT');
      return;
    }
    const waitMs = FIRST_RETRY_MS * 2 ** Math.max(0, this.#sent - LINEAR_RETRIES);
    const scaledMs = Math.ceil(waitMs / this.steps.scale);
    this.#timer = this.clock.schedule(scaledMs, () => this.#sendSyn(), this);
    this.#sent += 1;
    if (this.there.isUnreachable) this.#hearOfRouter();
    else if (this.#passesThere()) this.#later(this.there.delayMs, () => this.#arrive());
  }

  /** A router on the way says that the host cannot be reached. */
  #hearOfRouter(): void {
    this.#later(this.there.delayMs + this.back.delayMs, () => this.#fail('EHOSTUNREACH'));
  }

  #arrive(): void {
    if (!this.#passesThere()) return;
    const door = this.steps.knock();
    if (!this.#passesBack()) return;
    this.#later(this.back.delayMs, () => {
      if (!this.#passesBack()) return;
      if (door === undefined) this.#fail('ECONNREFUSED');
      else this.#connect(door);
    });
  }

  #connect(door: Door): void {
    this.abort();
    this.steps.onConnected(door);
  }

  #fail(code: ErrorCode, isLookup = false): void {
    this.abort();
    this.steps.onFailed(code, isLookup);
  }

  #later(delayMs: number, run: () => void): void {
    const unlessOver = (): void => {
      if (!this.#over) run();
    };
    this.clock.schedule(delayMs, unlessOver, this);
  }

  #passesThere(): boolean {
    return !this.there.losesDials && this.steps.serverIsUp();
  }

  #passesBack(): boolean {
    return !this.back.isCut && this.steps.clientIsUp();
  }
}
