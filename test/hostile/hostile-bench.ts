import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { expect } from 'chai';

import type { LinkEvent } from '../../src/events';
import { ParrotEngine } from '../../src/server/parrot';
import type { ServerSettingsInput } from '../../src/server/server-settings';
import { TarsAssistant } from '../../src/server/tars-assistant';
import { ROUND_TRIP_MS, ServerBench, upgradeRequest, type Visitor } from '../server/server-bench';
import { silence, tone } from '../server/tone';
import { SideDoor, type HostileStream } from './hostile-stream';

const PIECE_MS = 100;
const WORD = tone(PIECE_MS);
const PAUSE = silence(PIECE_MS);
/** A question: 0.4 s of speech, and as much silence as ends it. */
const QUESTION: readonly Buffer[] = [
  ...Array<Buffer>(4).fill(WORD),
  ...Array<Buffer>(9).fill(PAUSE),
];

/** Settings of a server that cuts nobody off for too much: so all that is sent is looked at. */
export const FORGIVING: ServerSettingsInput = {
  byteBurst: 2 ** 40,
  maxRejectedInputs: 2 ** 40,
  messageBurst: 2 ** 40,
};

/**
 * A server, one honest device that talks with it all the time, and strangers who attack in between.
 * Events are counted and not kept, so that the bench itself needs no memory.
 */
export class HostileBench extends ServerBench<TarsAssistant> {
  readonly counts: ReadonlyMap<string, number>;
  private readonly door: SideDoor;
  private readonly witness: Witness;

  static async started(settings: ServerSettingsInput = {}): Promise<HostileBench> {
    const bench = new HostileBench(new SideDoor(), new Map(), settings);
    await bench.server.start();
    await bench.witness.begin();
    return bench;
  }

  private constructor(door: SideDoor, counts: Map<string, number>, settings: ServerSettingsInput) {
    super((ports) => {
      const events = { emit: (event: LinkEvent) => count(counts, event) };
      const sockets = door.around(ports.sockets);
      const engine = new ParrotEngine();
      return new TarsAssistant({ ...ports, events, sockets, engine }, settings);
    });
    this.counts = counts;
    this.door = door;
    this.witness = new Witness(this);
  }

  /** A stranger who has connected, from an address of their own unless it is said. */
  stranger(address = '192.0.2.1'): HostileStream {
    return this.door.enter(address);
  }

  /** A stranger who was upgraded as a device, and may do their worst. */
  async device(name: string, address?: string): Promise<HostileStream> {
    const stream = this.stranger(address);
    stream.send(upgradeRequest({ 'TARS-Device': name, 'Sec-WebSocket-Protocol': 'tars.v2' }));
    await settled();
    expect(stream.heard).to.match(/^HTTP\/1\.1 101 /);
    return stream;
  }

  /** The honest device says its next 100 ms. It fails where any of this is not heard as always. */
  async goOn(): Promise<void> {
    await this.witness.goOn();
    this.world.wire.length = 0;
  }

  /** Lets the honest device ask on, and demands that it is answered. */
  async testify(): Promise<void> {
    const { answers } = this.witness;
    for (let piece = 0; piece < 3 * QUESTION.length; piece += 1) await this.goOn();
    expect(this.witness.answers, 'answers to the honest device').to.be.at.least(answers + 2);
  }

  /** Nothing is left of the strangers once they had their time. */
  async calm(): Promise<void> {
    for (let piece = 0; piece < 130; piece += 1) await this.goOn();
    expect(this.counts.get('callback.threw')).to.equal(undefined);
    expect(this.holdings().sockets, 'sockets').to.equal(1);
  }
}

/** A device that asks, hears the answer, and asks again, all in one session. */
class Witness {
  answers = 0;
  private readonly bench: HostileBench;
  private visitor: Visitor | undefined;
  private at = 0;
  private sentBytes = 0;

  constructor(bench: HostileBench) {
    this.bench = bench;
  }

  async begin(): Promise<void> {
    this.visitor = await this.bench.connect('witness');
    this.visitor.say({ type: 'hotword_detected', session: 'honest' });
    await this.bench.run(ROUND_TRIP_MS);
    expect(this.visitor.types).to.include('session_started');
  }

  async goOn(): Promise<void> {
    const visitor = this.visitor as Visitor;
    const piece = QUESTION[this.at] as Buffer;
    this.at += 1;
    this.sentBytes += piece.length;
    visitor.speak(piece);
    await this.bench.run(PIECE_MS);
    expect(visitor.end, 'the end of the honest device').to.equal(undefined);
    if (this.at === QUESTION.length) await this.hearAnswer(visitor);
  }

  private async hearAnswer(visitor: Visitor): Promise<void> {
    await this.bench.run(1_000);
    const control = visitor.received.filter((each) => typeof each !== 'number');
    const last = (type: string) => control.findLast((each) => (each as Typed).type === type);
    expect(last('audio_ack')).to.include({ bytes: this.sentBytes });
    this.answers += 1;
    expect(last('tts_stream_end'))
      .to.include({ turn: this.answers })
      .and.not.have.property('error');
    expect(visitor.audio.length, 'pieces of the answer').to.be.greaterThan(0);
    visitor.say({ type: 'playback_complete', session: 'honest', turn: this.answers });
    visitor.received.length = 0;
    visitor.audio.length = 0;
    this.at = 0;
    await this.bench.run(ROUND_TRIP_MS);
  }
}

interface Typed {
  readonly type: string;
}

function count(counts: Map<string, number>, event: LinkEvent): void {
  counts.set(event.type, (counts.get(event.type) ?? 0) + 1);
}

/** What was pushed is read, and what came of it is done. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** Bytes that are alive, on the heap and outside of it, once all garbage is collected. */
export async function liveBytes(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 3; round += 1) {
    await settled();
    collect();
  }
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
