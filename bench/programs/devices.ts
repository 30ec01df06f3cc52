/**
 * Devices of tars.v2 without a library, so that thousands of them cost little: they connect, answer
 * pings, and some of them stream.
 */
import { connect, type Socket } from 'node:net';

import { MESSAGE_BYTES, type DevicesDone, type DevicesTask } from './load';

/** Connects that are under way at a time, all from one address: a server may not let in more. */
const DIALS = 4;
/** Messages go out this often, so many devices at a time: they do not speak in step. */
const TICK_MS = 5;
/** From the last message to its acknowledgement. */
const SETTLE_MS = 5_000;

const MASK = Buffer.from([0x12, 0x34, 0x56, 0x78]);
const TEXT = 1;
const BINARY = 2;
const PING = 9;
const PONG = 10;

const AUDIO = frame(
  BINARY,
  Buffer.from(Uint8Array.from({ length: MESSAGE_BYTES }, (_, at) => at * 7)),
);
const ANSWER = frame(PONG, Buffer.alloc(0));

class Device {
  sentBytes = 0;
  takenBytes = 0;
  onText: (() => void) | undefined;
  private rest: Buffer = Buffer.alloc(0);
  private readonly socket: Socket;
  private isUpgraded = false;

  constructor(port: number, name: string) {
    this.socket = connect({ host: '127.0.0.1', port, noDelay: true });
    this.socket.on('error', ({ message }) => fail(message));
    this.socket.on('close', () => fail('a connection was closed'));
    this.socket.on('data', (bytes: Buffer) => this.received(bytes));
    this.socket.write(
      'GET / HTTP/1.1\r\nHost: bench\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
        `Sec-WebSocket-Protocol: tars.v2\r\nTars-Device: ${name}\r\n\r\n`,
    );
  }

  /** Resolves with the next text that is no acknowledgement: the welcome, a session that began. */
  next(): Promise<void> {
    return new Promise((resolve) => (this.onText = resolve));
  }

  ask(): void {
    this.socket.write(frame(TEXT, Buffer.from('{"type":"hotword_detected","session":"s"}')));
  }

  speak(): void {
    this.sentBytes += MESSAGE_BYTES;
    this.socket.write(AUDIO);
  }

  private received(bytes: Buffer): void {
    this.rest = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    if (!this.isUpgraded) {
      const end = this.rest.indexOf('\r\n\r\n');
      if (end < 0) return;
      if (!this.rest.toString('latin1', 0, end).includes(' 101 ')) fail('no upgrade');
      this.isUpgraded = true;
      this.rest = this.rest.subarray(end + 4);
    }
    this.readFrames();
  }

  /** A server's frames are not masked, and these are all short. */
  private readFrames(): void {
    while (this.rest.length >= 2) {
      const length = (this.rest[1] as number) & 0x7f;
      if (length > 125) fail('a longer frame than any that was expected');
      if (this.rest.length < 2 + length) return;
      const opcode = (this.rest[0] as number) & 0x0f;
      const payload = this.rest.subarray(2, 2 + length);
      this.rest = this.rest.subarray(2 + length);
      if (opcode === PING) this.socket.write(ANSWER);
      else if (opcode === TEXT) this.read(payload.toString('latin1'));
      else fail(`opcode ${opcode}`);
    }
  }

  private read(text: string): void {
    const acknowledged = /"audio_ack".*"bytes":(\d+)/.exec(text);
    if (acknowledged === null) this.onText?.();
    else this.takenBytes = Number(acknowledged[1]);
  }
}

const devices: Device[] = [];
let speakers: readonly Device[] = [];

async function work(task: DevicesTask): Promise<number> {
  switch (task.task) {
    case 'connect':
      return connectAll(task.port, task.devices);
    case 'begin':
      return begin(task.devices);
    case 'stream':
      return stream(task.perSecond, task.forMs);
    default:
      return task satisfies never;
  }
}

async function connectAll(port: number, count: number): Promise<number> {
  while (devices.length < count) {
    const dials = Math.min(DIALS, count - devices.length);
    const dialled = Array.from({ length: dials }, (_, at) => {
      return new Device(port, `device-${devices.length + at}`);
    });
    devices.push(...dialled);
    await Promise.all(dialled.map((device) => device.next()));
  }
  return devices.length;
}

/** Spread over the devices, as those that speak are among those that do not. */
async function begin(count: number): Promise<number> {
  const step = Math.max(1, Math.floor(devices.length / count));
  speakers = devices.filter((_, at) => at % step === 0).slice(0, count);
  await Promise.all(
    speakers.map((device) => {
      const begun = device.next();
      device.ask();
      return begun;
    }),
  );
  return speakers.length;
}

async function stream(perSecond: number, forMs: number): Promise<number> {
  const startMs = performance.now();
  const total = (perSecond * forMs) / 1_000;
  let sent = 0;
  while (sent < total) {
    const due = Math.min(total, ((performance.now() - startMs) * perSecond) / 1_000);
    for (; sent < due; sent += 1) speakers[sent % speakers.length]?.speak();
    await after(TICK_MS);
  }
  await settled();
  return sent;
}

/** What was acknowledged is all that was sent, but for what an acknowledgement leaves out. */
async function settled(): Promise<void> {
  const MOST_UNTOLD = 5 * MESSAGE_BYTES;
  const isSettled = (): boolean =>
    speakers.every(({ sentBytes, takenBytes }) => sentBytes - takenBytes < MOST_UNTOLD);
  const startMs = performance.now();
  while (!isSettled()) {
    if (performance.now() - startMs > SETTLE_MS) fail('not all that was sent was taken');
    await after(TICK_MS);
  }
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function frame(opcode: number, payload: Buffer): Buffer {
  const isShort = payload.length < 126;
  const head = Buffer.alloc(isShort ? 2 : 4);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | (isShort ? payload.length : 126);
  if (!isShort) head.writeUInt16BE(payload.length, 2);
  const masked = payload.map((byte, at) => byte ^ (MASK[at % MASK.length] as number));
  return Buffer.concat([head, MASK, masked]);
}

function fail(why: string): never {
  process.send?.({ failed: `${devices.length} devices: ${why}` }, () => process.exit(1));
  throw new Error(why);
}

process.on('message', (message: DevicesTask) => {
  if (!('task' in message)) return;
  void work(message).then((done) => process.send?.({ done } satisfies DevicesDone));
});
// The meter lets go of the channel; this program lives by it.
process.channel?.ref();
