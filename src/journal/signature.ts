import type { EventOf, FailureLabel, RecordedEvent } from '../events';
import type { Habits } from './habits';
import type { FieldLife } from './lives';
import type { Outage } from './outages';

/** What can end a link, or keep it from coming up. */
export type Cause =
  | 'auth'
  | 'captive_portal'
  | 'corruption'
  | 'dns'
  | 'gateway'
  | 'idle_cut'
  | 'idle_forgotten'
  | 'line_cut'
  | 'network_down'
  | 'no_place'
  | 'overload'
  | 'own_crash'
  | 'own_power_cut'
  | 'own_sleep'
  | 'own_stall'
  | 'own_stop'
  | 'server_closed'
  | 'server_down'
  | 'server_frozen'
  | 'server_killed'
  | 'server_power_cut'
  | 'server_restart'
  | 'server_sent_away'
  | 'slow_network'
  | 'tls'
  | 'tls_clock'
  | 'tls_expired'
  | 'two_processes';

/** How far an outage looks like a cause, and what in the journals says so. */
export interface Match {
  /** From 0, not at all, to 1, beyond doubt. */
  readonly score: number;
  readonly evidence: readonly string[];
}

/** A pure function of an outage and of what all have in common; undefined: it is none of it. */
export type Signature = (outage: Outage, habits: Habits) => Match | undefined;

export function match(score: number, ...evidence: readonly (string | undefined)[]): Match {
  return { score, evidence: evidence.filter((each) => each !== undefined) };
}

/** A line and some of its fields, as a piece of evidence: `pi #12 link.lost label=reset`. */
export function seen(line: RecordedEvent, ...names: readonly string[]): string {
  const fields = line as unknown as Readonly<Record<string, unknown>>;
  const shown = names
    .filter((name) => fields[name] !== undefined)
    .map((name) => `${name}=${shownValue(fields[name])}`);
  return [`${line.host} #${line.seq}`, line.type, ...shown].join(' ');
}

function shownValue(value: unknown): string {
  if (typeof value === 'number') return String(Math.round(value));
  return /\s/.test(String(value)) ? JSON.stringify(value) : String(value);
}

/** The close record of an outage, with what tells look-alikes apart. */
export function seenLoss(lost: EventOf<'link.lost'>): string {
  return seen(
    lost,
    ...['label', 'initiator', 'code', 'reason', 'upMs', 'sinceInboundMs'],
    ...['rttP50Ms', 'maxRttMs', 'maxLagMs'],
  );
}

/** Dials that failed with one of these labels: how many of all, and the first of them. */
export function seenFailures(
  { failures }: Outage,
  ...labels: readonly FailureLabel[]
): { readonly count: number; readonly share: number; readonly told?: string } {
  const those = failures.filter(({ label }) => labels.includes(label));
  const [first] = those;
  if (first === undefined) return { count: 0, share: 0 };
  const more = those.length > 1 ? ` and ${those.length - 1} more` : '';
  const told = `${seen(first, 'label', 'httpStatus')}${more}`;
  return { count: those.length, share: those.length / failures.length, told };
}

/** A life of a program, and how the one before it had ended. */
export function seenStart({ before, isNewMachine, started }: FieldLife): string {
  if (started === undefined) return '';
  const machine = isNewMachine ? ', on a new start of the machine' : '';
  const how = before?.how === 'stopped' ? 'was stopped' : 'told nothing more';
  const last = before === undefined ? '' : `; the life before it ${how} after #${before.last.seq}`;
  return `${seen(started)}${machine}${last}`;
}

/** How a connection ends that nobody closed: the stream is over, or broken. */
export function isCut(label: string | undefined): boolean {
  return label === 'fin' || label === 'reset';
}

/** How one ends on which nothing comes any more. */
export function isSilence(label: string | undefined): boolean {
  return label === 'heartbeat_timeout' || label === 'tcp_timeout';
}
