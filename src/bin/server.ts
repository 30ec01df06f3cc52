#!/usr/bin/env node
/** The server program. */
import { isIP } from 'node:net';

import { Command, Option } from 'commander';

import { SystemClock, SystemRandom } from '../adapters/system-clock';
import { TcpSockets } from '../adapters/tcp-sockets';
import { ParrotEngine } from '../server/parrot';
import { TarsAssistant } from '../server/tars-assistant';
import { onOutputClosed, onSignals, runMain, UsageError, wholeNumber } from './command-line';
import { eventsOption, makeEventSink } from './event-sink';

interface Options {
  readonly host: string;
  readonly port: number;
  readonly maxDevices: number;
  readonly events?: string;
}

async function main(): Promise<number> {
  // A link goes on, whether or not anybody reads along.
  onOutputClosed(() => undefined);
  const command = makeCommand();
  command.parse();
  const { events: eventFile, ...options } = command.opts<Options>();
  requireLoopback(options.host);
  const clock = new SystemClock();
  const sockets = new TcpSockets();
  const events = makeEventSink(clock, eventFile);
  const ports = { clock, events, sockets, random: new SystemRandom(), engine: new ParrotEngine() };
  const assistant = new TarsAssistant(ports, options);
  const signalled = new Promise<void>((resolve) => onSignals(() => resolve()));
  await start(assistant, options);
  await signalled;
  await assistant.shutdown();
  const { dials, sockets: open } = sockets.holdings();
  const timers = clock.pendingTimers();
  events.emit({ type: 'host.stopped', timers, sockets: open, dials, devices: 0 });
  return 0;
}

function makeCommand(): Command {
  return new Command('npm run server --')
    .description('Talks with the devices that connect: the parrot says back what it hears.')
    .addOption(
      new Option('--host <address>', 'a loopback address to listen on')
        .env('TARS_HOST')
        .default('127.0.0.1'),
    )
    .addOption(
      new Option('--port <number>', 'the port to listen on; 0 lets the system choose')
        .env('TARS_PORT')
        .default(8765)
        .argParser(wholeNumber(0, 65_535)),
    )
    .addOption(
      new Option('--max-devices <number>', 'devices that may be connected at a time')
        .env('TARS_MAX_DEVICES')
        .default(16)
        .argParser(wholeNumber(1)),
    )
    .addOption(eventsOption())
    .addHelpText('after', '\nExit code: 0 stopped, 1 failed, 2 wrong use.')
    .exitOverride();
}

/** Anybody who reaches the port could listen in: until devices show tokens, nobody else may. */
function requireLoopback(host: string): void {
  const isLoopback =
    host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
  if (isLoopback) return;
  throw new UsageError(
    `--host: '${host}' can be reached from other machines, and devices show no tokens yet. ` +
      'Use 127.0.0.1, ::1 or localhost, and a tunnel (ssh -L) from elsewhere.',
  );
}

async function start(
  assistant: TarsAssistant,
  { host, port }: Pick<Options, 'host' | 'port'>,
): Promise<void> {
  try {
    await assistant.start();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const hint = code === 'EADDRINUSE' ? ' Is another server running? --port chooses another.' : '';
    throw new UsageError(`cannot listen on ${host}, port ${port}: ${message}.${hint}`);
  }
}

runMain(main);
