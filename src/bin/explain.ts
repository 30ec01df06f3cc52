#!/usr/bin/env node
/** `npm run explain`: what every disconnect in a journal was, and what to do about it. */
import { Command } from 'commander';
import pc from 'picocolors';

import { accountText, type Style } from '../journal/account-text';
import { adviceOn } from '../journal/causes';
import { beganWallMs, explain, type Account, type Explanation } from '../journal/explain';
import { fieldRecord, type FieldRecord, type Journal } from '../journal/field-record';
import { FAILED, onOutputClosed, runMain, UsageError, wholeNumber } from './command-line';
import { readJournalFile } from './journal-file';
import { localTime } from './local-time';
import { Progress } from './progress';
import { toSince } from './since-option';

interface Options {
  readonly json?: true;
  readonly last?: number;
  readonly since?: number;
}

/** What fits on a few screens; a month may have thousands. */
const DEFAULT_LAST = 20;

async function main(): Promise<number> {
  onOutputClosed(() => process.exit(FAILED));
  const command = makeCommand();
  command.parse();
  const { json, last, since } = command.opts<Options>();
  const progress = new Progress();
  const [client, server] = inOrder(command.args.map(readJournalFile));
  const count = client.lines.length + (server?.lines.length ?? 0);
  progress.tell(() => `${count} lines read`);
  requireLines(client, since);
  const record = fieldRecord(client, server);
  progress.tell(() => `${count} lines put on one time line`);
  const account = explain(record, since);
  const told =
    json === true
      ? asJson(account, record, last)
      : accountText(account, record, styleOfOutput(), last ?? DEFAULT_LAST);
  process.stdout.write(`${told}\n`);
  return 0;
}

function styleOfOutput(): Style {
  const isColoured = process.stdout.isTTY === true && pc.isColorSupported;
  return { ...pc.createColors(isColoured), timeOfDay: localTime };
}

function makeCommand(): Command {
  return new Command('npm run explain --')
    .description(
      'Tells of every time in which a client had no link: when, why, how sure that is, what in ' +
        'the journal says so, and what to do about it.',
    )
    .argument('<client>', 'the journal of a client; FILE.1 is read before FILE')
    .argument('[server]', 'the journal of its server: tells apart what looks alike at the client')
    .option('--last <number>', 'the latest so many (default: 20; as JSON all)', wholeNumber(1))
    .option(
      '--since <time>',
      'none that began before: 12h, 7d, 2026-11-25, 2026-11-25T08:30',
      toSince,
    )
    .option('--json', 'tell it as JSON')
    .addHelpText('after', '\nExit code: 0 told, 1 failed, 2 wrong use.')
    .exitOverride();
}

/** In whatever order they were given. */
function inOrder(journals: readonly Journal[]): readonly [Journal, Journal | undefined] {
  const clients = journals.filter(({ program }) => program === 'client');
  const [client] = clients;
  if (client === undefined) throw new UsageError('The journal of a client is needed, too.');
  if (clients.length > 1) throw new UsageError('Both journals are of clients: give one of them.');
  return [client, journals.find(({ program }) => program === 'server')];
}

/** That nothing is told since then is not to look as if nothing had happened. */
function requireLines({ lines }: Journal, since = -Infinity): void {
  if (lines.some(({ wallMs }) => wallMs >= since)) return;
  const end = localTime(lines.at(-1)?.wallMs ?? 0);
  throw new UsageError(`--since: the journal of the client ends before, at ${end}.`);
}

function asJson(account: Account, { client, server }: FieldRecord, last = Infinity): string {
  const { explanations, worst, ...totals } = account;
  const outages = explanations.slice(-last).map(asPlain);
  const longest = worst?.number;
  return JSON.stringify({ version: 1, client, server, ...totals, longest, outages }, undefined, 2);
}

function asPlain(explanation: Explanation): object {
  const { cause, deafMs, evidence, number, others, outage, sureness } = explanation;
  const { connected, failures, fromMs, lost, sessions } = outage;
  return {
    number,
    fromMs,
    fromWallMs: beganWallMs(outage),
    deafMs,
    isOver: connected !== undefined,
    label: lost?.label,
    failures: failures.map(({ label }) => label),
    sessionsLost: sessions.length,
    cause,
    sureness,
    evidence,
    others,
    toDo: cause && adviceOn(cause, outage),
  };
}

runMain(main);
