/** Some of the strangers of `hostile-input.test.ts`, over the sockets of the machine. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import { expect } from 'chai';
import fc from 'fast-check';
import { WebSocket } from 'ws';

import { SystemClock, SystemRandom } from '../../src/adapters/system-clock';
import { TcpSockets } from '../../src/adapters/tcp-sockets';
import type { LinkEvent } from '../../src/events';
import { ParrotEngine } from '../../src/server/parrot';
import { TarsAssistant } from '../../src/server/tars-assistant';
import { until } from '../adapters/until';
import { upgradeRequest } from '../server/server-bench';
import { silence, tone } from '../server/tone';
import { cook, frames, requests } from './attacks';

const HOST = '127.0.0.1';
const VISITORS = 200;
const PAUSE_MS = 300;
const QUESTION = [...Array<Buffer>(4).fill(tone(100)), ...Array<Buffer>(9).fill(silence(100))];

describe('a real server under attack', function () {
  this.timeout(120_000);

  it('answers an honest device all the while, and lets go of everybody else', async () => {
    const bench = await RealBench.started();
    const witness = await Witness.begin(bench.port);
    const attacked = bench.attack();
    await until(() => witness.answers >= 3);
    await attacked;
    bench.goAway();
    const { answers } = witness;
    await until(() => witness.answers >= answers + 3);
    await until(() => bench.sockets.holdings().sockets === 1);
    const latecomer = new WebSocket(`ws://${HOST}:${bench.port}`);
    await once(latecomer, 'open');
    expect(bench.count('callback.threw')).to.equal(0);
    latecomer.terminate();
    witness.leave();
    await bench.over();
  });
});

class RealBench {
  readonly sockets = new TcpSockets();
  private readonly clock = new SystemClock();
  private readonly counts = new Map<string, number>();
  private readonly server: TarsAssistant;
  private readonly strangers: Socket[] = [];

  static async started(): Promise<RealBench> {
    const bench = new RealBench();
    await bench.server.start();
    return bench;
  }

  private constructor() {
    const { clock, sockets } = this;
    const emit = ({ type }: LinkEvent) => this.counts.set(type, this.count(type) + 1);
    const ports = { clock, sockets, random: new SystemRandom(), events: { emit } };
    this.server = new TarsAssistant(
      { ...ports, engine: new ParrotEngine() },
      { host: HOST, port: 0, upgradeTimeoutMs: 500, closeTimeoutMs: 500 },
    );
  }

  get port(): number {
    return this.server.address?.port ?? 0;
  }

  count(type: LinkEvent['type']): number {
    return this.counts.get(type) ?? 0;
  }

  /** Every third breaks off its handshake, and every third is upgraded first. */
  async attack(): Promise<void> {
    const draws = { seed: 7, numRuns: VISITORS };
    const frameRecipes = fc.sample(frames, draws);
    for (const [index, request] of fc.sample(requests, draws).entries()) {
      const stranger = await this.stranger();
      const device = { 'TARS-Device': `mallory-${index % 10}` };
      if (index % 3 === 0) stranger.write('GET / HTTP/1.1\r\nHost');
      else if (index % 3 === 1) stranger.write(request);
      else stranger.write(Buffer.concat([upgrade(device), cook(frameRecipes[index] ?? []).bytes]));
      if (index % 7 === 0) stranger.resetAndDestroy();
    }
  }

  /** Those who have done nothing wrong would stay. */
  goAway(): void {
    for (const stranger of this.strangers) stranger.destroy();
  }

  async over(): Promise<void> {
    await this.server.shutdown();
    expect(this.clock.pendingTimers()).to.equal(0);
    await until(() => this.sockets.holdings().sockets === 0);
  }

  private async stranger(): Promise<Socket> {
    const socket = connect({ host: HOST, port: this.port });
    socket.on('error', () => socket.destroy());
    socket.resume();
    this.strangers.push(socket);
    await once(socket, 'connect');
    return socket;
  }
}

/** Asks its next question a while after the last one was answered. */
class Witness {
  answers = 0;
  private readonly socket: WebSocket;
  private pause: NodeJS.Timeout | undefined;

  static async begin(port: number): Promise<Witness> {
    const witness = new Witness(port);
    await once(witness.socket, 'open');
    witness.say({ type: 'hotword_detected', session: 'honest' });
    return witness;
  }

  private constructor(port: number) {
    this.socket = new WebSocket(`ws://${HOST}:${port}`, ['tars.v2'], {
      headers: { 'TARS-Device': 'witness' },
    });
    this.socket.on('message', (data, isBinary) => {
      if (!isBinary) this.heard(JSON.parse((data as Buffer).toString()) as { type: string });
    });
  }

  leave(): void {
    clearTimeout(this.pause);
    this.socket.terminate();
  }

  private heard({ type }: { readonly type: string }): void {
    if (type === 'session_started') this.ask();
    if (type !== 'tts_stream_end') return;
    this.answers += 1;
    this.say({ type: 'playback_complete', session: 'honest', turn: this.answers });
    // Whoever asks without a pause sends more than the server takes in the long run.
    this.pause = setTimeout(() => this.ask(), PAUSE_MS);
  }

  private ask(): void {
    for (const piece of QUESTION) this.socket.send(piece);
  }

  private say(message: object): void {
    this.socket.send(JSON.stringify(message));
  }
}

function upgrade(headers: Readonly<Record<string, string>>): Buffer {
  return Buffer.from(upgradeRequest(headers));
}
