/**
 * What a scenario demands beyond the invariants, as data: each expectation is measured over the
 * events of the run, and told with its numbers whether it holds or not.
 */
import { z } from 'zod';

import { isDurable, type RecordedEvent } from '../events';
import { formatMs } from '../format-ms';
import { duration } from './duration';

/** The fields that an event must have to match; `type` and `host` are two of them. */
const pattern = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

const base = {
  /** The demand in words, as the report shows it. */
  that: z.string().min(1),
  /** Only events from this instant on, and before that one; of pairs, only their first. */
  after: duration.prefault('0 ms'),
  before: duration.optional(),
};

const NO_BOUND = 'must have atLeast, atMost or both';

export const expectationSchema = z.discriminatedUnion('check', [
  /** How often an event happens. */
  z
    .strictObject({
      ...base,
      check: z.literal('count'),
      of: pattern,
      /** Only durable events: the lines that a journal would have. */
      durable: z.literal(true).optional(),
      atLeast: z.number().int().optional(),
      atMost: z.number().int().optional(),
    })
    .refine(isBounded, NO_BOUND),
  /** How often an event happens in any stretch of time so long. */
  z.strictObject({
    ...base,
    check: z.literal('rate'),
    of: pattern,
    per: duration,
    atMost: z.number().int(),
  }),
  /** After each `from` comes a `to`, soon enough. */
  z.strictObject({
    ...base,
    check: z.literal('within'),
    from: pattern,
    to: pattern,
    atMost: duration,
    atLeast: duration.prefault('0 ms'),
    /** Fields in which the two must be equal, such as `session`. */
    same: z.array(z.string()).default([]),
    /** How many pairs there must be at least. */
    times: z.number().int().default(1),
    /** Each `to` belongs to the oldest `from` that waits, within `after` and `before` or not. */
    inOrder: z.boolean().default(false),
    /** Only the first `from`, not each. */
    once: z.boolean().default(false),
    /** No event of the simulator may come between. */
    sameStep: z.boolean().default(false),
  }),
  /** The values of a field: one range for each event in turn, the last one for all that follow. */
  z.strictObject({
    ...base,
    check: z.literal('values'),
    of: pattern,
    field: z.string(),
    ranges: z.array(z.tuple([z.number(), z.number()])).min(1),
    times: z.number().int().default(1),
  }),
  /** The values of a field one after another, exactly. */
  z.strictObject({
    ...base,
    check: z.literal('sequence'),
    of: pattern,
    field: z.string(),
    is: z.array(z.union([z.string(), z.number(), z.boolean()])),
  }),
  /** The sum of a field. */
  z
    .strictObject({
      ...base,
      check: z.literal('total'),
      of: pattern,
      field: z.string(),
      atLeast: z.number().optional(),
      atMost: z.number().optional(),
    })
    .refine(isBounded, NO_BOUND),
]);

/** Without a bound it would hold whatever happens. */
function isBounded({ atLeast, atMost }: { atLeast?: unknown; atMost?: unknown }): boolean {
  return atLeast !== undefined || atMost !== undefined;
}

export type Expectation = Readonly<z.output<typeof expectationSchema>>;
type ExpectationOf<Check extends Expectation['check']> = Extract<
  Expectation,
  { readonly check: Check }
>;

/** What came of an expectation. */
export interface Outcome {
  readonly that: string;
  readonly holds: boolean;
  readonly expected: string;
  readonly seen: string;
  /** When it was seen that it does not hold; the end of the run where something is missing. */
  readonly atMs?: number;
  /** Of `within`: the first pairs that were measured, beside what they might take. */
  readonly pairs?: readonly MeasuredPair[];
}

export interface MeasuredPair {
  readonly fromMs: number;
  readonly toMs: number;
  readonly atMostMs: number;
  readonly holds: boolean;
}

const KEPT_PAIRS = 50;

/** Reads events and says at the end what came of one expectation. */
export interface Judge {
  observe(event: RecordedEvent): void;
  outcome(): Outcome;
}

export type Pattern = Readonly<Record<string, string | number | boolean>>;
type Fields = Readonly<Record<string, unknown>>;

/** The judge of an expectation; it keeps numbers, not events. */
export function judge(expectation: Expectation): Judge {
  switch (expectation.check) {
    case 'count':
      return new CountJudge(expectation);
    case 'rate':
      return new RateJudge(expectation);
    case 'within':
      return new WithinJudge(expectation);
    case 'values':
      return new ValuesJudge(expectation);
    case 'sequence':
      return new SequenceJudge(expectation);
    case 'total':
      return new TotalJudge(expectation);
    default:
      return expectation satisfies never;
  }
}

