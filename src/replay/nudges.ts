import { HEARTBEAT_INTERVAL_MS, JOURNAL_SYNC_MS, PONG_TIMEOUT_MS } from '../constants';
import { ms } from '../fuzz/drawn-faults';
import { durationMs, type Duration } from '../sim/duration';
import { SERVER, type Candidate, type Derivation } from './derivation';

/** What is played: what is certain, and what was chosen for each incident. */
export interface Story {
  readonly derivation: Derivation;
  readonly chosen: readonly Candidate[];
}

/** The same story but for one thing. */
export interface Nudge {
  /** For a person: `latency at 42317 ms, 2 ms later`. */
  readonly what: string;
  readonly story: Story;
}

/** An act, a fault, or a deed of the engine. */
interface Item {
  readonly at: Duration;
  readonly for?: Duration;
  readonly kind?: string;
}

/** No journal knows an instant to the millisecond, and what came at once came in an order. */
const SHIFTS_MS = [1, -1, 2, -2, 4, -4, 8, -8, 16, -16, 32, -32, 64, -64];
/** So near to where field and replay part, in milliseconds, an order may be another. */
const NEAR_MS = 80;
/** What shows only when a heartbeat misses it was up to so much earlier, and off by a tie. */
const EARLIER_MS = HEARTBEAT_INTERVAL_MS + PONG_TIMEOUT_MS + NEAR_MS;
const TIE_SHIFTS_MS = [1, -1, 3, -3];
/** So many instants are moved, at the most. */
const MAX_ITEMS = 6;

/**
 * What began or ended where field and replay part, a little earlier or later, or not at all: the
 * smallest first. Then what came before that.
 *
 * @param atMs - of the scenario.
 */
export function nudges(story: Story, atMs: number): Nudge[] {
  const instants = itemsOf(story)
    .flatMap((item) => instantsOf(item))
    .sort((a, b) => Math.abs(a.atMs - atMs) - Math.abs(b.atMs - atMs));
  const near = instants.filter((instant) => Math.abs(instant.atMs - atMs) <= NEAR_MS);
  const earlier = instants.filter(
    (instant) => instant.atMs < atMs - NEAR_MS && instant.atMs >= atMs - EARLIER_MS,
  );
  return [
    ...moved(story, near.slice(0, MAX_ITEMS), SHIFTS_MS),
    ...moved(story, earlier.slice(0, MAX_ITEMS), TIE_SHIFTS_MS),
    ...near
      .slice(0, MAX_ITEMS)
      .filter(({ isEnd }) => !isEnd)
      .map(({ item }) => ({
        what: `no ${nameOf(item)}`,
        story: withOther(story, item, undefined),
      })),
  ];
}

function moved(story: Story, instants: readonly Instant[], shiftsMs: readonly number[]): Nudge[] {
  return shiftsMs.flatMap((byMs) =>
    instants.map(({ isEnd, item }): Nudge => {
      const by = `${Math.abs(byMs)} ms ${byMs > 0 ? 'later' : 'earlier'}`;
      return {
        what: `${isEnd ? 'the end of ' : ''}${nameOf(item)}, ${by}`,
        story: withOther(story, item, isEnd ? longer(item, byMs) : later(item, byMs)),
      };
    }),
  );
}

/** When something of the story begins, or ends. */
interface Instant {
  readonly item: Item;
  readonly atMs: number;
  readonly isEnd: boolean;
}

function instantsOf(item: Item): Instant[] {
  const atMs = durationMs(item.at);
  const begins = { item, atMs, isEnd: false };
  // What is on the disk hangs by when the power went.
  const synced =
    item.kind === 'power_loss' ? [{ item, atMs: atMs - JOURNAL_SYNC_MS, isEnd: false }] : [];
  if (item.for === undefined) return [begins, ...synced];
  return [begins, ...synced, { item, atMs: atMs + durationMs(item.for), isEnd: true }];
}

function itemsOf({ chosen, derivation: { acts, faults, hosts } }: Story): readonly Item[] {
  const server = hosts[SERVER];
  const conversations = server?.program === 'server' ? (server.conversations ?? []) : [];
  return [
    ...(acts as readonly Item[]),
    ...(faults as readonly Item[]),
    ...chosen.flatMap((candidate) => candidate.faults as readonly Item[]),
    ...conversations.flatMap(({ does }) => (does ?? []) as readonly Item[]),
  ];
}

function nameOf({ at, kind }: Item): string {
  return `${kind ?? 'what happened'} at ${at}`;
}

function later(item: Item, byMs: number): Item {
  return { ...item, at: ms(Math.max(0, durationMs(item.at) + byMs)) };
}

function longer(item: Item, byMs: number): Item {
  return { ...item, for: ms(Math.max(1, durationMs(item.for as Duration) + byMs)) };
}

function withOther({ chosen, derivation }: Story, item: Item, other: Item | undefined): Story {
  const { acts, faults, hosts } = derivation;
  return {
    derivation: { ...derivation, ...swapped({ acts, faults, hosts }, item, other) },
    chosen: swapped(chosen, item, other),
  };
}

/** A value with another item in place of one, or without it; what does not hold it is the same. */
function swapped<Value>(value: Value, item: Item, other: Item | undefined): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const others = (value as unknown[]).flatMap((each) =>
      each === item ? (other === undefined ? [] : [other]) : [swapped(each, item, other)],
    );
    const isSame = others.length === value.length && others.every((each, at) => each === value[at]);
    return isSame ? value : (others as Value);
  }
  const entries = Object.entries(value).map(([name, each]) => [name, swapped(each, item, other)]);
  const isSame = entries.every(([name, each]) => (value as Record<string, unknown>)[name] === each);
  return isSame ? value : (Object.fromEntries(entries) as Value);
}
