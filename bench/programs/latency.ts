/**
 * Client and server over real sockets in one process, so that one clock sees both ends. Somebody
 * says the hotword to a microphone of the clock's; the engine answers as soon as it hears anything.
 *
 *   word ends --> found --> session asked for, and there --> first sound leaves --> server has it
 *   server sends the first of its answer --> it sounds
 *
 * Tells the bench the times of each step in each round, as JSON on standard output.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { SystemClock, SystemRandom } from '../../src/adapters/system-clock';
import { TcpSockets } from '../../src/adapters/tcp-sockets';
import { ClockMicrophone } from '../../src/audio/clock-microphone';
import { ClockSpeaker } from '../../src/audio/clock-speaker';
import { Room } from '../../src/audio/room';
import { SampleHotword } from '../../src/audio/sample-hotword';
import { decodeWav } from '../../src/audio/wav-file';
import { checkClientSettings } from '../../src/client/client-settings';
import { SessionManager } from '../../src/client/session-manager';
import { WebSocketClient } from '../../src/client/websocket-client';
import type { LinkEvent } from '../../src/events';
import type { ConversationEngine } from '../../src/ports';
import { TarsAssistant } from '../../src/server/tars-assistant';

/** Milliseconds, of one round. */
export interface Latencies {
  /** From the last sample of the hotword to its detection. */
  readonly detectMs: number;
  /** From the detection to the first frame of sound that leaves. */
  readonly uplinkMs: number;
  /** From its leaving to the server's having it. */
  readonly wayMs: number;
  /** From the first byte of the answer that the server sends to the first sample that sounds. */
  readonly replyMs: number;
}

type Step = 'said' | 'detected' | 'left' | 'arrived' | 'replied' | 'sounded';

/** What is quieter than this share of the loudest sample is no part of the word any more. */
const EDGE = 0.02;
const SAMPLES_PER_MS = 16;
/** Between two rounds: longer than an echo, and at any place in the frames of the microphone. */
const REST_MS = 400;
const REST_JITTER_MS = 100;
const ANSWER = Buffer.alloc(3_200);

const clock = new SystemClock();
const random = new SystemRandom();
let at: Partial<Record<Step, number>> = {};

/** The first time counts. */
function note(step: Step): void {
  at[step] ??= clock.now();
}

/** Answers the first piece of sound of a session, and nothing after it. */
const ENGINE: ConversationEngine = {
  open: ({ onTurn, onUtterance }) => {
    let isAsked = false;
    const hear = (): void => {
      if (isAsked) return;
      isAsked = true;
      onUtterance();
      onTurn({ audio: answer() });
    };
    return Promise.resolve({ hear, close: () => Promise.resolve() });
  },
};

async function* answer(): AsyncGenerator<Buffer> {
  yield await Promise.resolve(ANSWER);
}

async function main(rounds: number): Promise<void> {
  const word = await decodeWav(readFileSync(path.resolve('fixtures/wav/hey-jarvis.wav')));
  const assistant = await startServer();
  const { client, heard, room } = makeClient(assistant.address?.port ?? 0, word);
  client.start();
  await heard('link.connected');
  const all: Latencies[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await pause(REST_MS + random.next() * REST_JITTER_MS);
    at = {};
    const answered = heard('playback.ended');
    note('said');
    room.say(word);
    await answered;
    all.push(latencies(word));
    client.endSession('user');
    process.stdout.write(`round ${round + 1}\n`);
  }
  await client.shutdown();
  await assistant.shutdown();
  process.stdout.write(`latencies ${JSON.stringify(all)}\n`);
}

async function startServer(): Promise<TarsAssistant> {
  const emit = (event: LinkEvent): void => {
    if (event.type === 'audio.received') note('arrived');
    if (event.type === 'audio.sent') note('replied');
  };
  const ports = { clock, random, sockets: new TcpSockets(), events: { emit }, engine: ENGINE };
  const assistant = new TarsAssistant(ports, { port: 0 });
  await assistant.start();
  return assistant;
}

function makeClient(port: number, word: Buffer) {
  const waits = new Map<LinkEvent['type'], () => void>();
  const emit = ({ type }: LinkEvent): void => {
    if (type === 'hotword.detected') note('detected');
    if (type === 'audio.sent') note('left');
    // What comes of an event comes after the turn in which it is told.
    const wait = waits.get(type);
    if (wait !== undefined) setImmediate(wait);
    waits.delete(type);
  };
  const settings = checkClientSettings({ serverUrl: `ws://127.0.0.1:${port}` });
  const room = new Room({ clock });
  const ports = {
    clock,
    random,
    sockets: new TcpSockets(),
    events: { emit },
    microphone: new ClockMicrophone({ clock, room }),
    speaker: new ClockSpeaker({ clock, onStarted: () => note('sounded') }),
    hotword: new SampleHotword({ template: word }),
    button: { onPress: () => () => undefined },
  };
  const client = new SessionManager(settings, ports, new WebSocketClient(settings, ports));
  const heard = (type: LinkEvent['type']): Promise<void> =>
    new Promise((resolve) => waits.set(type, resolve));
  return { client, heard, room };
}

function latencies(word: Buffer): Latencies {
  const {
    arrived = NaN,
    detected = NaN,
    left = NaN,
    replied = NaN,
    said = NaN,
    sounded = NaN,
  } = at;
  return {
    detectMs: detected - (said + endOf(word) / SAMPLES_PER_MS),
    uplinkMs: left - detected,
    wayMs: arrived - left,
    replyMs: sounded - replied,
  };
}

/** The last sample of a word, as the detector has it. */
function endOf(pcm: Buffer): number {
  const samples = new Int16Array(pcm.buffer, pcm.byteOffset, pcm.length / 2);
  const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  return samples.findLastIndex((sample) => Math.abs(sample) >= EDGE * loudest);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

void main(Number(process.argv[2]));