function matches(event: RecordedEvent, of: Pattern, { after, before }: Expectation): boolean {
  if (event.atMs < after || (before !== undefined && event.atMs >= before)) return false;
  return hasFields(event, of);
}

function hasFields(event: RecordedEvent, of: Pattern): boolean {
  return Object.entries(of).every(([name, value]) => field(event, name) === value);
}

function field(event: RecordedEvent, name: string): unknown {
  return (event as unknown as Fields)[name];
}

/** `at most 3`, `between 1 and 2`, in the words of the report. */
function describeRange(atLeast: number | undefined, atMost: number | undefined): string {
  if (atLeast !== undefined && atLeast === atMost) return `exactly ${atLeast}`;
  if (atLeast === undefined) return atMost === undefined ? 'any' : `at most ${atMost}`;
  return atMost === undefined ? `at least ${atLeast}` : `${atLeast} to ${atMost}`;
}

function isIn(value: number, atLeast: number | undefined, atMost: number | undefined): boolean {
  return value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity);
}

class CountJudge implements Judge {
  private count = 0;
  private tooManyAtMs: number | undefined;

  constructor(private readonly expectation: ExpectationOf<'count'>) {}

  observe(event: RecordedEvent): void {
    if (!matches(event, this.expectation.of, this.expectation)) return;
    if (this.expectation.durable === true && !isDurable(event.type)) return;
    this.count += 1;
    if (this.count > (this.expectation.atMost ?? Infinity)) this.tooManyAtMs ??= event.atMs;
  }

  outcome(): Outcome {
    const { atLeast, atMost, that } = this.expectation;
    return {
      that,
      holds: isIn(this.count, atLeast, atMost),
      expected: describeRange(atLeast, atMost),
      seen: String(this.count),
      ...(this.tooManyAtMs === undefined ? {} : { atMs: this.tooManyAtMs }),
    };
  }
}

class RateJudge implements Judge {
  private recentMs: number[] = [];
  private most = 0;
  private mostAtMs: number | undefined;

  constructor(private readonly expectation: ExpectationOf<'rate'>) {}

  observe(event: RecordedEvent): void {
    const { of, per } = this.expectation;
    if (!matches(event, of, this.expectation)) return;
    this.recentMs = [...this.recentMs.filter((ms) => ms > event.atMs - per), event.atMs];
    if (this.recentMs.length <= this.most) return;
    this.most = this.recentMs.length;
    this.mostAtMs = event.atMs;
  }

  outcome(): Outcome {
    const { atMost, per, that } = this.expectation;
    return {
      that,
      holds: this.most <= atMost,
      expected: `at most ${atMost} in any ${formatMs(per)}`,
      seen: `${this.most}`,
      ...(this.mostAtMs === undefined ? {} : { atMs: this.mostAtMs }),
    };
  }
}

class TotalJudge implements Judge {
  private total = 0;

  constructor(private readonly expectation: ExpectationOf<'total'>) {}

  observe(event: RecordedEvent): void {
    if (!matches(event, this.expectation.of, this.expectation)) return;
    this.total += Number(field(event, this.expectation.field));
  }

  outcome(): Outcome {
    const { atLeast, atMost, that } = this.expectation;
    const holds = isIn(this.total, atLeast, atMost);
    return { that, holds, expected: describeRange(atLeast, atMost), seen: String(this.total) };
  }
}

class SequenceJudge implements Judge {
  private readonly seen: unknown[] = [];
  private wrongAtMs: number | undefined;

  constructor(private readonly expectation: ExpectationOf<'sequence'>) {}

  observe(event: RecordedEvent): void {
    const { field: name, is, of } = this.expectation;
    if (!matches(event, of, this.expectation) || this.seen.length > is.length) return;
    this.seen.push(field(event, name));
    const at = this.seen.length - 1;
    if (this.seen[at] !== is[at]) this.wrongAtMs ??= event.atMs;
  }

  outcome(): Outcome {
    const { is, that } = this.expectation;
    const holds = this.wrongAtMs === undefined && this.seen.length === is.length;
    return {
      that,
      holds,
      expected: is.join(', '),
      seen: this.seen.join(', ') || 'nothing',
      ...(this.wrongAtMs === undefined ? {} : { atMs: this.wrongAtMs }),
    };
  }
}

class ValuesJudge implements Judge {
  private readonly seen: number[] = [];
  private wrongAtMs: number | undefined;
  private count = 0;

  constructor(private readonly expectation: ExpectationOf<'values'>) {}

  observe(event: RecordedEvent): void {
    const { field: name, of, ranges } = this.expectation;
    if (!matches(event, of, this.expectation)) return;
    const value = Number(field(event, name));
    const [low, high] = ranges[Math.min(this.count, ranges.length - 1)] ?? [NaN, NaN];
    this.count += 1;
    const fits = value >= low && value <= high;
    if (!fits) this.wrongAtMs ??= event.atMs;
    const SHOWN = 8;
    if (this.seen.length < SHOWN || !fits) this.seen.push(value);
  }

