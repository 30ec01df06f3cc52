// First, because the simulator has to come before `ws`.
import { simulate } from '../sim/simulation';

import { CLIENT, SERVER } from '../replay/derivation';
import type { Divergence, Mark } from '../replay/fit';
import type { Finding, Replayed } from '../replay/replay';
import type { HtmlReporter } from '../report/html';
import type { Compared } from '../report/html/compared';
import { eventTable } from '../report/html/event-table';
import type { ReportTable } from '../report/html/report-data';
import type { ScenarioRun } from '../report/scenario-run';
import { asReported, keeping } from '../runner/run-one';
import { formatMs } from '../format-ms';

/** What a page says of the journals besides what they tell. */
interface Source {
  /** What the client is called in them. */
  readonly client: string;
  /** The command that makes the replay again. */
  readonly command: string;
}

/** Kept from before the run, in which the real clock is out of reach. */
const realNow = performance.now.bind(performance);

/** A replay as a page: what came again and, beside it, what the journals tell. */
export async function showReplay(
  page: HtmlReporter,
  replayed: Replayed,
  source: Source,
): Promise<void> {
  const run = await shownRun(replayed, source);
  const { findings, fit, problems } = replayed;
  page.finished(run);
  if (findings.length > 0) page.addTable(findingsTable(findings));
  const passed = fit.reproduced ? 1 : 0;
  const { recovery, virtualMs, wallMs } = run;
  page.end({
    ...{ passed, failed: 1 - passed, skipped: 0, virtualMs, wallMs, recovery },
    problems: [],
    notes: problems,
  });
}

/** The scenario once more, with all that its time line needs. */
async function shownRun(
  { field, fit, scenario }: Replayed,
  { client, command }: Source,
): Promise<ScenarioRun> {
  const startMs = realNow();
  const result = await simulate(scenario, { seed: 1, ...keeping(true) });
  const wallMs = realNow() - startMs;
  const reported = await asReported(scenario, result, true);
  const { divergence } = fit;
  const parted = divergence === undefined ? [] : [failureOf(divergence)];
  return {
    ...reported,
    passed: reported.passed && fit.reproduced,
    failures: [...parted, ...reported.failures],
    compared: comparedWith(field, client, divergence),
    ...{ file: '', replay: command, wallMs },
  };
}

/**
 * What the journals tell, by the names that the hosts have in the replay. Where the two part is
 * known better than from events alone: a second early or late is no difference.
 */
function comparedWith(
  field: Replayed['field'],
  client: string,
  divergence: Divergence | undefined,
): Compared {
  const named = field.map((event) => ({ ...event, host: event.host === client ? CLIENT : SERVER }));
  return {
    label: 'journal',
    events: eventTable(named),
    ...(divergence === undefined ? {} : { divergence: partingOf(divergence) }),
  };
}

function partingOf({
  atMs,
  field,
  replay,
  thread,
}: Divergence): NonNullable<Compared['divergence']> {
  return { atMs, host: hostOf(thread), run: asText(replay), other: asText(field) };
}

function failureOf({ atMs, field, replay, thread }: Divergence): ScenarioRun['failures'][number] {
  return {
    kind: 'replay',
    claim: 'What the journals tell happens again.',
    expected: `${thread.slice(thread.indexOf(' ') + 1)}: ${asText(field)}`,
    seen: asText(replay),
    ...{ atMs, host: hostOf(thread), before: [] },
  };
}

function hostOf(thread: string): string {
  return thread.startsWith('client') ? CLIENT : SERVER;
}

function asText(mark: Mark | undefined): string {
  return mark === undefined
    ? 'nothing more'
    : `${mark.what}, at ${formatMs(Math.round(mark.atMs))}`;
}

function findingsTable(findings: readonly Finding[]): ReportTable {
  return {
    title: 'What was behind it',
    note: 'Each dial that failed and each link that was lost; others are tried one at a time.',
    columns: ['at', 'what', 'cause', 'it could as well be'],
    rows: findings.map(({ atMs, chosen, others, what }) => {
      const causes = new Set(others?.map(({ cause }) => cause) ?? []);
      causes.delete(chosen.cause);
      return [formatMs(atMs), what, chosen.cause, [...causes].join('; ')];
    }),
  };
}
