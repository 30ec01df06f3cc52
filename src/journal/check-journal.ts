import { TELLING_LAG_MS } from '../constants';
import { isDurable, type EventType, type RecordedEvent } from '../events';
import { allInvariants } from '../sim/invariants/catalogue';
import type { Breach, Invariant, Measurement } from '../sim/invariants/invariant';
import { Jury } from '../sim/invariants/jury';
import type { InvariantVerdict } from '../sim/run';
import type { Journal } from './field-record';
import { livesOf } from './life-trace';

/** Something that broke an invariant, and the line of the journal at which it was known. */
export interface FieldBreach extends Breach {
  readonly seq: number;
  readonly wallMs: number;
}

/** What a journal says of one invariant. */
export interface Finding {
  readonly id: string;
  readonly claim: string;
  readonly meaning: string;
  readonly verdict: InvariantVerdict;
  /** The first ones of each life. */
  readonly breaches: readonly FieldBreach[];
  readonly measurements: readonly Pick<Measurement, 'bound' | 'max' | 'min' | 'name' | 'unit'>[];
  /** Events that it reads and that no journal keeps: what rests on them is not judged. */
  readonly unseen: readonly string[];
}

export interface Check {
  readonly findings: readonly Finding[];
  /** Lives that were judged, and lines that could not be. */
  readonly lives: number;
  readonly unjudged: number;
}

/** What the lines of a life can tell of beside durable events: when it ends, and when it stood. */
const TOLD: ReadonlySet<EventType> = new Set<EventType>([
  'host.crashed',
  'host.killed',
  'host.lost_power',
  'host.paused',
  'host.resumed',
  'host.started',
  'host.stopped',
  'host.stopping',
]);

/**
 * Those that read events that no journal keeps, and can judge something without them: they take
 * the absence of such an event for nothing. That is tried on the journals of every scenario.
 */
const IN_PART: ReadonlySet<string> = new Set([
  ...['S3', 'S4', 'S5', 'S6', 'S10', 'S11', 'S16'],
  ...['L2', 'L3', 'L5', 'H1'],
]);

/** Settings that move the bounds of an invariant, which knows the defaults alone. */
const MOVED_BY: Readonly<Record<string, RegExp>> = {
  S1: /backoff|stable/i,
  S2: /backoff/i,
  L2: /heartbeat|pong/i,
  L3: /start/i,
  L5: /start|processing|playback/i,
  L7: /start/i,
  H1: /heartbeat|pong/i,
};

/** A breach is told this often of each life. */
export const TOLD_BREACHES = 3;

/**
 * Judges a journal by every invariant, life by life. A bound in time may be passed by as much as a
 * standstill can last without being told.
 */
export function checkJournal(journal: Journal): Check {
  const { traces, unjudged } = livesOf(journal);
  const verdicts = traces.map(judge);
  const findings = allInvariants().map((invariant, index) =>
    findingOf(
      invariant,
      verdicts.map((verdict) => verdict[index] as LifeVerdict),
    ),
  );
  return { findings, lives: traces.length, unjudged };
}

interface LifeVerdict {
  readonly invariant: Invariant;
  readonly breaches: FieldBreach[];
}

/** Judges one life; what is not over at its end is left open. */
function judge(trace: readonly RecordedEvent[]): readonly LifeVerdict[] {
  const verdicts = allInvariants().map((invariant): LifeVerdict => ({ invariant, breaches: [] }));
  const judged = verdicts
    .map(({ invariant }) => invariant)
    .filter((invariant) => canJudge(invariant) && !isMoved(invariant, trace[0]));
  let at = 0;
  const onBreach = (invariant: Invariant, breach: Breach): void => {
    const { breaches } = verdicts.find((each) => each.invariant === invariant) as LifeVerdict;
    if (breaches.length < TOLD_BREACHES) breaches.push(located(breach, trace, at));
  };
  const jury = new Jury(judged, onBreach, TELLING_LAG_MS);
  for (const [index, event] of trace.entries()) {
    at = index;
    jury.observe(event);
  }
  return verdicts;
}

/** The last line before the breach, which may have been due for long when it was found. */
export function located(breach: Breach, trace: readonly RecordedEvent[], at: number): FieldBreach {
  let index = at;
  while (index > 0 && (trace[index]?.atMs ?? 0) > breach.atMs) index -= 1;
  const { atMs, seq, wallMs } = trace[index] as RecordedEvent;
  return { ...breach, seq, wallMs: wallMs + breach.atMs - atMs };
}

function isMoved({ id }: Invariant, first: RecordedEvent | undefined): boolean {
  const settings = first?.type === 'host.started' ? Object.keys(first.settings ?? {}) : [];
  return settings.some((name) => MOVED_BY[id]?.test(name));
}

function canJudge(invariant: Invariant): boolean {
  if (IN_PART.has(invariant.id)) return true;
  const reads = [...invariant.reads];
  return unseenBy(invariant).length === 0 && reads.some((type) => !TOLD.has(type));
}

function unseenBy({ reads }: Invariant): readonly string[] {
  return [...reads].filter((type) => !isDurable(type) && !TOLD.has(type));
}

function findingOf(invariant: Invariant, lives: readonly LifeVerdict[]): Finding {
  const { claim, id, meaning } = invariant;
  const breaches = lives.flatMap((life) => life.breaches);
  const isJudged = canJudge(invariant) && lives.some((life) => life.invariant.judged);
  return {
    ...{ id, claim, meaning },
    verdict: breaches.length > 0 ? 'broken' : isJudged ? 'held' : 'unknown',
    breaches,
    measurements: joined(lives.flatMap((life) => life.invariant.measurements())),
    unseen: unseenBy(invariant),
  };
}

/** One measurement of each name: from the least to the most of all lives. */
export function joined(all: readonly Measurement[]): Finding['measurements'] {
  const byName = new Map<string, Measurement>();
  for (const each of all) {
    const known = byName.get(each.name) ?? each;
    const [min, max] = [Math.min(known.min, each.min), Math.max(known.max, each.max)];
    byName.set(each.name, { ...known, min, max });
  }
  return [...byName.values()].map(({ bound, max, min, name, unit }) => {
    return { bound, max, min, name, unit };
  });
}
