#!/usr/bin/env node
/** Toxiproxy as a program: its HTTP API, and its proxies on real TCP. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Command, Option } from 'commander';

import { SystemClock, SystemRandom } from '../adapters/system-clock';
import { TcpSockets } from '../adapters/tcp-sockets';
import { SeededRandom } from '../sim/random';
import { makeApi } from '../toxiproxy/api';
import { populateBody } from '../toxiproxy/api-bodies';
import { Toxiproxy } from '../toxiproxy/toxiproxy';
import { ToxiproxyError } from '../toxiproxy/toxiproxy-error';
import { onOutputClosed, onSignals, runMain, UsageError, wholeNumber } from './command-line';

/** How long a request may take to come in; as in the original. */
const REQUEST_TIMEOUT_MS = 15_000;

interface Options {
  readonly host: string;
  readonly port: number;
  readonly config?: string;
  readonly seed?: number;
}

async function main(): Promise<number> {
  onOutputClosed(() => undefined);
  const command = makeCommand();
  command.parse();
  const options = command.opts<Options>();
  const { seed } = options;
  const random = seed === undefined ? new SystemRandom() : new SeededRandom(seed, 'toxiproxy');
  const ports = { clock: new SystemClock(), sockets: new TcpSockets(), random };
  const toxiproxy = new Toxiproxy(ports);
  const signalled = new Promise<void>((resolve) => onSignals(() => resolve()));
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, makeApi(toxiproxy));
  try {
    if (options.config !== undefined) await populate(toxiproxy, options.config);
    await listen(server, options);
    await signalled;
  } finally {
    server.close();
    server.closeAllConnections();
    await toxiproxy.close();
  }
  process.stdout.write('toxiproxy.stopped\n');
  return 0;
}

function makeCommand(): Command {
  return new Command('npm run toxiproxy --')
    .description('TCP proxies that do harm, driven by the HTTP API of Toxiproxy 2.')
    .addOption(
      new Option('--host <address>', 'the address of the HTTP API; it asks nobody for a password')
        .env('TARS_TOXIPROXY_HOST')
        .default('localhost'),
    )
    .addOption(
      new Option('--port <number>', 'the port of the HTTP API; 0 lets the system choose')
        .env('TARS_TOXIPROXY_PORT')
        .default(8474)
        .argParser(wholeNumber(0, 65_535)),
    )
    .addOption(
      new Option('--config <file>', 'proxies to start with: JSON, an array as for POST /populate'),
    )
    .addOption(
      new Option('--seed <number>', 'makes toxicity and jitter the same each time').argParser(
        wholeNumber(0),
      ),
    )
    .addHelpText('after', '\nExit code: 0 stopped, 1 failed, 2 wrong use.')
    .exitOverride();
}

async function populate(toxiproxy: Toxiproxy, file: string): Promise<void> {
  try {
    for (const { name, listen } of await toxiproxy.populate(populateBody(readConfig(file)))) {
      process.stdout.write(`toxiproxy.proxy name=${JSON.stringify(name)} listen=${listen}\n`);
    }
  } catch (error) {
    if (!(error instanceof ToxiproxyError)) throw error;
    const hint = 'It must be a JSON array of {"name", "listen", "upstream", "enabled"}.';
    const advice = error.status === 400 ? hint : 'Another "listen" may do.';
    throw new UsageError(`--config ${file}: ${error.message}. ${advice}`);
  }
}

function readConfig(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--config: ${(error as Error).message}. Name a file of JSON.`);
  }
}

async function listen(server: Server, { host, port }: Options): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const hint = code === 'EADDRINUSE' ? ' Is another one running? --port chooses another.' : '';
    throw new UsageError(`cannot listen on ${host}, port ${port}: ${message}.${hint}`);
  }
  const { port: bound } = server.address() as AddressInfo;
  process.stdout.write(`toxiproxy.listening host=${host} port=${bound}\n`);
}

runMain(main);
