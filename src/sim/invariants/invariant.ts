/**
 * The invariants: small machines that read events, of a run or of a journal, and nothing else.
 *
 *   s01-backoff     the wait before each dial            s12-engines      who talks with an engine
 *   s03-sockets     one current connection               s13-shutdown     nothing is left behind
 *   s05-persistence sessions leave the link alone        s14-survival     nothing ends the process
 *   s07-privacy     nobody hears what was not asked for
 *   l01-reconnect   l03-listening   l04-passive          what must happen in the end, and how soon
 *   heartbeat       pings, and silence that is noticed (part of L2)
 */
import type { RecordedEvent } from '../../events';

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

/** State of an invariant for each life of a host: a new life begins anew. */
export class PerLife<State> {
  private readonly states = new Map<string, { readonly boot: number; readonly state: State }>();

  constructor(private readonly make: () => State) {}

  of({ boot, host }: RecordedEvent): State {
    const known = this.states.get(host);
    if (known?.boot === boot) return known.state;
    const state = this.make();
    this.states.set(host, { boot, state });
    return state;
  }

  /** Each host's state, in the order in which the hosts were first seen. */
  *entries(): IterableIterator<readonly [string, State]> {
    for (const [host, { state }] of this.states) yield [host, state];
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

/** Obligations by key; those whose time has passed are breaches. */
export class Obligations {
  private readonly open = new Map<string, Obligation>();

  /** An obligation that is open already keeps its earlier bound. */
  begin(key: string, obligation: Obligation): void {
    if (!this.open.has(key)) this.open.set(key, obligation);
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

  /** A host that stood still is given that much more time. */
  extendHost(host: string, byMs: number): void {
    for (const obligation of this.open.values())
      if (obligation.host === host) obligation.dueMs += byMs;
  }

  /** Takes out what is overdue, as breaches. */
  takeOverdue(nowMs: number): readonly Breach[] {
    if (this.open.size === 0) return NONE;
    const overdue = [...this.open].filter(([, { dueMs }]) => nowMs > dueMs);
    return overdue.map(([key, { dueMs, expected, host, what }]) => {
      this.open.delete(key);
      return { host, atMs: dueMs, expected, seen: `${what}, and at ${dueMs} ms still not` };
    });
  }

  names(): readonly string[] {
    return [...this.open.values()].map(({ host, what }) => `${host}: ${what}`);
  }
}

/** Whether a host's program is over with this event, so that nothing is expected of it any more. */
export function endsLife(event: RecordedEvent): boolean {
  return (
    event.type === 'host.stopping' ||
    event.type === 'host.stopped' ||
    event.type === 'host.killed' ||
    event.type === 'host.lost_power' ||
    event.type === 'host.crashed'
  );
}
