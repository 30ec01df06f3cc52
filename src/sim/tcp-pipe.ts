/**
 * One direction of a TCP connection, with its send buffer, its losses and its retransmissions.
 *
 *   source end  -- segments, after the latency of the path ------------>  sink end
 *               <-- acknowledgement, after the latency of the way back --
 *
 * The pipe sees both ends, so it knows when something was lost, and sets a retransmission timer
 * only then. The timer fires at the instants at which Linux would send again (RFC 6298 with Linux's
 * bounds; the measured round trip adds nothing to the first 200 ms). An outage that loses all that
 * is sent for a while is modelled; losing, doubling or reordering single packets is not.
 */
import type { Path, Rider } from './path';
import type { Flow } from './tcp-flow';
import type { Entry, VirtualClock } from './virtual-clock';
import type { ErrorCode } from './virtual-socket';

/** TCP_RTO_MIN and TCP_RTO_MAX of Linux. */
const FIRST_RETRANSMISSION_MS = 200;
const LONGEST_RETRANSMISSION_MS = 120_000;
/**
 * The first is the tail loss probe (RFC 8985 section 7), which comes when a time-out would, and
 * from which the time-outs begin: so 200, 400, 800, 1,600 ms ... after the loss. Then as many as
 * `net.ipv4.tcp_retries2` has, and after one more wait (924.8 s) the sender gives up.
 */
const RETRANSMISSIONS = 1 + 15;
/** A segment on Ethernet, with the timestamps of RFC 7323; it counts where the path is narrow. */
const SEGMENT_BYTES = 1_448;

/** What a segment carries. The handshake's last ACK and FIN take a place as a byte does. */
export type Payload =
  | { readonly kind: 'accept' }
  | { readonly kind: 'data'; readonly bytes: Buffer }
  | { readonly kind: 'fin' };

interface Segment {
  readonly payload: Payload;
  /** Places in the stream: from `start` up to and without `end`. */
  readonly start: number;
  readonly end: number;
}

/** Called with a code where the bytes will never get away. */
export type Written = (code?: ErrorCode) => void;

export interface PipeSource {
  /** Whether the machine has power, and so hears acknowledgements. */
  isPowered(): boolean;
  /** Writers may go on. */
  onRoom(writers: readonly Written[]): void;
  /** All that was sent is acknowledged. */
  onDrained(): void;
  onGivenUp(): void;
  receiveReset(): void;
}

export interface PipeSink {
  isPowered(): boolean;
  /** Takes what arrived in order; false where it was answered by RST. */
  receive(payloads: readonly Payload[]): boolean;
  receiveReset(): void;
  /** The place in the stream up to which there is room to acknowledge. */
  window(): number;
  /** Whether an acknowledgement that is sent or arrives now is not lost. */
  answerPasses(): boolean;
}

export interface PipeOptions {
  readonly flow: Flow;
  readonly clock: VirtualClock;
  /** Real milliseconds for one of the clock. */
  readonly scale: number;
  readonly sendBufferBytes: number;
  readonly there: Path;
  readonly back: Path;
}

export class Pipe implements Rider {
  readonly flow: Flow;
  readonly #options: PipeOptions;
  readonly #source: PipeSource;
  readonly #sink: PipeSink;
  /** Sent or to be sent, and not acknowledged. */
  #unacknowledged: Segment[] = [];
  #written = 0;
  #arrived = 0;
  #answered = 0;
  #acknowledged = 0;
  /** Nothing arrives before what was sent earlier. */
  #lastArrivalMs = 0;
  #writers: Written[] = [];
  #finished = false;
  #stopped = false;
  #silenced = false;
  #timer: Entry | undefined;
  #retransmissions = 0;
  /** When that was first sent of which the retransmissions are. */
  #lossMs: number | undefined;

  constructor(source: PipeSource, sink: PipeSink, options: PipeOptions) {
    this.#source = source;
    this.#sink = sink;
    this.#options = options;
    options.there.riders.add(this);
    this.flow = options.flow;
  }

