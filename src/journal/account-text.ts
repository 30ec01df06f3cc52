import { formatMs } from '../format-ms';
import { adviceOn, CAUSES } from './causes';
import { beganWallMs, type Account, type Explanation } from './explain';
import type { FieldRecord } from './field-record';
import { isSilence, type Cause } from './signature';
import { wrapped } from './wrapped';

/** How a text is coloured, and how a time of day is written where the reader lives. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly green: (text: string) => string;
  readonly red: (text: string) => string;
  readonly timeOfDay: (wallMs: number) => string;
}

/**
 * An account for a person, on 80 columns.
 *
 * @param most - of the disconnects the latest ones are told, as many as this; default: all. What is
 * said of them in all is of all.
 */
export function accountText(
  account: Account,
  { client, server }: Pick<FieldRecord, 'client' | 'server'>,
  style: Style,
  most = Infinity,
): string {
  const { explanations, fromMs, fromWallMs, problems, toMs } = account;
  const whose = server === undefined ? client : `${client} and ${server}`;
  const count = explanations.length;
  const head = count === 1 ? '1 disconnect' : `${count === 0 ? 'no' : count} disconnects`;
  return [
    style.bold(`${whose}: ${head} in ${roughly(toMs - fromMs)}`),
    `from ${style.timeOfDay(fromWallMs)}`,
    ...problems.map((problem) => wrapped(`! ${problem}`, 2)),
    ...leftOut(count - most),
    ...explanations.slice(-most).flatMap((each) => ['', ...one(each, account, style)]),
    ...(count === 0
      ? ['', style.green('The link was never lost.')]
      : ['', ...totals(account, style)]),
    '',
  ].join('\n');
}

/** What the reader is not shown, and how to see it. */
function leftOut(count: number): string[] {
  if (count <= 0) return [];
  const which = count === 1 ? 'one before these is' : `${count} before these are`;
  return ['', wrapped(`The ${which} left out: --last or --since chooses others.`, 0)];
}

function one(
  { cause, deafMs, evidence, number, others, outage, sureness }: Explanation,
  { fromMs }: Account,
  { bold, dim, red, timeOfDay }: Style,
): string[] {
  const { connected, fromMs: beganMs, lost: loss, sessions } = outage;
  const began = timeOfDay(beganWallMs(outage));
  const title =
    cause === undefined ? 'Nothing that is known here looks like this' : CAUSES[cause].title;
  const sure = cause === undefined ? '' : ` (${sureness})`;
  const lost = sessions.length === 0 ? '' : `, ${plural(sessions.length, 'session')} lost`;
  const end = connected === undefined ? ', to the end of the journal' : '';
  const also = others.map((other) => lowered(CAUSES[other].title)).join('; ');
  return [
    `${String(number).padStart(3)}. ${began}, ${roughly(beganMs - fromMs)} after the start`,
    wrapped(`     ${bold(red(title))}${sure}`, 7),
    `     deaf for ${isSilence(loss?.label) ? 'up to ' : ''}${roughly(deafMs)}${end}${lost}`,
    ...evidence.map((each) => dim(wrapped(`     - ${each}`, 7))),
    ...(also === '' ? [] : [wrapped(`     It looks like this, too: ${also}.`, 7)]),
    ...(cause === undefined ? [] : [wrapped(`     To do: ${adviceOn(cause, outage)}`, 7)]),
  ];
}

function totals(account: Account, { bold }: Style): string[] {
  const { byCause, byLabel, period, refused, rtt, sessionsLost, uptime, worst } = account;
  const lines = [
    `connected for ${(uptime * 100).toFixed(uptime > 0.99 ? 3 : 1)} % of the time`,
    worst && `the longest was number ${worst.number}, ${roughly(worst.deafMs)}`,
    `sessions lost: ${sessionsLost}`,
    rtt && `round trips: half under ${formatMs(rtt.p50Ms)}, the longest ${formatMs(rtt.maxMs)}`,
    period &&
      `${period.count} come every ${roughly(period.everyMs)} +- ${roughly(period.withinMs)}`,
    Object.keys(refused).length > 0 ? `refused by the server: ${counts(refused)}` : undefined,
  ];
  const causes = Object.entries(byCause).map(
    ([cause, count]) => `${count} x ${titleOf(cause as Cause | 'unknown')}`,
  );
  return [
    bold('In all'),
    ...[...causes, ...lines.filter((line) => line !== undefined)].map((line) =>
      wrapped(`  ${line}`, 6),
    ),
    wrapped(`  as the client has labelled them: ${counts(byLabel)}`, 6),
  ];
}

function counts(byName: Readonly<Partial<Record<string, number>>>): string {
  return Object.entries(byName)
    .map(([name, count]) => `${count} x ${name}`)
    .join(', ');
}

function titleOf(cause: Cause | 'unknown'): string {
  return cause === 'unknown' ? 'nothing that is known here' : CAUSES[cause].title;
}

/** Nobody needs the milliseconds of an hour. */
function roughly(ms: number): string {
  const unit = ms < 10_000 ? 10 : ms < 60_000 ? 100 : 1_000;
  return formatMs(Math.round(ms / unit) * unit);
}

function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** In the middle of a sentence; names keep their capital. */
function lowered(title: string): string {
  return title.startsWith('Pi') ? title : title.charAt(0).toLowerCase() + title.slice(1);
}
