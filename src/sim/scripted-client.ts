import { WebSocket, type ClientOptions } from 'ws';

import { DEVICE_HEADER, TARS_V2 } from '../protocol';
import type { HostPorts, Program } from './host';
import type { Frame, PeerSpec } from './host-spec';

type Behaviour = Extract<PeerSpec['does'], { readonly server: string }>;
type Talker = Extract<Behaviour, { readonly behaviour: 'dials_and_talks' }>;
type Dawdler = Extract<Behaviour, { readonly behaviour: 'half_finishes_handshakes' }>;

/** A client that is none of ours: it says what its scenario says, right or wrong. */
export class ScriptedClient implements Program {
  private readonly ports: HostPorts;
  private readonly port: number;

  /** Dials at once. */
  constructor(does: Behaviour, port: number, ports: HostPorts) {
    this.ports = ports;
    this.port = port;
    if (does.behaviour === 'dials_and_talks') this.talk(does);
    else this.dawdle(does, does.count);
  }

  /** A peer is not asked to stop: its host is killed. */
  async shutdown(): Promise<void> {}

  private talk({ device, protocol, says, server }: Talker): void {
    const { sockets } = this.ports;
    const options: ClientOptions = {
      createConnection: (() =>
        sockets.connect({ host: server, port: this.port, tls: false })) as unknown as () => never,
      headers: device === undefined ? {} : { [DEVICE_HEADER]: device },
      perMessageDeflate: false,
      ...(sockets.generateMask === undefined ? {} : { generateMask: sockets.generateMask }),
    };
    const offered = protocol === TARS_V2 ? [TARS_V2] : [];
    const socket = new WebSocket(`ws://${server}:${this.port}`, offered, options);
    socket.on('error', () => socket.terminate());
    socket.on('open', () => speak(socket, says, this.ports));
  }

  private dawdle(does: Dawdler, left: number): void {
    if (left === 0) return;
    const { remoteClock, sockets } = this.ports;
    const stream = sockets.connect({ host: does.server, port: this.port, tls: false });
    stream.on('error', () => stream.destroy());
    stream.write('GET / HTTP/1.1\r\nHost: server\r\nUpgrade: webso');
    if (does.every === 0) this.dawdle(does, left - 1);
    else remoteClock.setTimeout(() => this.dawdle(does, left - 1), does.every);
  }
}

/** Sends each frame at its time, for as long as the WebSocket is open. */
export function speak(
  socket: WebSocket,
  frames: readonly Frame[],
  { remoteClock, report, sound }: Pick<HostPorts, 'remoteClock' | 'report' | 'sound'>,
): void {
  for (const frame of frames) {
    const pcm = frame.sound === undefined ? undefined : sound(frame.sound);
    remoteClock.setTimeout(() => {
      if (frame.raw !== undefined) report({ type: 'peer.broke_frames' });
      for (let time = 0; time < frame.times; time += 1) sendFrame(socket, frame, pcm);
    }, frame.at);
  }
}

function sendFrame(
  socket: WebSocket,
  { bytes, close, ping, pong, raw, text }: Frame,
  pcm: Buffer | undefined,
): void {
  if (socket.readyState !== WebSocket.OPEN) return;
  if (pcm !== undefined) socket.send(pcm);
  if (text !== undefined) socket.send(text);
  if (bytes !== undefined) socket.send(Buffer.alloc(bytes));
  if (ping !== undefined) socket.ping();
  if (pong !== undefined) socket.pong();
  if (close !== undefined) socket.close(close);
  if (raw !== undefined) streamOf(socket).write(Buffer.from(raw, 'hex'));
}

/** Below the WebSocket: what it would never send by itself. */
function streamOf(socket: WebSocket): NodeJS.WritableStream {
  return (socket as unknown as { readonly _socket: NodeJS.WritableStream })._socket;
}
