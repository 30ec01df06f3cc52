import { CLOSE_BAD_DATA, PONG_TIMEOUT_MS } from '../constants';
import type { EventOf, RecordedEvent } from '../events';
import type { Duration } from '../sim/duration';
import type { FaultInput } from '../sim/network-faults';
import { CLIENT, lasting, SERVER, type Candidate, type StoryTime } from './derivation';
import type { FieldLife, FieldLink, House } from './house';

export type Way = 'both' | 'upstream' | 'downstream';
export type Side = typeof CLIENT | typeof SERVER;

export const between: [string, string] = [CLIENT, SERVER];
/** Nothing of its own: it follows from what else happened. */
export const NATURAL: Candidate = { cause: 'it follows from the rest', faults: [] };
/** After the last that was heard; what came next would have come later still. */
export const SOON_MS = 5;
/** What one end tells within so long after the other is about the same thing. */
export const TOGETHER_MS = 400;

/** So many of the ways to garble a message are tried together with those of another. */
const FEW = 6;

/** Bytes of a message in which a change leaves its frame whole. Not every change can be text. */
export const IN_THE_TEXT = [12, 30, 40, 50, 25, 35, 45, 55, 43, 47, 52];

export function one(cause: string, fault: FaultInput): Candidate {
  return { cause, faults: [fault] };
}

/** The fault by which a connection ends with such a label, where it is one of the network's. */
export const KIND: Readonly<Record<string, 'close' | 'reset'>> = { fin: 'close', reset: 'reset' };

export function isBroken(lost: FieldLink['end']): boolean {
  return lost?.label === 'fin' || lost?.label === 'reset';
}

/** A link, and what is known of the programs at its ends when it ended. */
export abstract class EndOfLink {
  protected readonly house: House;
  protected readonly link: FieldLink;
  protected readonly time: StoryTime;
  protected readonly latencyMs: number;

  constructor(house: House, link: FieldLink, time: StoryTime, latencyMs: number) {
    this.house = house;
    this.link = link;
    this.time = time;
    this.latencyMs = latencyMs;
  }

  protected silence(direction: Way, atMs: number): FaultInput {
    return {
      kind: 'silence',
      between,
      direction,
      at: this.time.at(atMs),
      ...this.ofThisLink(atMs),
    };
  }

  protected broken(kind: 'close' | 'reset', direction: Way, atMs: number): FaultInput {
    return { kind, between, direction, at: this.time.at(atMs), ...this.ofThisLink(atMs) };
  }

  /** Not what the client dials meanwhile. */
  private ofThisLink(atMs: number): { readonly openedBefore?: Duration } {
    const next = this.house.links.find(({ dialledMs }) => dialledMs > this.link.dialledMs);
    return next === undefined || next.dialledMs > atMs
      ? {}
      : { openedBefore: this.time.at(next.dialledMs) };
  }

  /** A message, or the header of one, that was changed on its way. */
  protected garbled(
    direction: 'upstream' | 'downstream',
    atMs: number,
    code?: number,
  ): Candidate[] {
    if (code === CLOSE_BAD_DATA) {
      return IN_THE_TEXT.map((every) => this.misspelt(direction, every, atMs));
    }
    return [1, 2, 3, 1].flatMap((every, index) => {
      const longerMs = index === 3 ? 100 : 0;
      return [0, 1].map((earlier) =>
        one(
          'what came was garbled',
          this.corruption(direction, every, atMs - earlier - longerMs, 2 + longerMs),
        ),
      );
    });
  }

  /** The text of a message that was changed on its way, in its frame. */
  protected misspelt(direction: 'upstream' | 'downstream', every: number, atMs: number): Candidate {
    return one('it was changed on its way', this.corruption(direction, every, atMs, 1));
  }

  /** One byte in so many is changed, of what arrives from then on. */
  protected corruption(
    direction: 'upstream' | 'downstream',
    every: number,
    atMs: number,
    lengthMs: number,
  ): FaultInput {
    const spread = { between, direction, every, spread: 'fixed' } as const;
    return { kind: 'corruption', ...spread, at: this.time.at(atMs), for: lasting(lengthMs) };
  }