  outcome(): Outcome {
    const { ranges, that, times } = this.expectation;
    const more = this.count - this.seen.length;
    const tooFew = this.count < times ? `, only ${this.count} of ${times}` : '';
    return {
      that,
      holds: this.wrongAtMs === undefined && this.count >= times,
      expected: ranges.map(([low, high]) => `[${low}, ${high}]`).join(' '),
      seen: `${this.seen.join(', ') || 'nothing'}${more > 0 ? ` and ${more} more` : ''}${tooFew}`,
      ...(this.wrongAtMs === undefined ? {} : { atMs: this.wrongAtMs }),
    };
  }
}

interface Waiting {
  readonly from: RecordedEvent;
  readonly fromMs: number;
  /** Whether it is within the time that is judged. */
  readonly counts: boolean;
}

class WithinJudge implements Judge {
  private waiting: Waiting[] = [];
  private readonly measured: MeasuredPair[] = [];
  private pairs = 0;
  private begun = 0;
  private longestMs = 0;
  private shortestMs = Infinity;
  private stepBetween = false;
  private lateAtMs: number | undefined;

  constructor(private readonly expectation: ExpectationOf<'within'>) {}

  observe(event: RecordedEvent): void {
    const { from, inOrder, once, to } = this.expectation;
    if (this.waiting.length > 0 && hasFields(event, to)) this.arrived(event);
    const counts = matches(event, from, this.expectation) && !(once && this.begun > 0);
    if (counts) this.begun += 1;
    else if (!inOrder || !hasFields(event, from)) return;
    this.waiting.push({ from: event, fromMs: event.atMs, counts });
  }

  outcome(): Outcome {
    const { atLeast, atMost, sameStep, that, times } = this.expectation;
    const missing = this.waiting.find(({ counts }) => counts);
    const inTime = this.pairs === 0 || isIn(this.longestMs, undefined, atMost);
    const notEarly = this.pairs === 0 || this.shortestMs >= atLeast;
    const atMs = this.lateAtMs ?? (missing === undefined ? undefined : missing.fromMs + atMost);
    const holds =
      missing === undefined &&
      inTime &&
      notEarly &&
      !(sameStep && this.stepBetween) &&
      this.pairs >= times;
    return {
      that,
      holds,
      expected: this.describeBound(),
      seen: this.describeSeen(missing),
      ...(holds || atMs === undefined ? {} : { atMs }),
      ...(this.measured.length === 0 ? {} : { pairs: this.measured }),
    };
  }

  private arrived(event: RecordedEvent): void {
    const { atLeast, atMost } = this.expectation;
    const met = this.metBy(event);
    this.waiting = this.waiting.filter((each) => !met.includes(each));
    for (const { from, fromMs } of met.filter(({ counts }) => counts)) {
      const tookMs = event.atMs - fromMs;
      this.pairs += 1;
      this.longestMs = Math.max(this.longestMs, tookMs);
      this.shortestMs = Math.min(this.shortestMs, tookMs);
      if (from.step !== event.step) this.stepBetween = true;
      const holds = isIn(tookMs, atLeast, atMost);
      if (!holds) this.lateAtMs ??= event.atMs;
      const pair = { fromMs, toMs: event.atMs, atMostMs: atMost, holds };
      if (this.measured.length < KEPT_PAIRS) this.measured.push(pair);
    }
  }

  private metBy(event: RecordedEvent): readonly Waiting[] {
    const { inOrder, same } = this.expectation;
    const pairs = this.waiting.filter(({ from }) =>
      same.every((name) => field(from, name) === field(event, name)),
    );
    return inOrder ? pairs.slice(0, 1) : pairs;
  }

  private describeBound(): string {
    const { atLeast, atMost, sameStep } = this.expectation;
    if (sameStep) return 'with no other event of the world between';
    const most = `within ${formatMs(atMost)}`;
    return atLeast > 0 ? `${most} and not before ${formatMs(atLeast)}` : most;
  }

  private describeSeen(missing: Waiting | undefined): string {
    if (missing !== undefined) return `nothing after ${formatMs(missing.fromMs)}`;
    if (this.pairs === 0) return 'it never began';
    const between = this.expectation.sameStep && this.stepBetween ? ', with others between' : '';
    const { times } = this.expectation;
    const tooFew = this.pairs < times ? `, only ${this.pairs} of ${times} times` : '';
    const often = this.pairs > 1 ? ` at most, ${this.pairs} times` : '';
    return `${formatMs(this.longestMs)}${tooFew || often}${between}`;
  }
}
