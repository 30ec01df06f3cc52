import { formatMs } from '../format-ms';
import type { RecordedEvent } from '../events';
import type { Duration } from '../sim/duration';
import type { FaultInput } from '../sim/network-faults';
import { NATURAL } from './end-of-link';
import type { Mark } from './fit';
import type { Finding, Replayed } from './replay';

/** Lines that are shown around a divergence, of each side. */
const AROUND = 6;
const MAX_FINDINGS = 40;
const MAX_PROBLEMS = 5;

/** What came of a replay, for a person. */
export function replayText(replayed: Replayed): string {
  const parts = [head, outcome, certain, findings, nudged];
  return parts.flatMap((part) => part(replayed).map((line) => `${line}\n`)).join('');
}

function nudged({ nudged: all }: Replayed): string[] {
  if (all.length === 0) return [];
  return [
    'Moved, because the journals do not tell the order of what came at once:',
    ...all.map((what) => `  ${what}`),
  ];
}

function head({ disconnects, incident, knowsServer, lastsMs, problems }: Replayed): string[] {
  const whose = knowsServer
    ? "the client's and the server's journals"
    : "the client's journal alone";
  const count = `${disconnects.length} disconnect${disconnects.length === 1 ? '' : 's'}`;
  const which = incident === undefined ? count : `disconnect ${incident} of ${disconnects.length}`;
  return [
    `Replaying ${formatMs(lastsMs)} from ${whose}: ${which}.`,
    ...problems.slice(0, MAX_PROBLEMS).map((problem) => `  note: ${problem}`),
  ];
}

function outcome({ events, evaluations, field, fit, marks, scenario }: Replayed): string[] {
  const runs = `${evaluations} run${evaluations === 1 ? '' : 's'}`;
  const { divergence } = fit;
  if (divergence === undefined) {
    const offMs = fit.offMs.map(Math.abs).sort((a, b) => a - b);
    const [median, most] = [offMs[offMs.length >> 1] ?? 0, offMs.at(-1) ?? 0];
    const faults = scenario.faults?.length ?? 0;
    return [
      `✓ It happened again: ${marks} of ${marks} states and labels in their order, ` +
        `${formatMs(median)} off ` +
        `at the median and ${formatMs(most)} at most, ` +
        `with ${faults} fault${faults === 1 ? '' : 's'}; ${runs}.`,
    ];
  }
  const atMs = divergence.atMs;
  return [
    `✗ It did not happen again: ${(100 * fit.score).toFixed(0)} % of ${marks} states and ` +
      `labels did, until ` +
      `${formatMs(Math.round(atMs))}; ${runs}.`,
    `    ${divergence.thread}`,
    `    in the field   ${asText(divergence.field)}`,
    `    in the replay  ${asText(divergence.replay)}`,
    '  in the field, around it:',
    ...around(field, atMs),
    '  in the replay, around it:',
    ...around(events, atMs),
  ];
}

function asText(mark: Mark | undefined): string {
  return mark === undefined ? 'nothing' : `${mark.what}, at ${formatMs(Math.round(mark.atMs))}`;
}

function around(events: readonly RecordedEvent[], atMs: number): string[] {
  const at = events.findIndex((event) => event.atMs >= atMs);
  const middle = at === -1 ? events.length : at;
  return events.slice(Math.max(0, middle - AROUND), middle + AROUND).map(lineOf);
}

function lineOf({
  atMs,
  boot,
  host,
  seq: _seq,
  step: _step,
  type,
  wallMs: _wallMs,
  ...fields
}: RecordedEvent): string {
  const told = Object.entries(fields).map(([name, value]) => `${name}=${asWord(value)}`);
  return `    ${Math.round(atMs)} ms  ${host}/${boot}  ${[type, ...told].join(' ')}`;
}

function asWord(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** What befell the machines, which the journals show by themselves. */
function certain({ findings: all, scenario: { faults = [] } }: Replayed): string[] {
  const guessed = new Set(
    all.flatMap(({ chosen }) => chosen.faults.map((fault) => JSON.stringify(fault))),
  );
  const sure = faults.filter((fault) => 'host' in fault && !guessed.has(JSON.stringify(fault)));
  return [
    ...(sure.length > 0 ? ['What the journals show by themselves:'] : []),
    ...sure.slice(0, MAX_FINDINGS).map(faultText),
    ...(sure.length > MAX_FINDINGS ? [`  and ${sure.length - MAX_FINDINGS} more`] : []),
  ];
}

function faultText(fault: FaultInput): string {
  const lasts = 'for' in fault && fault.for !== undefined ? `, for ${told(fault.for)}` : '';
  const host = 'host' in fault ? `${String(fault.host)} ` : '';
  return `  ${told(fault.at)}  ${host}${fault.kind.replaceAll('_', ' ')}${lasts}`;
}

/** A replay's times are whole milliseconds. */
function told(time: Duration): string {
  return formatMs(parseInt(time));
}

function findings({ findings: all }: Replayed): string[] {
  const behind = all.filter(({ chosen }) => chosen.cause !== NATURAL.cause);
  const shown = behind.slice(0, MAX_FINDINGS);
  const more = behind.length - shown.length;
  return [
    ...(behind.length > 0 ? ['What was behind it:'] : []),
    ...shown.map(findingText),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

function findingText({ atMs, chosen, of, others, what }: Finding): string {
  const found = `  ${formatMs(atMs)}  ${what}: ${chosen.cause}`;
  if (others === undefined || of === 1) return found;
  const fit = `${others.length + 1} of ${of} candidates fit`;
  const causes = [...new Set(others.map(({ cause }) => cause))].filter(
    (cause) => cause !== chosen.cause,
  );
  const told = causes.length === 0 ? '' : `; it could as well be: ${causes.join('; ')}`;
  return `${found} (${fit}${told})`;
}