  /** Whether something that is sent or arrives now gets through. */
  passes(): boolean {
    return !this.#silenced && !this.#options.there.isCut && this.#sink.isPowered();
  }

  /** Whether all that was written, FIN too, is acknowledged. */
  isDone(): boolean {
    return this.#finished && this.#unacknowledged.length === 0;
  }

  /** The handshake's last ACK, by which the other end learns that it has a connection. */
  accept(): void {
    this.#append({ kind: 'accept' });
  }

  /** `written` is called once fewer bytes than the send buffer holds are unacknowledged. */
  write(bytes: Buffer, written: Written): void {
    for (const each of this.#segmentsOf(bytes)) this.#append({ kind: 'data', bytes: each });
    if (this.#hasRoom()) written();
    else this.#writers.push(written);
  }

  /** FIN, after all that was written. */
  finish(): void {
    if (this.#finished) return;
    this.#finished = true;
    this.#append({ kind: 'fin' });
  }

  /** RST: one packet, never sent again. */
  sendReset(): void {
    const leave = (): void => this.#launch(() => this.#sink.receiveReset());
    // No RST is answered by another (RFC 9293 section 3.10.7).
    if (!this.flow.isDisowned) this.#queue(0, leave);
  }

  /** The source sends no more; what is on its way arrives. Returns the writers that still wait. */
  stop(): readonly Written[] {
    this.#stopped = true;
    this.#options.there.riders.delete(this);
    this.#options.there.bottleneck.drop(this);
    this.#options.clock.cancel(this.#timer);
    this.#timer = undefined;
    return this.#writers.splice(0);
  }

  silence(): void {
    this.#silenced = true;
  }

  /** The sink's program has read: there may be room again that the source should hear of. */
  openWindow(): void {
    if (this.#answerable() > this.#answered) this.#acknowledge(this.#options.clock.now());
  }

  /** Where every byte takes its time, they do not all come when the last does. */
  #segmentsOf(bytes: Buffer): readonly Buffer[] {
    if (!this.#options.there.bottleneck.isNarrow) return [bytes];
    const count = Math.ceil(bytes.length / SEGMENT_BYTES);
    return Array.from({ length: count }, (_, index) =>
      bytes.subarray(index * SEGMENT_BYTES, (index + 1) * SEGMENT_BYTES),
    );
  }

  #append(payload: Payload): void {
    if (this.#stopped) return;
    const start = this.#written;
    this.#written += payload.kind === 'data' ? payload.bytes.length : 1;
    this.#unacknowledged.push({ payload, start, end: this.#written });
    // While the kernel waits for a retransmission, what is new waits behind what was lost.
    if (this.#timer === undefined) this.#send(start);
  }

  #send(from: number): void {
    if (!this.#options.there.bottleneck.isNarrow) {
      this.#fly(from, this.#written);
      return;
    }
    for (const { end, start } of this.#unacknowledged) {
      if (start >= from) this.#queue(end - start, () => this.#fly(start, end));
    }
  }

  #queue(bytes: number, leave: () => void): void {
    const { bottleneck } = this.#options.there;
    if (bottleneck.isNarrow) bottleneck.enter({ owner: this, bytes, leave });
    else leave();
  }

  #fly(from: number, upTo: number): void {
    const sentMs = this.#options.clock.now();
    const lost = (): void => this.#lost(sentMs);
    this.#launch(() => this.#arrive(from, upTo, sentMs), lost);
  }

  #launch(arrive: () => void, lost = (): void => undefined): void {
    const { clock, there } = this.#options;
    if (!this.passes()) {
      lost();
      return;
    }
    if (this.flow.isDisowned) {
      this.#refuse();
      lost();
      return;
    }
    this.flow.lastPacketMs = clock.now();
    this.#lastArrivalMs = Math.max(clock.now() + there.delayMs, this.#lastArrivalMs);
    const delayMs = this.#lastArrivalMs - clock.now();
    clock.schedule(delayMs, () => (this.passes() ? arrive() : lost()), this);
  }

  /** A box on the way, halfway, has no such flow and says so. */
  #refuse(): void {
    const { back, clock, there } = this.#options;
    const refuse = (): void => {
      if (this.#sink.answerPasses()) this.#source.receiveReset();
    };
    clock.schedule(Math.ceil((there.delayMs + back.delayMs) / 2), refuse, this);
  }

  #arrive(from: number, upTo: number, sentMs: number): void {
    // After a gap: TCP keeps it aside, and the retransmission of the gap brings it again.
    if (from > this.#arrived) return;
    const fresh = this.#unacknowledged.filter(
      ({ start, end }) => start >= this.#arrived && end <= upTo,
    );
    this.#arrived = Math.max(this.#arrived, upTo);
    // Before the program reads: only what reading adds to it is news of an open window.
    this.#answered = this.#answerable();
    if (this.#sink.receive(fresh.map((each) => this.#carried(each)))) this.#acknowledge(sentMs);
  }

  #carried({ payload }: Segment): Payload {
    if (payload.kind !== 'data') return payload;
    return { kind: 'data', bytes: this.#options.there.carry(payload.bytes) };
  }

  #answerable(): number {
    return Math.min(this.#arrived, this.#sink.window());
  }

  #acknowledge(sentMs: number): void {
    const upTo = this.#answerable();
    this.#answered = upTo;
    if (upTo <= this.#acknowledged) return;
    const { clock, back } = this.#options;
    const deliver = (): void => {
      if (this.#sink.answerPasses()) this.#acknowledgeUpTo(upTo);
      else this.#lost(sentMs);
    };
    if (this.#sink.answerPasses()) clock.schedule(back.delayMs, deliver, this);
    else this.#lost(sentMs);
  }

  #acknowledgeUpTo(place: number): void {
    if (this.#stopped || place <= this.#acknowledged) return;
    this.#acknowledged = place;
    const kept = this.#unacknowledged.findIndex(({ end }) => end > place);
    this.#unacknowledged.splice(0, kept === -1 ? this.#unacknowledged.length : kept);
    this.#recoverFrom(kept === -1);
    if (kept === -1) this.#source.onDrained();
    if (this.#writers.length > 0 && this.#hasRoom()) this.#source.onRoom(this.#writers.splice(0));
  }

  /** An acknowledgement ends the back-off, unless something that was lost still waits its turn. */
  #recoverFrom(drained: boolean): void {
    if (!drained && this.#timer !== undefined) return;
    this.#options.clock.cancel(this.#timer);
    this.#timer = undefined;
    this.#retransmissions = 0;
    this.#lossMs = undefined;
  }

  #hasRoom(): boolean {
    return this.#written - this.#acknowledged < this.#options.sendBufferBytes;
  }

  /** Data or its acknowledgement is lost: the source finds out by its timer. */
  #lost(sentMs: number): void {
    if (this.#stopped || this.#timer !== undefined || this.#unacknowledged.length === 0) return;
    this.#lossMs ??= sentMs;
    const { clock, scale } = this.#options;
    let waitMs: number;
    do {
      this.#retransmissions += 1;
      const sinceMs = Math.ceil(retransmissionMs(this.#retransmissions) / scale);
      waitMs = this.#lossMs + sinceMs - clock.now();
    } while (waitMs <= 0);
    this.#timer = clock.schedule(waitMs, () => this.#retransmit(), this);
  }

  #retransmit(): void {
    this.#timer = undefined;
    const oldest = this.#unacknowledged[0];
    if (oldest === undefined) return;
    // What waits at a narrow part is sent with the rest.
    this.#options.there.bottleneck.drop(this);
    if (this.#retransmissions > RETRANSMISSIONS) this.#source.onGivenUp();
    else this.#send(oldest.start);
  }
}

/** When retransmission `count` (from 1) happens, in milliseconds after the first sending. */
export function retransmissionMs(count: number): number {
  let sumMs = FIRST_RETRANSMISSION_MS;
  for (let timeout = 0; timeout < count - 1; timeout++) {
    sumMs += Math.min(FIRST_RETRANSMISSION_MS * 2 ** timeout, LONGEST_RETRANSMISSION_MS);
  }
  return sumMs;
}
