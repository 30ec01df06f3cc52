import { SessionManager } from '../client/session-manager';
import type { ClientSettingsInput } from '../client/client-settings';
import { WebSocketClient } from '../client/websocket-client';
import type { ConversationEngine } from '../ports';
import { ParrotEngine } from '../server/parrot';
import type { ServerSettingsInput } from '../server/server-settings';
import { TarsAssistant } from '../server/tars-assistant';
import type { HostPorts, Program, ProgramStarter } from './host';
import type { ClientSpec, HostSpec, PeerSpec, ServerSpec } from './host-spec';
import { RecalledEngine } from './recalled-engine';
import { RecalledHotword } from './recalled-hotword';
import { ScriptedEngine } from './scripted-engine';
import { ScriptedClient } from './scripted-client';
import { ScriptedServer } from './scripted-server';
import { ScriptedTokens } from './scripted-tokens';
import { ToxiproxyProgram } from './toxiproxy-program';

/** The port that servers listen on and clients dial, on whatever host. */
const PORT = 8765;

/**
 * How the program of a host is started: the production client and server, exactly as they are.
 *
 * @param scale - real milliseconds for a millisecond of the story.
 */
export function programOf(spec: HostSpec, scale: number): ProgramStarter {
  switch (spec.program) {
    case 'client':
      return (ports) => startClient(spec, ports);
    case 'server':
      return (ports) => startServer(spec, ports);
    case 'peer':
      return (ports) => startPeer(spec, ports);
    case 'toxiproxy':
      return (ports) => new ToxiproxyProgram({ ...spec, port: PORT, scale }, ports);
    default:
      return spec satisfies never;
  }
}

function startClient(spec: ClientSpec, ports: HostPorts): Program {
  const settings = {
    serverUrl: `${spec.tls ? 'wss' : 'ws'}://${spec.via ?? spec.server}:${PORT}`,
    ...(spec.device === undefined ? {} : { device: spec.device }),
    ...(spec.token === undefined ? {} : { token: spec.token }),
    ...spec.settings,
  } as ClientSettingsInput;
  const link = new WebSocketClient(settings, ports);
  const { hotwords } = spec;
  const recalled =
    hotwords === undefined ? {} : { hotword: new RecalledHotword(hotwords, ports.remoteClock) };
  const manager = new SessionManager(settings, { ...ports, ...ports.audio, ...recalled }, link);
  const mistake = MISTAKES[spec.listeners] as (() => void) | undefined;
  link.onConnected = mistake;
  manager.onSessionEnded = mistake;
  manager.start();
  return manager;
}

/** The code around the client: what is wrong with it is none of the client's business. */
const MISTAKES: Readonly<Record<ClientSpec['listeners'], (() => unknown) | undefined>> = {
  quiet: undefined,
  throw: () => {
    throw new Error('A mistake of the code around the client.');
  },
  reject: () => Promise.reject(new Error('A mistake of the code around the client, later.')),
};

function startServer(spec: ServerSpec, ports: HostPorts): Program {
  const engine = engineOf(spec, ports);
  const settings = { host: '0.0.0.0', port: PORT, ...spec.settings } as ServerSettingsInput;
  const { tokens } = spec;
  const asks =
    tokens === undefined ? {} : { authenticator: new ScriptedTokens(tokens, ports.remoteClock) };
  const assistant = new TarsAssistant({ ...ports, ...asks, engine }, settings);
  void assistant.start();
  return assistant;
}

function engineOf({ conversations, engine }: ServerSpec, ports: HostPorts): ConversationEngine {
  if (conversations !== undefined) return new RecalledEngine(conversations, ports.remoteClock);
  return engine === undefined ? new ParrotEngine() : new ScriptedEngine(engine, ports);
}

function startPeer({ does }: PeerSpec, ports: HostPorts): Program {
  return 'server' in does
    ? new ScriptedClient(does, PORT, ports)
    : new ScriptedServer(does, PORT, ports);
}
