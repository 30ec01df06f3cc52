import type { FailureLabel } from '../events';
import type { ClientSettings } from './client-settings';

/** What came of the latest dial: how long it was up (0 for a failed one), and why it ended. */
export interface Ending {
  readonly label: FailureLabel;
  readonly upMs: number;
  readonly wasConnected: boolean;
}

/** When to dial next: which retry it is, from 1, and how long it waits. */
export interface NextDial {
  readonly attempt: number;
  readonly delayMs: number;
}

/** After these the server does not want us for now: the next wait is the longest. */
const UNWELCOME: ReadonlySet<FailureLabel> = new Set<FailureLabel>([
  'auth',
  'busy',
  'policy',
  'replaced',
]);
const UNWELCOME_ATTEMPT = 6;

/**
 * Which retry comes next, from 1: the count that the wait is computed from.
 *
 * It starts again only after a connection that lasted, so that a server which accepts and drops is
 * not hammered: the original reset at open, and redialled such a server every 2 to 3 s for ever.
 */
export function nextAttempt(
  attempt: number,
  ending: Ending,
  { backoffReset, stableAfterMs }: ClientSettings,
): number {
  const startsAgain =
    ending.wasConnected && (backoffReset === 'connect' || ending.upMs >= stableAfterMs);
  const next = startsAgain ? 1 : attempt + 1;
  return UNWELCOME.has(ending.label) ? Math.max(next, UNWELCOME_ATTEMPT) : next;
}

/**
 * The wait before retry n in whole milliseconds: min(2^n + U[0, 1), 60) s with the defaults (seed).
 *
 * @param jitter - a number in [0, 1), drawn anew for each wait.
 */
export function backoffDelayMs(
  attempt: number,
  jitter: number,
  { backoffCapMs, backoffUnitMs }: ClientSettings,
): number {
  // Rounded down before it is added, because 2 + 0.999... is 3, and [2, 3) is to stay half open.
  const jitterMs = Math.floor(jitter * backoffUnitMs);
  // 2 ** 1024 is Infinity, which the cap takes care of.
  return Math.min(2 ** attempt * backoffUnitMs + jitterMs, backoffCapMs);
}
