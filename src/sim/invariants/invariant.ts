/**
 * The invariants: small machines that read events of a run or a journal, and nothing else.
 *
 *   s01-backoff     the wait before each dial     s09-patience      a peer that answers is not dead
 *   s02-jitter      drawn anew each time          s10-wall-clock    may jump
 *   s03-sockets     one current connection        s11-bounds        of what waits and flies
 *   s04-identity    what is over stays over       s12-engines       who talks with an engine
 *   s05-persistence sessions leave the link       s13-shutdown      nothing is left behind
 *   s06-playback    confirmed once, when heard    s14-survival      nothing ends the process
 *   s07-privacy     nobody hears unasked          s15-determinism   nothing reaches past a port
 *   s08-own-audio   of one session alone          s16-close-record  one for each connection
 *   s17-fresh-audio no older than its session
 *
 *   l01-reconnect  l02-dead-link  l03-listening   what must happen in the end, and how soon
 *   l04-passive  l05-deadlines  l06-agreement  l07-cue  l08-devices
 *   h01-heartbeat   pings on time                 proxy-queues      who waits at a Toxiproxy
 */
import type { EventType, RecordedEvent } from '../../events';

/** How an invariant was broken. */
export interface Breach {
  readonly host: string;
  readonly atMs: number;
  readonly expected: string;
  readonly seen: string;
}

/** Something that was measured, beside the bound that it has to keep. */
export interface Measurement {
  readonly name: string;
  readonly unit: 'ms' | 'steps';
  readonly values: readonly number[];
  /** How many there were; `values` are the first ones of a long run. */
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly bound: string;
}

/** A machine that watches for one thing. */
export interface Invariant {
  readonly id: string;
  /** What must hold, in a sentence. */
  readonly claim: string;
  /** What it means to the person in the room when it does not. */
  readonly meaning: string;
  /** The types of event that change its mind; it is shown no others. */
  readonly reads: ReadonlySet<EventType>;
  /** Reads an event; returns what it broke. */
  observe(event: RecordedEvent): readonly Breach[];
  /** At `nowMs`, without a further event: bounds that have passed, and so are broken. */
  overdue(nowMs: number): readonly Breach[];
  /** What still has to happen, though its bound has not passed. */
  pending(): readonly string[];
  /** Whether it had anything to judge; without, its verdict is unknown. */
  readonly judged: boolean;
  measurements(): readonly Measurement[];
}

export const NONE: readonly Breach[] = [];

/** Events with which a host's program is over. */
const ENDS_OF_LIFE = [
  'host.stopping',
  'host.stopped',
  'host.killed',
  'host.lost_power',
  'host.crashed',
] as const satisfies readonly EventType[];

/** Events between which no time passes for a host. */
const STANDSTILLS = [
  'host.started',
  'host.paused',
  'host.resumed',
] as const satisfies readonly EventType[];

export function reading(...types: readonly EventType[]): ReadonlySet<EventType> {
  return new Set(types);
}

/** As {@link reading}, for a machine with {@link Obligations}, which end with a life. */
export function readingLives(...types: readonly EventType[]): ReadonlySet<EventType> {
  return new Set([...types, ...STANDSTILLS, ...ENDS_OF_LIFE]);
}

/** A machine that breaks at an event or not at all: nothing is due later, nothing is measured. */
export abstract class SafetyInvariant implements Invariant {
  abstract readonly id: string;
  abstract readonly claim: string;
  abstract readonly meaning: string;
  abstract readonly judged: boolean;
  abstract readonly reads: ReadonlySet<EventType>;
  abstract observe(event: RecordedEvent): readonly Breach[];

  overdue(): readonly Breach[] {
    return NONE;
  }

  pending(): readonly string[] {
    return [];
  }

  measurements(): readonly Measurement[] {
    return [];
  }
}

/** Collects numbers and keeps the first of them. */
export class Gauge {
  private static readonly KEPT = 12;
  private readonly values: number[] = [];
  private count = 0;
  private min = Infinity;
  private max = -Infinity;

  constructor(
    private readonly name: string,
    private readonly unit: Measurement['unit'],
    private readonly bound: string,
  ) {}

  add(value: number): void {
    this.count += 1;
    this.min = Math.min(this.min, value);
    this.max = Math.max(this.max, value);
    if (this.values.length < Gauge.KEPT) this.values.push(value);
  }

  read(): readonly Measurement[] {
    if (this.count === 0) return [];
    const { bound, count, max, min, name, unit, values } = this;
    return [{ name, unit, values, count, min, max, bound }];
  }
}

interface LifeState<State> {
  readonly host: string;
  readonly boot: number;
  readonly state: State;
}

/** State of an invariant for each life of a host: a new life begins anew. */
export class PerLife<State> {
  private readonly states = new Map<string, LifeState<State>>();
  /** Events of one host mostly follow each other. */
  private last: LifeState<State> | undefined;

  constructor(private readonly make: () => State) {}

  of({ boot, host }: RecordedEvent): State {
    if (this.last?.host !== host || this.last.boot !== boot) this.last = this.find(host, boot);
    return this.last.state;
  }

