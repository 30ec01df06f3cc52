/**
 * A TCP connection as two kernels see it: a {@link TcpEnd} on each host, a {@link Pipe} each way.
 *
 * An end lives longer than its socket: after `close()` the kernel sends the rest and waits for the
 * peer's FIN. Once it is forgotten, whatever still comes for it is answered by RST.
 */
import type { Path } from './path';
import { Pipe, type Payload, type PipeSink, type PipeSource, type Written } from './tcp-pipe';
import type { VirtualClock } from './virtual-clock';
import type { ErrorCode, Inbound, Wire } from './virtual-socket';

/** The most that libuv reads at a time. */
const READ_BYTES = 65_536;

/** What an end needs of the machine on which it is. */
export interface FlowHost {
  readonly name: string;
  /** Whether it has power. */
  readonly isUp: boolean;
}

/** What an end tells its owner. */
export interface EndOwner {
  /** The handshake is complete. False where nobody is there any more to take the connection. */
  onAccepted(): boolean;
  /** There may be something to read. */
  onInbound(): void;
  /** Writers that waited for the kernel may be called back. */
  onWritten(callbacks: readonly (() => void)[]): void;
  /** The kernel knows the end no more. */
  onForgotten(): void;
}

/** Hears of what happens on the wire. It must not keep the bytes, because readers change them. */
export interface FlowObserver {
  onDelivered(flow: number, from: string, to: string, bytes: Buffer): void;
  onClosed(flow: number, from: string, to: string, how: 'fin' | 'reset'): void;
}

export interface FlowOptions {
  readonly clock: VirtualClock;
  readonly observer: FlowObserver;
  readonly scale: number;
  readonly sendBufferBytes: number;
  readonly receiveBufferBytes: number;
}

/** Which end is told: of `downstream` it is the one that dialled. */
export type Towards = 'both' | 'upstream' | 'downstream';

/** Both directions of a connection; `a` is the end that dialled. */
export class Flow {
  readonly a: TcpEnd;
  readonly b: TcpEnd;
  /** A box on the way has closed both directions, and plays the peer's part for each end. */
  isSevered = false;
  /** When the handshake had come back to who dialled. */
  readonly openedMs: number;
  /** A box on the way has forgotten the flow, and answers what still comes of it with RST. */
  isDisowned = false;
  /** When anything but an acknowledgement was last on its way here, in virtual milliseconds. */
  lastPacketMs: number;

  constructor(
    readonly id: number,
    readonly options: FlowOptions,
    hosts: readonly [a: FlowHost, b: FlowHost],
    paths: readonly [there: Path, back: Path],
  ) {
    this.openedMs = options.clock.now();
    this.lastPacketMs = this.openedMs;
    this.a = new TcpEnd(this, hosts[0]);
    this.b = new TcpEnd(this, hosts[1]);
    this.a.join(this.b, paths[0], paths[1]);
    this.b.join(this.a, paths[1], paths[0]);
  }

  /** Something on the way resets both ends, or one. */
  reset(towards: Towards = 'both'): void {
    if (towards !== 'upstream') this.a.receiveReset();
    if (towards !== 'downstream') this.b.receiveReset();
  }

  /** A router has forgotten it: nothing of it passes any more. */
  silence(): void {
    this.a.silence();
    this.b.silence();
  }

  /** A box has forgotten it: whoever sends is answered by RST, and the other end hears nothing. */
  disown(): void {
    this.isDisowned = true;
  }

  /**
   * Something on the way ends both directions, and answers data that still comes with RST. Or it
   * tells one end alone, which then takes its leave of the other.
   */
  sever(towards: Towards = 'both'): void {
    if (this.isSevered) return;
    if (towards !== 'both') {
      (towards === 'downstream' ? this.a : this.b).receiveSeveringFin();
      return;
    }
    this.isSevered = true;
    this.a.receiveSeveringFin();
    this.b.receiveSeveringFin();
  }
}

/**
 * `open`: a program has it. `closing`: the program let go of it, and the kernel sends the rest.
 * `forgotten`: the kernel knows it no more.
 */
type EndState = 'open' | 'closing' | 'forgotten';

/** One kernel's end of a connection. */
export class TcpEnd implements Wire, PipeSource, PipeSink {
  /** Undefined before the connection is accepted. */
  owner: EndOwner | undefined;
  #out!: Pipe;
  #peer!: TcpEnd;
  #inbox: Inbound[] = [];
  #unreadBytes = 0;
  /** Places of the inbound stream that the program has taken. */
  #taken = 0;
  #state: EndState = 'open';
  #accepted = false;
  #finArrived = false;
  #failed = false;

  constructor(
    readonly flow: Flow,
    readonly host: FlowHost,
  ) {}

  /** For the flow: the two ends need each other, so this cannot be in the constructor. */
  join(peer: TcpEnd, there: Path, back: Path): void {
    const { flow } = this;
    const { clock, scale, sendBufferBytes } = flow.options;
    this.#peer = peer;
    this.#out = new Pipe(this, peer, { flow, clock, scale, sendBufferBytes, there, back });
  }

  /** For the end that dialled: it is established, and tells the other so. */
  accept(): void {
    this.#accepted = true;
    this.#out.accept();
  }

