#!/usr/bin/env node
/** `npm run explain`: what every disconnect in a journal was, and what to do about it. */
import { Command } from 'commander';
import pc from 'picocolors';

import { accountText } from '../journal/account-text';
import { CAUSES } from '../journal/causes';
import { explain, type Account, type Explanation } from '../journal/explain';
import { fieldRecord, type FieldRecord, type Journal } from '../journal/field-record';
import { FAILED, onOutputClosed, runMain, UsageError } from './command-line';
import { readJournalFile } from './journal-file';
import { localTime } from './local-time';

interface Options {
  readonly json?: true;
}

async function main(): Promise<number> {
  onOutputClosed(() => process.exit(FAILED));
  const command = makeCommand();
  command.parse();
  const [client, server] = inOrder(command.args.map(readJournalFile));
  const record = fieldRecord(client, server);
  const account = explain(record);
  const isColoured = process.stdout.isTTY === true && pc.isColorSupported;
  const style = { ...pc.createColors(isColoured), timeOfDay: localTime };
  const isJson = command.opts<Options>().json === true;
  process.stdout.write(
    isJson ? `${asJson(account, record)}\n` : `${accountText(account, record, style)}\n`,
  );
  return 0;
}

function makeCommand(): Command {
  return new Command('npm run explain --')
    .description(
      'Tells of every time in which a client had no link: when, why, how sure that is, what in ' +
        'the journal says so, and what to do about it.',
    )
    .argument('<client>', 'the journal of a client; FILE.1 is read before FILE')
    .argument('[server]', 'the journal of its server: tells apart what looks alike at the client')
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

function asJson(account: Account, { client, server }: FieldRecord): string {
  const { explanations, worst, ...totals } = account;
  const outages = explanations.map(asPlain);
  const longest = worst && explanations.indexOf(worst) + 1;
  return JSON.stringify({ version: 1, client, server, ...totals, longest, outages }, undefined, 2);
}

function asPlain({ cause, deafMs, evidence, others, outage, sureness }: Explanation): object {
  const { connected, failures, first, fromMs, lost, sessions } = outage;
  return {
    fromMs,
    fromWallMs: first.wallMs - (first.atMs - fromMs),
    deafMs,
    isOver: connected !== undefined,
    label: lost?.label,
    failures: failures.map(({ label }) => label),
    sessionsLost: sessions.length,
    cause,
    sureness,
    evidence,
    others,
    toDo: cause && CAUSES[cause].advice,
  };
}

runMain(main);