  /** Each host's state, in the order in which the hosts were first seen. */
  *entries(): IterableIterator<readonly [string, State]> {
    for (const [host, { state }] of this.states) yield [host, state];
  }

  private find(host: string, boot: number): LifeState<State> {
    const known = this.states.get(host);
    if (known?.boot === boot) return known;
    const life = { host, boot, state: this.make() };
    this.states.set(host, life);
    return life;
  }
}

/** Something that has to happen on a host by an instant, unless an event calls it off. */
export interface Obligation {
  readonly host: string;
  readonly sinceMs: number;
  dueMs: number;
  readonly expected: string;
  readonly what: string;
}

/**
 * Obligations by key; those whose time has passed are breaches. While a host stands still no time
 * passes for it.
 */
export class Obligations {
  private readonly open = new Map<string, Obligation>();
  private readonly standing = new Set<string>();
  /** Nothing is due before. */
  private earliestMs = Infinity;

  /** @param graceMs - what a host gets on top of the time for which it stood still. */
  constructor(private readonly graceMs = 0) {}

  /** Heeds when a host stands still. */
  heed(event: RecordedEvent): void {
    if (event.type === 'host.paused') this.standing.add(event.host);
    if (event.type === 'host.started') this.standing.delete(event.host);
    if (event.type === 'host.resumed') this.resumed(event.host, event.pausedMs);
  }

  /** An obligation that is open already keeps its earlier bound. */
  begin(key: string, obligation: Obligation): void {
    if (this.open.has(key)) return;
    this.open.set(key, obligation);
    this.earliestMs = Math.min(this.earliestMs, obligation.dueMs);
  }

  /** Returns it, if it was open. */
  meet(key: string): Obligation | undefined {
    const obligation = this.open.get(key);
    this.open.delete(key);
    return obligation;
  }

  /** Calls off whatever is open on a host. */
  dropHost(host: string): void {
    for (const [key, obligation] of this.open) if (obligation.host === host) this.open.delete(key);
  }

  /** Takes out what is overdue, as breaches. */
  takeOverdue(nowMs: number): readonly Breach[] {
    if (nowMs <= this.earliestMs) return NONE;
    this.earliestMs = Infinity;
    const breaches: Breach[] = [];
    for (const [key, { dueMs, expected, host, what }] of this.open) {
      if (nowMs <= dueMs || this.standing.has(host)) {
        this.earliestMs = Math.min(this.earliestMs, dueMs);
        continue;
      }
      this.open.delete(key);
      const seen = `${what}, and at ${dueMs} ms still not`;
      breaches.push({ host, atMs: dueMs, expected, seen });
    }
    return breaches;
  }

  names(): readonly string[] {
    return [...this.open.values()].map(({ host, what }) => `${host}: ${what}`);
  }

  private resumed(host: string, pausedMs: number): void {
    this.standing.delete(host);
    for (const obligation of this.open.values()) {
      if (obligation.host === host) obligation.dueMs += pausedMs + this.graceMs;
    }
  }
}

/** A machine that watches for what has to happen by an instant. */
export abstract class DueInvariant implements Invariant {
  abstract readonly id: string;
  abstract readonly claim: string;
  abstract readonly meaning: string;
  abstract readonly judged: boolean;
  /** With {@link readingLives}. */
  abstract readonly reads: ReadonlySet<EventType>;
  protected readonly due: Obligations;

  /** @param graceMs - what a host gets on top of the time for which it stood still. */
  constructor(graceMs = 0) {
    this.due = new Obligations(graceMs);
  }

  observe(event: RecordedEvent): readonly Breach[] {
    this.due.heed(event);
    return this.follow(event) ?? NONE;
  }

  overdue(nowMs: number): readonly Breach[] {
    return this.due.takeOverdue(nowMs);
  }

  pending(): readonly string[] {
    return this.due.names();
  }

  measurements(): readonly Measurement[] {
    return [];
  }

  /** Begins and meets obligations; returns what this very event breaks. */
  protected abstract follow(event: RecordedEvent): readonly Breach[] | void;
}

/** Both lists as one: mostly there is nothing in either. */
export function joined(some: readonly Breach[], others: readonly Breach[]): readonly Breach[] {
  if (some.length === 0) return others;
  return others.length === 0 ? some : [...some, ...others];
}

/** Whether a host's program is over with this event, so that nothing is expected of it any more. */
export function endsLife({ type }: RecordedEvent): boolean {
  return (ENDS_OF_LIFE as readonly EventType[]).includes(type);
}

/** Without steps, as in a journal, what is this near may belong together: a Pi can be slow. */
const ONE_STEP_MS = 100;

/** Whether an event comes in a later step. A journal has none; there the millisecond counts. */
export function isLater(event: RecordedEvent, earlier: RecordedEvent): boolean {
  if (event.step !== undefined && earlier.step !== undefined) return event.step !== earlier.step;
  return isPast(event.atMs, earlier);
}

/** Whether the step of an event is over for sure at an instant. */
export function isPast(nowMs: number, event: RecordedEvent): boolean {
  return nowMs > event.atMs + (event.step === undefined ? ONE_STEP_MS : 1);
}
