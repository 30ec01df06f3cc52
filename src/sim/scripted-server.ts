import http from 'node:http';
import type { Duplex } from 'node:stream';

import { WebSocketServer, type WebSocket } from 'ws';

import type { AcceptedSocket, Listener } from '../ports';
import { decodeClientMessage, encodeMessage, TARS_V2, type ServerMessage } from '../protocol';
import type { HostPorts, Program } from './host';
import type { PeerSpec } from './host-spec';
import { speak } from './scripted-client';
import type { VirtualSocket } from './virtual-socket';

type Behaviour = Exclude<PeerSpec['does'], { readonly server: string }>;
type BehaviourOf<Name extends Behaviour['behaviour']> = Extract<
  Behaviour,
  { readonly behaviour: Name }
>;

/** A server that is none of ours, and does one thing wrong. */
export class ScriptedServer implements Program {
  private readonly ports: HostPorts;
  private readonly does: Behaviour;
  private readonly streams = new Set<Duplex>();
  private readonly webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    clientTracking: false,
    handleProtocols: () => TARS_V2,
  });
  /** The close code for each that is to be told. */
  private readonly goodbyes = new Map<WebSocket, number>();
  private listener: Listener | undefined;
  private accepts = 0;

  /** Listens on `port` at once. */
  constructor(does: Behaviour, port: number, ports: HostPorts) {
    this.does = does;
    this.ports = ports;
    void ports.sockets
      .listen({ host: '0.0.0.0', port }, (socket) => this.accepted(socket))
      .then((listener) => {
        this.listener = listener;
      });
  }

  async shutdown(): Promise<void> {
    await Promise.all([...this.goodbyes].map(([socket, code]) => sayGoodbye(socket, code)));
    for (const stream of this.streams) stream.destroy();
    await this.listener?.close();
  }

  private accepted({ stream }: AcceptedSocket): void {
    this.streams.add(stream);
    stream.on('close', () => this.streams.delete(stream));
    stream.on('error', () => stream.destroy());
    const { does } = this;
    switch (does.behaviour) {
      case 'never_answers':
        stream.resume();
        return;
      case 'answers_upgrade':
        stream.once('data', () => this.answer(stream as VirtualSocket, does));
        return;
      case 'accepts_and_closes':
        this.upgrade(stream, (socket) => this.closeAfterAWhile(socket, does));
        return;
      case 'breaks_off_answers':
        this.upgrade(stream, (socket) => this.breakOffAnswers(socket, does));
        return;
      case 'talks':
        this.upgrade(stream, (socket) => this.talk(socket, does));
        return;
      case 'never_welcomes':
        this.upgrade(stream, () => undefined);
        return;
      default:
        does satisfies never;
    }
  }

  private answer(stream: VirtualSocket, { with: answers }: BehaviourOf<'answers_upgrade'>): void {
    const answer = answers[this.accepts % answers.length];
    this.accepts += 1;
    if (answer === 'fin') stream.destroy();
    else if (answer === 'reset') stream.resetAndDestroy();
    else {
      const headers = 'Location: /elsewhere\r\nContent-Length: 0\r\nConnection: close\r\n';
      stream.end(`HTTP/1.1 ${answer} Scripted\r\n${headers}\r\n`);
    }
  }

  private upgrade(stream: Duplex, converse: (socket: WebSocket) => void): void {
    const server = http.createServer();
    server.on('upgrade', (request, socket, head) => {
      this.webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        webSocket.on('error', () => webSocket.terminate());
        converse(webSocket);
      });
    });
    server.emit('connection', stream);
  }

  private closeAfterAWhile(socket: WebSocket, does: BehaviourOf<'accepts_and_closes'>): void {
    const lifeMs = does.lives[Math.min(this.accepts, does.lives.length - 1)] ?? 0;
    this.accepts += 1;
    if (does.welcomes)
      say(socket, { type: 'welcome', device: 'any', connection: `${this.accepts}` });
    this.ports.remoteClock.setTimeout(() => socket.close(does.code), lifeMs);
  }

  private talk(socket: WebSocket, { goodbye, says, startsSessions }: BehaviourOf<'talks'>): void {
    say(socket, { type: 'welcome', device: 'any', connection: 'peer' });
    if (startsSessions) startSessions(socket, () => undefined);
    if (goodbye !== undefined) this.goodbyes.set(socket, goodbye);
    socket.on('close', () => this.goodbyes.delete(socket));
    speak(socket, says, this.ports);
  }

  private breakOffAnswers(socket: WebSocket, does: BehaviourOf<'breaks_off_answers'>): void {
    const { remoteClock: clock } = this.ports;
    say(socket, { type: 'welcome', device: 'any', connection: 'peer' });
    startSessions(socket, (session) => {
      clock.setTimeout(() => {
        say(socket, { type: 'start_of_tts_stream', session, turn: 1 });
        clock.setTimeout(() => reset(socket), does.resetsAfter);
      }, does.answersAfter);
    });
  }
}

/** Starts each session that is asked for. */
function startSessions(socket: WebSocket, onStarted: (session: string) => void): void {
  socket.on('message', (data, isBinary) => {
    const decoded = decodeClientMessage(isBinary ? '' : (data as Buffer).toString());
    if (!decoded.ok || decoded.message.type !== 'hotword_detected') return;
    const { session = 'base' } = decoded.message;
    say(socket, { type: 'session_started', session });
    onStarted(session);
  });
}

/** Resolves when the peer has answered, or is gone. */
async function sayGoodbye(socket: WebSocket, code: number): Promise<void> {
  socket.close(code);
  await new Promise((resolve) => socket.once('close', resolve));
}

function say(socket: WebSocket, message: ServerMessage): void {
  socket.send(encodeMessage(message, TARS_V2), () => undefined);
}

/** `terminate()` would send a FIN. */
function reset(socket: WebSocket): void {
  const { _socket: stream } = socket as unknown as { _socket: { resetAndDestroy(): void } };
  stream.resetAndDestroy();
}
