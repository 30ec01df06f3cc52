#!/usr/bin/env node
/**
 * The server program.
 *
 *   server.ts            this file: from the command line to a server that runs, and its end
 *   server-options.ts    what it can be told
 *   server-engine.ts     what it talks with
 *   server-health.ts     what it answers to whoever watches it
 *   admission.ts         whom it may let in; token-command.ts gives devices their tokens
 */
import type { HealthServer } from '../adapters/health-server';
import { SystemClock, SystemRandom } from '../adapters/system-clock';
import { TcpSockets } from '../adapters/tcp-sockets';
import type { Certificate } from '../adapters/tls-acceptor';
import { TokenFile } from '../adapters/token-file';
import { InvalidSettingError } from '../server/server-settings';
import { TarsAssistant, type ServerPorts } from '../server/tars-assistant';
import { requireAdmission } from './admission';
import { CLIENT_OPTIONS } from './client-options';
import {
  asked,
  note,
  onFatal,
  onHangUp,
  onOutputClosed,
  onSignals,
  runMain,
  UsageError,
  warn,
} from './command-line';
import { EffectiveSettings } from './effective-settings';
import { openProgramEvents, type Program, type ProgramEvents } from './program-events';
import { openEngine, type OpenEngine } from './server-engine';
import { healthServerOf } from './server-health';
import { SERVER_OPTIONS } from './server-options';
import { flagsOf, settingsCommand } from './settings-command';
import { makeTokenCommand } from './token-command';

type Settings = EffectiveSettings<typeof SERVER_OPTIONS>;

async function main(): Promise<number> {
  // A link goes on, whether or not anybody reads along.
  onOutputClosed(() => undefined);
  let exitCode = 0;
  const command = settingsCommand('npm run server --', SERVER_OPTIONS)
    .description('Talks with the devices that connect.')
    .addCommand(makeTokenCommand())
    .addHelpText('after', '\nExit code: 0 stopped, 1 failed, 2 wrong use.');
  // The subcommands know of the settings what their parent knows.
  command.hook('preSubcommand', () => {
    command.setOptionValue('tokens', readSettings(flagsOf(command)).values.tokens);
  });
  command.action(async () => {
    const settings = readSettings(flagsOf(command));
    if (settings.values.printConfig) process.stdout.write(settings.print());
    else exitCode = await serve(settings);
  });
  await command.parseAsync();
  return exitCode;
}

function readSettings(flags: ReturnType<typeof flagsOf>): Settings {
  const input = { flags, environment: process.env, others: [CLIENT_OPTIONS] };
  const settings = new EffectiveSettings(SERVER_OPTIONS, input);
  settings.forgetSecrets(process.env);
  return settings;
}

async function serve(settings: Settings): Promise<number> {
  const clock = new SystemClock();
  const sockets = asked('--tls-cert', () => new TcpSockets(admit(settings)));
  const engine = await openEngine(settings, clock);
  const life = lifeOf(settings);
  const program = { host: 'server', life, secrets: engine.secrets };
  const events = await openProgramEvents(settings, program);
  onFatal((error) => events.fatal(error));
  try {
    await serveUntilSignalled(settings, { clock, events, sockets }, engine);
  } finally {
    await events.close();
  }
  return 0;
}

/** What a life of this program begins with, of its settings those that matter to a link. */
function lifeOf({ values: { maxDevices } }: Settings): Program['life'] {
  const isUsual = maxDevices === SERVER_OPTIONS.maxDevices.default;
  return { program: 'server', ...(isUsual ? {} : { settings: { maxDevices } }) };
}

async function serveUntilSignalled(
  settings: Settings,
  { clock, events, sockets }: { clock: SystemClock; events: ProgramEvents; sockets: TcpSockets },
  open: OpenEngine,
): Promise<void> {
  const { engine } = open;
  const ports = { clock, events, lag: events.lag, sockets, random: new SystemRandom(), engine };
  const assistant = makeAssistant(settings, { ...ports, ...authenticatorOf(settings) });
  const health = healthServerOf(settings, assistant, clock);
  onHangUp(() => renewCertificate(settings, sockets));
  const signalled = new Promise<void>((resolve) => onSignals(() => resolve()));
  try {
    await start(settings, assistant, health);
    await signalled;
  } finally {
    await assistant.shutdown();
    await Promise.all([open.close(), health?.close()]);
  }
  const { dials, sockets: unclosed } = sockets.holdings();
  const held = unclosed + (health?.openSockets() ?? 0);
  const timers = clock.pendingTimers();
  events.emit({ type: 'host.stopped', timers, sockets: held, dials, devices: 0 });
}

/** Refuses to let in whom nobody has asked; returns what the sockets show of us. */
function admit(settings: Settings): { readonly certificate?: Certificate } {
  const { host, insecure, tokens } = settings.values;
  const certificate = certificateOf(settings);
  const tls = certificate !== undefined;
  for (const warning of requireAdmission({ host, insecure, tokens, tls })) warn(warning);
  return certificate === undefined ? {} : { certificate };
}

function certificateOf(settings: Settings): Certificate | undefined {
  const cert = settings.readFile('tlsCert');
  const key = settings.readFile('tlsKey', warn);
  if (cert !== undefined && key !== undefined) return { cert, key };
  if (cert === undefined && key === undefined) return undefined;
  throw new UsageError('--tls-cert and --tls-key: one is of no use without the other');
}
/** After a renewal. Who is connected stays so; one that cannot be used changes nothing. */
function renewCertificate(settings: Settings, sockets: TcpSockets): void {
  try {
    const certificate = certificateOf(settings);
    if (certificate === undefined) return note('SIGHUP: there is no certificate to read again');
    sockets.setCertificate(certificate);
    note('SIGHUP: the certificate was read again');
  } catch (error) {
    warn(`SIGHUP: ${(error as Error).message}; the certificate stays as it was`);
  }
}

/** The file is looked at with each dial: whoever changes it tells nobody. */
function authenticatorOf(settings: Settings): Pick<ServerPorts, 'authenticator'> {
  const { tokens } = settings.values;
  if (tokens === undefined) return {};
  const where = settings.whereOf('tokens');
  const onProblem = ({ message }: Error): void => warn(`${where}: ${message}; nobody is let in`);
  return { authenticator: asked(where, () => new TokenFile(tokens, onProblem)) };
}

function makeAssistant(settings: Settings, ports: ServerPorts): TarsAssistant {
  const { endPhrases, host, maxDevices, port } = settings.values;
  try {
    return new TarsAssistant(ports, { endPhrases, host, maxDevices, port });
  } catch (error) {
    if (!(error instanceof InvalidSettingError)) throw error;
    throw new UsageError(settings.inUsersWords(error.message));
  }
}

async function start(
  settings: Settings,
  assistant: TarsAssistant,
  health: HealthServer | undefined,
): Promise<void> {
  const { host, port } = settings.values;
  if (health !== undefined) {
    const where = settings.whereOf('health');
    const healthPort = await bound(where, String(settings.values.health), () => health.listen());
    note(`health: GET /healthz on port ${healthPort}`);
  }
  await bound(settings.whereOf('port'), `${host}, port ${port}`, () => assistant.start());
}

/** Tells why an address cannot be listened on by the setting that has to change. */
async function bound<Result>(
  where: string,
  address: string,
  listen: () => Promise<Result>,
): Promise<Result> {
  try {
    return await listen();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const hint =
      code === 'EADDRINUSE' ? ` Is another server running? ${where} chooses another.` : '';
    throw new UsageError(`cannot listen on ${address}: ${message}.${hint}`);
  }
}

runMain(main);