  /** Of the ways to garble what went up and what came down, each with each; the first of them. */
  protected garbledBothWays(upMs: number, downMs: number): Candidate[] {
    return this.garbled('upstream', upMs)
      .slice(0, FEW)
      .flatMap((up) =>
        this.garbled('downstream', downMs)
          .slice(0, FEW)
          .map((down) => ({
            cause: 'what came to either end was garbled',
            faults: [...up.faults, ...down.faults],
          })),
      );
  }

  /** A server's ping that came with the client's own counts for nothing, and is lost as well. */
  protected silentFrom({ atMs, sinceInboundMs }: EventOf<'link.lost'>): number {
    const isTie = Math.abs(sinceInboundMs - PONG_TIMEOUT_MS) <= 2;
    return atMs - sinceInboundMs + (isTie ? -SOON_MS : SOON_MS);
  }

  /** What came before it in the same instant comes before it again. */
  protected isLaterAt(host: Side, atMs: number): boolean {
    const lost = host === CLIENT ? this.link.end : this.link.serverEnd;
    const events = this.eventsOf(host);
    const at = events.findIndex((event) => event === lost);
    return events.slice(0, Math.max(0, at)).some((event) => event.atMs === atMs);
  }

  protected eventsOf(host: Side): readonly RecordedEvent[] {
    return host === CLIENT ? this.house.clientEvents : this.house.serverEvents;
  }

  protected serverRan(atMs: number): boolean {
    const { server } = this.house;
    if (server.length === 0) return true;
    return server.some(
      ({ end, endMs, nextMs, startedMs }) =>
        startedMs <= atMs &&
        (end === 'none' || atMs <= endMs || (nextMs === undefined && end !== 'stopped')),
    );
  }

  /** Whether the server went just then, by a stop, a kill or a cut of its power. */
  protected serverLeftAt(atMs: number): boolean {
    return this.house.server.some((life) => isOver(life) && this.mayHaveLeft(life, atMs));
  }

  protected mayHaveLeft(
    { end, endMs, nextMs = Infinity, startedMs }: FieldLife,
    atMs: number,
  ): boolean {
    const { serverEnd } = this.link;
    // One that stops says so, and not before; one without power says nothing.
    if (end === 'stopped' && atMs < endMs + this.latencyMs - 1) return false;
    if (end === 'lost_power' && atMs < nextMs) return false;
    // It had lost it before, and left only then.
    if (serverEnd !== undefined && serverEnd.label !== 'local_shutdown') return false;
    const acceptedMs = this.link.accepted?.atMs ?? this.link.dialledMs;
    if (acceptedMs < startedMs || acceptedMs > endMs) return false;
    return atMs >= endMs - TOGETHER_MS && atMs - this.latencyMs <= nextMs;
  }

  protected isOffFor(dialledMs: number): boolean {
    return this.house.knowsServer && !this.serverRan(dialledMs + this.latencyMs);
  }

  protected serverHeardNoMore(): boolean {
    return this.link.serverEnd?.label === 'heartbeat_timeout';
  }

  protected wasStalled(atMs: number): boolean {
    return this.house.serverEvents.some(
      (event) =>
        event.type === 'loop.stalled' &&
        event.atMs - event.ms <= atMs + 2 * this.house.trips * this.latencyMs &&
        event.atMs >= atMs,
    );
  }

  /** Whether the server stood still while the client waited for its pong. */
  protected serverStood(atMs: number): boolean {
    return this.house.serverEvents.some(
      (event) =>
        event.type === 'loop.stalled' &&
        event.atMs - event.ms <= atMs - PONG_TIMEOUT_MS &&
        event.atMs >= atMs,
    );
  }

  /** Whether the client stood still for so much of this time that it could not answer a ping. */
  protected clientStood(fromMs: number, untilMs: number): boolean {
    return this.house.clientEvents.some(
      (event) =>
        event.type === 'loop.stalled' &&
        Math.min(event.atMs, untilMs) - Math.max(event.atMs - event.ms, fromMs) >=
          PONG_TIMEOUT_MS - this.latencyMs,
    );
  }

  /** Whether a stall of its own may be why this side gave up the other. */
  protected wasStalledBefore(host: Side, atMs: number): boolean {
    const LONG_MS = 10_000;
    return this.eventsOf(host).some(
      (event) =>
        event.type === 'loop.stalled' &&
        event.ms >= LONG_MS &&
        event.atMs <= atMs &&
        event.atMs >= atMs - LONG_MS,
    );
  }
}

function isOver({ end }: FieldLife): boolean {
  return end !== 'none';
}
