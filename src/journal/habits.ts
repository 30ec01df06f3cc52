import { HEARTBEAT_INTERVAL_MS } from '../constants';
import type { EventOf } from '../events';
import { firstAt } from './first-at';
import type { Outage } from './outages';
import { isCut, isSilence } from './signature';

/** What the outages of a journal have in common: many that are alike tell more than one. */
export interface Habits {
  /** For how long nothing had come in before each loss by a cut; rising. */
  readonly cutIdleMs: readonly number[];
  /** How many idle connections fell silent, and the next dial worked. */
  readonly forgotten: number;
  /** How many connections were replaced by another of the same device. */
  readonly replaced: number;
}

export function habitsOf(outages: readonly Outage[]): Habits {
  const losses = outages.flatMap(({ lost }) => (lost === undefined ? [] : [lost]));
  const cuts = losses.filter(({ label }) => isCut(label));
  return {
    cutIdleMs: cuts.map(({ sinceInboundMs }) => sinceInboundMs).sort((a, b) => a - b),
    forgotten: outages.filter(isForgotten).length,
    replaced: losses.filter(({ label }) => label === 'replaced').length,
  };
}

/** How many of rising numbers lie within so much of one. */
export function countNear(rising: readonly number[], value: number, within: number): number {
  const begin = firstAt(rising, (each) => each >= value - within);
  return firstAt(rising, (each) => each > value + within) - begin;
}

/** Silence on an idle line, and the next dial worked. */
export function isForgotten({ failures, lost, sessions }: Outage): boolean {
  return isSilence(lost?.label) && failures.length === 0 && sessions.length === 0;
}

/** A ping is answered in so much, or the line is a bad one. */
const PROMPT_MS = 2_000;

/** Whether a cut came while a ping waited for its answer: nothing got through before it, either. */
export function isUnanswered(lost: EventOf<'link.lost'>): boolean {
  const { label, sinceInboundMs, sincePongMs, upMs } = lost;
  const isLate = (sincePongMs ?? upMs) >= HEARTBEAT_INTERVAL_MS + PROMPT_MS;
  return isCut(label) && isLate && sinceInboundMs >= PROMPT_MS;
}

/** A timer is never early, and its time is rounded. */
const ROUNDED_MS = 5;
/** An answer to a ping may be late. */
const LATE_MS = 1_000;

/**
 * Whether a reset was the answer to a ping after a silence: whoever sent it did not know of the
 * connection any more. By chance one in thirty comes just then.
 */
export function isDisowned({ label, maxRttMs = 0, sinceInboundMs }: EventOf<'link.lost'>): boolean {
  const lateMs = sinceInboundMs - HEARTBEAT_INTERVAL_MS;
  return label === 'reset' && lateMs >= -maxRttMs - ROUNDED_MS && lateMs <= maxRttMs + LATE_MS;
}
