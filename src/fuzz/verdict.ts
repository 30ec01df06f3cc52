import { formatMs } from '../format-ms';
import { POSSIBLE_PAIRS } from './pairs';
import type { FuzzFailure, FuzzReport } from './report';
import { CATALOGUE } from './sometimes';

/** From so many runs on, a campaign that has not been everywhere has failed. */
export const RUNS_TO_REACH_ALL = 2_000;

/** States of the catalogue that no life of the campaign reached. */
export function unreached({ reached }: FuzzReport): readonly string[] {
  return CATALOGUE.filter((state) => reached[state] === undefined);
}

/** Pairs that can be met, and were not. */
export function unmet({ pairs }: FuzzReport): readonly string[] {
  return POSSIBLE_PAIRS.filter((pair) => pairs[pair] === undefined);
}

/** What a campaign has against the code, or against itself; empty where it passed. */
export function problems(report: FuzzReport): readonly string[] {
  const { deadAlarms, differences, failures, interrupted, runs } = report;
  const found = failures.map(({ failure, life }) => `life ${life} breaks ${failure.kind}`);
  const silent = deadAlarms.map((alarm) => `the canary did not set off ${alarm}: trust no verdict`);
  const nowhere = runs < RUNS_TO_REACH_ALL || interrupted ? [] : [...missing(report)];
  return [...found, ...silent, ...differences, ...nowhere];
}

function missing(report: FuzzReport): readonly string[] {
  return [
    ...unreached(report).map((state) => `never reached: ${state}`),
    ...unmet(report).map((pair) => `never met: ${pair}`),
  ];
}

/** A campaign in words, without its failures. */
export function summary(report: FuzzReport): string {
  const { differences, lives, rerun, runs, shards, steps, virtualMs, wallMs } = report;
  const wallS = wallMs / 1_000;
  const rate = (count: number): string => (wallS > 0 ? (count / wallS).toFixed(1) : '-');
  const missed = unreached(report);
  const pairs = POSSIBLE_PAIRS.length;
  const met = pairs - unmet(report).length;
  const lines = [
    `${runs} runs of ${lives} lives (shards: ${shards}), ${formatMs(virtualMs)} of virtual time ` +
      `in ${wallS.toFixed(1)} s: ${rate(runs)} runs/s, ${rate(steps)} steps/s`,
    `states reached: ${CATALOGUE.length - missed.length} of ${CATALOGUE.length}` +
      (missed.length === 0 ? '' : `; not yet: ${missed.join(', ')}`),
    `pairs of fault and state met: ${met} of ${pairs} (${Math.floor((100 * met) / pairs)} %)`,
    `lived again in another process: ${rerun}, with ${differences.length} differences`,
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** A failure as a person wants to read it. */
export function failureText({ failure, lastEvents, shrunk }: FuzzFailure, file: string): string {
  const { scenario } = shrunk;
  const faults = scenario.faults ?? [];
  return [
    `✗ ${scenario.name}: ${failure.kind}  ${failure.claim}`,
    `    expected  ${failure.expected}`,
    `    seen      ${failure.seen}, at ${formatMs(failure.atMs)}${onHost(failure.host)}`,
    ...(failure.meaning === undefined ? [] : [`    that is   ${failure.meaning}`]),
    `  ${shrunkText(shrunk)}:`,
    ...(scenario.acts ?? []).map((act) => `    act    ${JSON.stringify(act)}`),
    ...faults.map((fault) => `    fault  ${JSON.stringify(fault)}`),
    '  the last events:',
    ...lastEvents.slice(-12).map((event) => `    ${JSON.stringify(event)}`),
    '  again:',
    `    npm run scenarios -- ${file}`,
    '  to keep it:',
    `    npm run keep -- ${file}`,
    '',
  ].join('\n');
}

function shrunkText(shrunk: FuzzFailure['shrunk']): string {
  const { evaluations, faultsBefore, isMinimal, scenario, wallMs } = shrunk;
  if (evaluations === 0) return `as it was drawn, with ${faultsBefore} faults`;
  const minimal = isMinimal ? 'without any one of which it passes' : 'not shown to be minimal';
  const faults = scenario.faults?.length ?? 0;
  return (
    `shrunk from ${faultsBefore} faults to ${faults}, ${minimal}, ` +
    `in ${evaluations} runs and ${(wallMs / 1_000).toFixed(1)} s`
  );
}

function onHost(host: string | undefined): string {
  return host === undefined ? '' : ` on ${host}`;
}