  write(bytes: Buffer, written: Written): void {
    if (this.#failed) written('EPIPE');
    else if (this.#state === 'open') this.#out.write(bytes, written);
  }

  end(): void {
    if (this.#state === 'open') this.#out.finish();
  }

  read(): Inbound | undefined {
    const inbound = this.#inbox.shift();
    if (inbound?.kind !== 'data') return inbound;
    const bytes = inbound.bytes.subarray(0, READ_BYTES);
    const rest = inbound.bytes.subarray(READ_BYTES);
    if (rest.length > 0) this.#inbox.unshift({ kind: 'data', bytes: rest });
    this.#unreadBytes -= bytes.length;
    this.#taken += bytes.length;
    if (this.#state === 'open') this.#peer.#out.openWindow();
    return { kind: 'data', bytes };
  }

  close(): void {
    if (this.#state !== 'open') return;
    if (this.#unreadBytes > 0) {
      this.reset();
      return;
    }
    this.#out.finish();
    this.#state = 'closing';
    this.#leaveIfDone();
  }

  reset(): void {
    if (this.#state !== 'forgotten') this.#refuse();
  }

  /** Power is gone: nothing of this end acts any more. */
  forget(): void {
    if (this.#state === 'forgotten') return;
    this.#state = 'forgotten';
    this.#out.stop();
    this.owner?.onForgotten();
  }

  /** Nothing that it sends passes any more. */
  silence(): void {
    this.#out.silence();
  }

  isPowered(): boolean {
    return this.host.isUp;
  }

  window(): number {
    // FIN and the handshake take a place each, but no room.
    return this.#taken + this.flow.options.receiveBufferBytes + 2;
  }

  answerPasses(): boolean {
    return this.#out.passes();
  }

  receive(payloads: readonly Payload[]): boolean {
    if (this.#peer.flow.isSevered) return this.#receiveForBox(payloads);
    if (!payloads.every((payload) => this.#take(payload)) || this.#state === 'forgotten') {
      this.#refuse();
      return false;
    }
    if (this.#state === 'open' && payloads.length > 0) this.owner?.onInbound();
    this.#leaveIfDone();
    return true;
  }

  receiveReset(): void {
    if (this.#state === 'forgotten') return;
    this.#observeClosed('reset');
    this.#fail('ECONNRESET');
  }

  receiveSeveringFin(): void {
    if (this.#state === 'forgotten') return;
    if (!this.#accepted) {
      this.forget();
      return;
    }
    if (!this.#finArrived) this.#takeFin();
    if (this.#state === 'open') this.owner?.onInbound();
    this.#leaveIfDone();
  }

  onRoom(writers: readonly Written[]): void {
    this.owner?.onWritten(writers);
  }

  onDrained(): void {
    this.#leaveIfDone();
  }

  onGivenUp(): void {
    this.#fail('ETIMEDOUT');
  }

  #take(payload: Payload): boolean {
    if (this.#state === 'forgotten') return false;
    switch (payload.kind) {
      case 'accept':
        this.#accepted = this.owner?.onAccepted() ?? false;
        return this.#accepted;
      case 'data':
        return this.#takeData(payload.bytes);
      case 'fin':
        this.#takeFin();
        return true;
      default:
        return payload satisfies never;
    }
  }

  #takeData(bytes: Buffer): boolean {
    // After a FIN that a box made up, the other end's own bytes are out of order: a kernel resets.
    if (this.#state === 'open' && this.#finArrived) this.#fail('ECONNRESET');
    if (this.#state !== 'open') return false;
    const { options, id } = this.flow;
    options.observer.onDelivered(id, this.#peer.host.name, this.host.name, bytes);
    this.#unreadBytes += bytes.length;
    this.#inbox.push({ kind: 'data', bytes });
    return true;
  }

  #takeFin(): void {
    this.#finArrived = true;
    this.#observeClosed('fin');
    this.#inbox.push({ kind: 'fin' });
  }

  /** What comes after a box has closed the flow reaches the box: it takes FIN, and refuses data. */
  #receiveForBox(payloads: readonly Payload[]): boolean {
    if (payloads.every(({ kind }) => kind !== 'data')) return true;
    this.#out.sendReset();
    return false;
  }

  /** The connection is dead; its program learns of it by reading or writing. */
  #fail(code: ErrorCode): void {
    const wasOpen = this.#state === 'open';
    this.#state = 'forgotten';
    this.#failed = true;
    const writers = this.#out.stop();
    if (wasOpen) this.#inbox.push({ kind: 'error', code });
    if (wasOpen) this.owner?.onInbound();
    if (writers.length > 0) this.owner?.onWritten(writers.map((each) => () => each('EPIPE')));
    this.owner?.onForgotten();
  }

  #refuse(): void {
    this.forget();
    this.#out.sendReset();
  }

  #leaveIfDone(): void {
    if (this.#state === 'closing' && this.#finArrived && this.#out.isDone()) this.forget();
  }

  #observeClosed(how: 'fin' | 'reset'): void {
    const { options, id } = this.flow;
    options.observer.onClosed(id, this.#peer.host.name, this.host.name, how);
  }
}
