#!/usr/bin/env node
/**
 * The program on the Pi.
 *
 *   client.ts            this file: from the command line to a client that runs
 *   client-options.ts    what it can be told
 *   client-devices.ts    what it hears and speaks with
 *   client-audio.ts      lists and tries devices, for a person
 *   client-program.ts    the client with all that it holds, from its start to its end
 *   push-to-talk.ts      a key in place of a hotword
 *   spoken-file.ts       a recording in place of a person
 */
import { createRequire } from 'node:module';

import { SystemClock } from '../adapters/system-clock';
import { TcpSockets } from '../adapters/tcp-sockets';
import {
  checkClientSettings,
  ClientSettingsError,
  type ClientSettings,
} from '../client/client-settings';
import { openClientDevices } from './client-devices';
import { CLIENT_OPTIONS } from './client-options';
import { ClientProgram, type ClientProgramOptions } from './client-program';
import {
  FAILED,
  onFatal,
  onOutputClosed,
  onSignals,
  runMain,
  UsageError,
  warn,
} from './command-line';
import { EffectiveSettings } from './effective-settings';
import { openProgramEvents, type Program } from './program-events';
import { SERVER_OPTIONS } from './server-options';
import { flagsOf, settingsCommand } from './settings-command';

type Settings = EffectiveSettings<typeof CLIENT_OPTIONS>;

async function main(): Promise<number> {
  // A link goes on, whether or not anybody reads along.
  onOutputClosed(() => undefined);
  const settings = readSettings();
  settings.forgetSecrets(process.env);
  const { values } = settings;
  if (values.printConfig) return print(settings);
  if (values.listDevices) return audio().printDevices();
  if (values.checkAudio) return audio().tryAudio(settings);
  return keepTheLink(settings);
}

/** Loaded when it is asked for, and what it needs with it. */
function audio(): typeof import('./client-audio') {
  return createRequire(__filename)('./client-audio') as typeof import('./client-audio');
}

function readSettings(): Settings {
  const command = settingsCommand('npm run client --', CLIENT_OPTIONS)
    .description('Listens for the hotword and keeps the link to the server, until it is stopped.')
    .addHelpText('after', '\nExit code: 0 stopped or all sessions held, 1 failed, 2 wrong use.')
    .parse();
  return new EffectiveSettings(CLIENT_OPTIONS, {
    flags: flagsOf(command),
    environment: process.env,
    others: [SERVER_OPTIONS],
  });
}

function print(settings: Settings): number {
  clientSettingsOf(settings, undefined);
  process.stdout.write(settings.print());
  return 0;
}

/** Reads and checks whatever can be wrong, before anything is started; then runs to the end. */
async function keepTheLink(settings: Settings): Promise<number> {
  const token = settings.secret('tokenFile', warn);
  const accessKey = settings.secret('accessKeyFile', warn);
  const clientSettings = clientSettingsOf(settings, token);
  const sockets = socketsOf(settings);
  const events = await openProgramEvents(settings, {
    host: clientSettings.device,
    life: lifeOf(clientSettings),
    secrets: [token, accessKey],
  });
  try {
    const ports = { clock: new SystemClock(), events, sockets };
    const program = await prepare(settings, ports, { accessKey, clientSettings });
    onSignals(() => program.stop(0));
    return await program.run();
  } finally {
    await events.close();
  }
}

/** What a life of this program begins with: of the server no more than where it is. */
function lifeOf({ acknowledge, serverUrl }: ClientSettings): Program['life'] {
  const server = new URL(serverUrl).host;
  const isUsual = acknowledge === CLIENT_OPTIONS.acknowledge.default;
  return { program: 'client', server, ...(isUsual ? {} : { settings: { acknowledge } }) };
}

async function prepare(
  settings: Settings,
  ports: Pick<ClientProgramOptions, 'clock' | 'events' | 'sockets'>,
  {
    accessKey,
    clientSettings,
  }: { readonly accessKey: string | undefined; readonly clientSettings: ClientSettings },
): Promise<ClientProgram> {
  const started: { program?: ClientProgram } = {};
  onFatal(
    (error) => ports.events.fatal(error),
    () => started.program?.stop(FAILED),
  );
  const devices = await openClientDevices(settings, ports, accessKey);
  const { sessions } = settings.values;
  started.program = new ClientProgram({ ...ports, devices, sessions, settings: clientSettings });
  return started.program;
}

function clientSettingsOf(settings: Settings, token: string | undefined): ClientSettings {
  const { acknowledge, device, server } = settings.values;
  try {
    return checkClientSettings({
      ...{ serverUrl: server, device, acknowledge },
      ...(token === undefined ? {} : { token }),
    });
  } catch (error) {
    if (!(error instanceof ClientSettingsError)) throw error;
    throw new UsageError(settings.inUsersWords(error.message));
  }
}

function socketsOf(settings: Settings): TcpSockets {
  const ca = settings.readFile('ca');
  return new TcpSockets(ca === undefined ? {} : { ca });
}

runMain(main);
