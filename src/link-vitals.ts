import type { CloseRecord } from './events';
import type { Clock, Lag } from './ports';

/** The part of a {@link CloseRecord} that both ends measure alike. */
export type Vitals = Pick<
  CloseRecord,
  | 'upMs'
  | 'sinceInboundMs'
  | 'sincePongMs'
  | 'rttP50Ms'
  | 'maxRttMs'
  | 'unackedBytes'
  | 'bufferedBytes'
  | 'maxLagMs'
>;

export interface LinkVitalsPorts {
  readonly clock: Clock;
  readonly lag?: Lag;
}

/** The median is that of so many round trips, the last ones: a quarter of an hour of pings. */
const ROUND_TRIPS = 32;

/** What a connection knows of its own health, at either end. All times are milliseconds. */
export class LinkVitals {
  private readonly ports: LinkVitalsPorts;
  private beganMs: number;
  private lastInboundMs: number;
  /** When the ping was sent that waits for its pong. */
  private pingSentMs: number | undefined;
  private lastPongMs: number | undefined;
  private readonly roundTripsMs: number[] = [];
  private maxRttMs = 0;
  private session: string | undefined;
  private sentBytes = 0;
  private confirmedBytes = 0;

  constructor(ports: LinkVitalsPorts) {
    this.ports = ports;
    this.beganMs = ports.clock.now();
    this.lastInboundMs = this.beganMs;
  }

  get upMs(): number {
    return this.ports.clock.now() - this.beganMs;
  }

  get sinceInboundMs(): number {
    return this.ports.clock.now() - this.lastInboundMs;
  }

  /** The connection is up: what was before does not count. */
  begin(): void {
    this.beganMs = this.ports.clock.now();
    this.lastInboundMs = this.beganMs;
  }

  /** Anything came in. */
  heard(): void {
    this.lastInboundMs = this.ports.clock.now();
  }

  pinged(): void {
    this.pingSentMs = this.ports.clock.now();
  }

  /**
   * A pong came in, which was {@link heard}. Returns the round trip; undefined for a pong that
   * nobody asked for (RFC 6455 section 5.5.3), or a second one, which measure nothing.
   */
  ponged(): number | undefined {
    if (this.pingSentMs === undefined) return undefined;
    const rttMs = this.lastInboundMs - this.pingSentMs;
    this.pingSentMs = undefined;
    this.lastPongMs = this.lastInboundMs;
    this.maxRttMs = Math.max(this.maxRttMs, rttMs);
    this.roundTripsMs.push(rttMs);
    if (this.roundTripsMs.length > ROUND_TRIPS) this.roundTripsMs.shift();
    return rttMs;
  }

  /** Audio of a session was handed to the socket. */
  sentAudio(session: string, bytes: number): void {
    if (session !== this.session) {
      this.session = session;
      this.sentBytes = 0;
      this.confirmedBytes = 0;
    }
    this.sentBytes += bytes;
  }

  /** The peer has taken so much of what was sent: of this session, if it names one; or all. */
  confirmedAudio(session = this.session, bytes = this.sentBytes): void {
    if (session === this.session) this.confirmedBytes = Math.min(bytes, this.sentBytes);
  }

  /** @param bufferedBytes - what the kernel has not taken of what was written. */
  read(bufferedBytes: number): Vitals {
    const { clock, lag } = this.ports;
    const { beganMs, lastPongMs, maxRttMs, sinceInboundMs, upMs } = this;
    const pongs =
      lastPongMs === undefined
        ? {}
        : { sincePongMs: clock.now() - lastPongMs, rttP50Ms: this.medianMs(), maxRttMs };
    const stalls = lag === undefined ? {} : { maxLagMs: lag.since(beganMs) };
    const unackedBytes = this.sentBytes - this.confirmedBytes;
    return { upMs, sinceInboundMs, ...pongs, unackedBytes, bufferedBytes, ...stalls };
  }

  private medianMs(): number {
    const sorted = [...this.roundTripsMs].sort((a, b) => a - b);
    return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  }
}
