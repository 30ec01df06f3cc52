import type { FailureLabel, RecordedEvent, Refusal } from '../events';
import { CAUSES } from './causes';
import type { FieldRecord } from './field-record';
import { habitsOf, type Habits } from './habits';
import { outagesOf, type Outage } from './outages';
import { periodOf, type Period } from './period';
import type { Cause, Match } from './signature';

export type Sureness = 'certain' | 'likely' | 'possible' | 'unknown';

/** One outage, and what it was. */
export interface Explanation {
  readonly outage: Outage;
  /** From 1, of all in the journal. */
  readonly number: number;
  /** Absent where it looks like nothing that is known. */
  readonly cause?: Cause;
  readonly sureness: Sureness;
  readonly evidence: readonly string[];
  /** Other causes that it looks like, the likeliest first. */
  readonly others: readonly Cause[];
  /** From the last sign of the server, or the loss, until the hotword worked again. */
  readonly deafMs: number;
}

export interface Account {
  readonly explanations: readonly Explanation[];
  readonly fromMs: number;
  readonly fromWallMs: number;
  readonly toMs: number;
  /** The part of the time in which the client was connected: 0 to 1. */
  readonly uptime: number;
  readonly sessionsLost: number;
  readonly byLabel: Readonly<Partial<Record<FailureLabel | 'none', number>>>;
  readonly byCause: Readonly<Partial<Record<Cause | 'unknown', number>>>;
  readonly worst?: Explanation;
  /** Of all close records that have some, in milliseconds. */
  readonly rtt?: { readonly p50Ms: number; readonly maxMs: number };
  readonly period?: Period;
  /** Whom the server has not let in, by reason: strangers, too. */
  readonly refused: Readonly<Partial<Record<Refusal, number>>>;
  readonly problems: readonly string[];
}

/** From these scores on a cause is certain, likely, or worth a word. */
const CERTAIN = 0.9;
const LIKELY = 0.6;
const WORTH_A_WORD = 0.3;
const MOST_OTHERS = 3;

/**
 * A person's account of every time in which the client had no link, and that began at a time of day
 * or later. What came before it still tells what happens over and over.
 */
export function explain(record: FieldRecord, sinceWallMs = -Infinity): Account {
  const isSince = ({ wallMs }: { readonly wallMs: number }): boolean => wallMs >= sinceWallMs;
  const ours = record.events.filter(({ host }) => host === record.client);
  const first = ours.find(isSince) ?? ours.at(-1);
  const [fromMs, toMs] = [first?.atMs ?? 0, ours.at(-1)?.atMs ?? 0];
  const all = outagesOf(record);
  const habits = habitsOf(all);
  const explanations = all
    .map((outage, index) => explained(outage, index + 1, habits))
    .filter(({ outage }) => isSince({ wallMs: beganWallMs(outage) }));
  const outages = explanations.map(({ outage }) => outage);
  const deafMs = explanations.reduce((sum, each) => sum + each.deafMs, 0);
  const worst = explanations.reduce<Explanation | undefined>(longer, undefined);
  const rtt = rttOf(outages);
  const period = periodOf(outages.filter(({ lost }) => lost !== undefined));
  return {
    explanations,
    ...{ fromMs, fromWallMs: first?.wallMs ?? 0, toMs },
    uptime: toMs > fromMs ? Math.max(0, 1 - deafMs / (toMs - fromMs)) : 1,
    sessionsLost: outages.reduce((sum, { sessions }) => sum + sessions.length, 0),
    byLabel: counted(
      outages.map(({ failures, lost }) => lost?.label ?? failures[0]?.label ?? 'none'),
    ),
    byCause: counted(explanations.map(({ cause }) => cause ?? 'unknown')),
    ...(worst === undefined ? {} : { worst }),
    ...(rtt === undefined ? {} : { rtt }),
    ...(period === undefined ? {} : { period }),
    refused: refusedIn(record.events.filter(isSince)),
    problems: record.problems,
  };
}

/** The time of day at which it began. */
export function beganWallMs({ first, fromMs }: Outage): number {
  return first.wallMs - (first.atMs - fromMs);
}

function explained(outage: Outage, number: number, habits: Habits): Explanation {
  const deafMs = Math.max(0, outage.untilMs - outage.fromMs);
  const [best, ...rest] = matches(outage, habits);
  const known = { outage, number, deafMs };
  if (best === undefined) return { ...known, sureness: 'unknown', evidence: [], others: [] };
  const { cause, evidence, score } = best;
  const others = rest.filter((other) => other.score >= WORTH_A_WORD).slice(0, MOST_OTHERS);
  const sureness = score >= CERTAIN ? 'certain' : score >= LIKELY ? 'likely' : 'possible';
  return { ...known, cause, sureness, evidence, others: others.map((each) => each.cause) };
}

function matches(outage: Outage, habits: Habits): readonly (Match & { readonly cause: Cause })[] {
  return (Object.keys(CAUSES) as Cause[])
    .flatMap((cause) => {
      const match = CAUSES[cause].signature(outage, habits);
      return match === undefined ? [] : [{ ...match, cause }];
    })
    .sort((a, b) => b.score - a.score);
}

function longer(worst: Explanation | undefined, each: Explanation): Explanation {
  return worst === undefined || each.deafMs > worst.deafMs ? each : worst;
}

function rttOf(outages: readonly Outage[]): Account['rtt'] {
  const known = outages.flatMap(({ lost }) => (lost?.rttP50Ms === undefined ? [] : [lost]));
  if (known.length === 0) return undefined;
  const sorted = known.map(({ rttP50Ms = 0 }) => rttP50Ms).sort((a, b) => a - b);
  const maxMs = known.reduce((most, { maxRttMs = 0 }) => Math.max(most, maxRttMs), 0);
  return { p50Ms: sorted[Math.floor((sorted.length - 1) / 2)] ?? 0, maxMs };
}

function refusedIn(events: readonly RecordedEvent[]): Account['refused'] {
  const counts = new Map<Refusal, number>();
  for (const event of events) {
    if (event.type === 'link.refused') add(counts, event.reason, 1 + (event.others ?? 0));
  }
  return sorted(counts);
}

/** How often each comes, the most frequent first. */
function counted<Key extends string>(keys: readonly Key[]): Partial<Record<Key, number>> {
  const counts = new Map<Key, number>();
  for (const key of keys) add(counts, key, 1);
  return sorted(counts);
}

function add<Key>(counts: Map<Key, number>, key: Key, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

function sorted<Key extends string>(
  counts: ReadonlyMap<Key, number>,
): Partial<Record<Key, number>> {
  const entries = [...counts].sort(([, a], [, b]) => b - a);
  return Object.fromEntries(entries) as Partial<Record<Key, number>>;
}
