#!/usr/bin/env node
/** `npm run check`: whether what a program in the field has told keeps every invariant. */
// First, because the simulator has to come before `ws`.
import '../sim/seeded-crypto';

import { Command } from 'commander';
import pc from 'picocolors';

import { formatMs } from '../format-ms';
import { checkHouse } from '../journal/check-house';
import { checkJournal, type Check, type FieldBreach, type Finding } from '../journal/check-journal';
import type { Journal } from '../journal/field-record';
import { wrapped } from '../journal/wrapped';
import { FAILED, onOutputClosed, runMain } from './command-line';
import { readJournalFile } from './journal-file';
import { localTime } from './local-time';
import { Progress } from './progress';

interface Options {
  readonly json?: true;
}

const MARKS = { held: pc.green('✓'), broken: pc.red('✗'), unknown: pc.dim('?') } as const;

async function main(): Promise<number> {
  onOutputClosed(() => process.exit(FAILED));
  const command = makeCommand();
  command.parse();
  const progress = new Progress();
  const journals = command.args.map(readJournalFile);
  progress.tell(() => `${journals.flatMap(({ lines }) => lines.length).join(' and ')} lines read`);
  const checks = journals.map((journal) => ({ journal, check: checkJournal(journal) }));
  const house = houseOf(journals);
  if (command.opts<Options>().json === true) tellJson(checks, house?.finding);
  else {
    for (const { check, journal } of checks) tell(journal, check);
    if (house !== undefined) tellHouse(house);
  }
  const isBroken = checks.some(({ check }) => brokenIn(check) > 0);
  return isBroken || house?.finding.verdict === 'broken' ? FAILED : 0;
}

interface House {
  readonly hosts: string;
  readonly finding: Finding;
}

/** What a client and its server tell only together. */
function houseOf(journals: readonly Journal[]): House | undefined {
  const [client, another] = journals.filter(({ program }) => program === 'client');
  const [server, other] = journals.filter(({ program }) => program === 'server');
  if (client === undefined || server === undefined || (another ?? other) !== undefined) return;
  return { hosts: `${client.host} and ${server.host}`, finding: checkHouse(client, server) };
}

function tellHouse({ finding, hosts }: House): void {
  line(pc.bold(`${hosts}, on one time line`));
  if (finding.verdict === 'unknown') {
    text(pc.dim(`${MARKS.unknown} L6  lines are missing, or no connection is told of by both`), 6);
  } else tellFinding(finding);
  line('');
}

function makeCommand(): Command {
  return new Command('npm run check --')
    .description('Judges the journals of deployed programs by the invariants of the simulator.')
    .argument('<journals...>', 'files that --journal wrote; FILE.1 is read before FILE')
    .option('--json', 'tell it as JSON')
    .addHelpText('after', '\nExit code: 0 nothing is broken, 1 something is, 2 wrong use.')
    .exitOverride();
}

function tellJson(
  checks: readonly { readonly journal: Journal; readonly check: Check }[],
  both: Finding | undefined,
): void {
  const told = checks.map(({ check, journal: { host, problems, program } }) => {
    return { host, program, problems, ...check };
  });
  line(JSON.stringify({ version: 1, journals: told, both }, undefined, 2));
}

function tell({ host, lines, problems, program }: Journal, check: Check): void {
  const { findings, lives, unjudged } = check;
  const [first, last] = [lines[0], lines.at(-1)].map((each) => localTime(each?.wallMs ?? 0));
  line(pc.bold(`${program} ${host}: ${lines.length} lines, ${lives} lives`));
  line(`${first} to ${last}`);
  for (const problem of problems) text(`! ${problem}`);
  if (unjudged > 0)
    text(`! ${unjudged} lines are of lives whose beginning is missing: not judged.`);
  line('');
  for (const finding of findings) if (finding.verdict !== 'unknown') tellFinding(finding);
  tellUnknown(findings.filter(({ verdict }) => verdict === 'unknown'));
  const held = findings.filter(({ verdict }) => verdict === 'held').length;
  const counts = `${held} held, ${brokenIn(check)} broken, `;
  line(pc.bold(`${counts}${findings.length - held - brokenIn(check)} unknown`));
  line('');
}

function brokenIn({ findings }: Check): number {
  return findings.filter(({ verdict }) => verdict === 'broken').length;
}

function tellFinding({ breaches, claim, id, meaning, measurements, verdict }: Finding): void {
  text(`${MARKS[verdict]} ${id.padEnd(3)} ${claim}`, 6);
  for (const { bound, max, min, name, unit } of measurements) {
    const show = unit === 'ms' ? formatMs : String;
    text(pc.dim(`      ${name}: ${show(min)} to ${show(max)} (${bound})`), 8);
  }
  for (const breach of breaches) tellBreach(breach);
  if (breaches.length > 0) text(`      meaning:  ${meaning}`, 16);
}

function tellBreach({ expected, seen, seq, wallMs }: FieldBreach): void {
  text(`      at ${localTime(wallMs)}, line "seq":${seq}`, 8);
  text(`      expected: ${expected}`, 16);
  text(`      seen:     ${seen}`, 16);
}

/** There is nothing against these: they need what no journal keeps, or it never came to that. */
function tellUnknown(findings: readonly Finding[]): void {
  if (findings.length > 0) line(pc.dim('Unknown:'));
  for (const { id, unseen } of findings) {
    const MOST = 4;
    const more = unseen.length > MOST ? ', ...' : '';
    const why =
      unseen.length === 0
        ? 'nothing of it happened'
        : `would have to see ${unseen.slice(0, MOST).join(', ')}${more}`;
    text(pc.dim(`${MARKS.unknown} ${id.padEnd(3)} ${why}`), 6);
  }
  line('');
}

function text(told: string, indent = 2): void {
  line(wrapped(told, indent));
}

function line(told: string): void {
  process.stdout.write(`${told}\n`);
}

runMain(main);
