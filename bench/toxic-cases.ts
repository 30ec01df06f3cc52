/**
 * What toxics cost in virtual time, and what our Toxiproxy costs on loopback beside a bare pipe.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';

import { SystemClock } from '../src/adapters/system-clock';
import { TcpSockets } from '../src/adapters/tcp-sockets';
import { SeededRandom } from '../src/sim/random';
import type { ToxicSettings } from '../src/toxiproxy/toxic-chains';
import { Toxiproxy } from '../src/toxiproxy/toxiproxy';
import { Bench } from '../test/toxiproxy/toxic-bench';
import { print, progress, whole } from './table';

const MIB = 1_048_576;
const CHUNK_BYTES = 32_768;
const TOXIC_ROUNDS = 40;
const LOOPBACK_ROUNDS = 5;
const LOOPBACK_MIB = 256;
const PING_PONGS = 5_000;

/** What of a MiB each of them lets through, and how. The proxy alone has none. */
export const TOXICS: Readonly<Record<string, ToxicSettings | undefined>> = {
  'a proxy': undefined,
  noop: { type: 'noop' },
  latency: { type: 'latency', attributes: { latency: 100, jitter: 20 } },
  bandwidth: { type: 'bandwidth', attributes: { rate: 1_000 } },
  slow_close: { type: 'slow_close', attributes: { delay: 100 } },
  slicer: { type: 'slicer', attributes: { average_size: 1_024, size_variation: 256, delay: 10 } },
  'limit_data (all)': { type: 'limit_data', attributes: { bytes: 2 * MIB } },
  'timeout (drops)': { type: 'timeout', attributes: { timeout: 60_000 } },
  'reset_peer (drops)': { type: 'reset_peer', attributes: { timeout: 0 } },
};

const DROPS: ReadonlySet<string> = new Set(['timeout', 'reset_peer']);
/** In virtual time; the slowest of them needs two seconds. */
const ENOUGH_MS = 10_000;

/** Wall milliseconds of a MiB in virtual time, in turns, the least of several. */
export async function showToxics(name: string): Promise<void> {
  print(name, 'wall ms', 'of direct', 'of a proxy');
  const least: Record<string, number> = {};
  const take = (through: string, wallMs: number): void => {
    least[through] = Math.min(least[through] ?? Infinity, wallMs);
  };
  for (let round = 0; round < TOXIC_ROUNDS; round += 1) {
    take('no proxy', await virtualMibWithoutProxy());
    for (const [through, toxic] of Object.entries(TOXICS)) {
      progress(`${through}, ${round + 1} of ${TOXIC_ROUNDS}`);
      take(through, await virtualMib(toxic));
    }
  }
  const { 'a proxy': plain = NaN, 'no proxy': direct = NaN } = least;
  for (const [through, wallMs] of Object.entries(least)) {
    const times = [wallMs / direct, wallMs / plain].map((each) => `${each.toFixed(1)} x`);
    print(`    ${through}`, wallMs.toFixed(2), ...times);
  }
}

/** Our Toxiproxy without toxics beside a bare pipe, in turns, best of several. */
export async function showLoopback(name: string): Promise<void> {
  print(name, 'MiB/s', 'of a pipe', 'us/round', 'of a pipe', '', '', 'aim');
  const mib = { pipe: 0, proxy: 0 };
  const us = { pipe: Infinity, proxy: Infinity };
  for (let round = 0; round < LOOPBACK_ROUNDS; round += 1) {
    mib.pipe = Math.max(mib.pipe, await throughput(pipeTo, LOOPBACK_MIB));
    mib.proxy = Math.max(mib.proxy, await throughput(toxiproxyTo, LOOPBACK_MIB));
    us.pipe = Math.min(us.pipe, await roundTripUs(pipeTo, PING_PONGS));
    us.proxy = Math.min(us.proxy, await roundTripUs(toxiproxyTo, PING_PONGS));
  }
  print('    a bare pipe', whole(mib.pipe), '', us.pipe.toFixed(1));
  const times = [`${(mib.pipe / mib.proxy).toFixed(2)} x`, `${(us.proxy / us.pipe).toFixed(2)} x`];
  const figures = [whole(mib.proxy), times[0] ?? '', us.proxy.toFixed(1), times[1] ?? ''];
  print('    our Toxiproxy', ...figures, '', '', 'within 1.3 x');
}

/** Wall milliseconds of a MiB from a server, through a proxy with this toxic, in virtual time. */
export async function virtualMib(toxic: ToxicSettings | undefined): Promise<number> {
  const bench = new Bench();
  const { client, server } = await bench.open(...(toxic === undefined ? [] : [toxic]));
  client.stream.on('data', () => undefined);
  const startMs = performance.now();
  writeMib(server.stream);
  await bench.runTo(bench.now + ENOUGH_MS);
  const wallMs = performance.now() - startMs;
  requireMib(client.received.length, toxic);
  await bench.leftovers();
  return wallMs;
}

/** The same with nothing between the two. */
export async function virtualMibWithoutProxy(): Promise<number> {
  const bench = new Bench();
  await bench.start();
  const direct = bench.world.client.connect({ host: 'hub', port: 2, tls: false });
  let received = 0;
  direct.on('data', (bytes: Buffer) => (received += bytes.length));
  await bench.world.until(() => bench.accepted.length > 0);
  const startMs = performance.now();
  const [server] = bench.accepted;
  if (server !== undefined) writeMib(server.stream);
  await bench.runTo(bench.now + ENOUGH_MS);
  const wallMs = performance.now() - startMs;
  requireMib(received, undefined);
  await bench.leftovers();
  return wallMs;
}

function writeMib(stream: { write(bytes: Buffer): unknown }): void {
  for (let sent = 0; sent < MIB; sent += CHUNK_BYTES) stream.write(Buffer.alloc(CHUNK_BYTES, 1));
}

function requireMib(received: number, toxic: ToxicSettings | undefined): void {
  if (DROPS.has(toxic?.type ?? '') || received === MIB) return;
  throw new Error(`${toxic?.type ?? 'nothing'}: ${received} bytes of a MiB came through.`);
}

/** A way to a port on loopback, through something. */
export interface Way {
  readonly port: number;
  close(): Promise<void>;
}

/** Two sockets piped into each other, which is the least that a proxy can be. */
export async function pipeTo(port: number): Promise<Way> {
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ host: '127.0.0.1', port, noDelay: true });
    for (const socket of [near, far]) socket.on('error', () => undefined);
    near.pipe(far);
    far.pipe(near);
  });
  const listening = await listen(server);
  return { port: listening, close: () => closed(server) };
}

/** Our Toxiproxy with a proxy and no toxics. */
export async function toxiproxyTo(port: number): Promise<Way> {
  const toxiproxy = new Toxiproxy({
    clock: new SystemClock(),
    random: new SeededRandom(1, 'bench'),
    sockets: new TcpSockets(),
  });
  await toxiproxy.create({ name: 'link', listen: '127.0.0.1:0', upstream: `127.0.0.1:${port}` });
  const { listen: address } = toxiproxy.get('link');
  return { port: Number(address.split(':').at(-1)), close: () => toxiproxy.close() };
}

/** MiB a second of `mib` MiB, one way. */
export async function throughput(make: (port: number) => Promise<Way>, mib: number) {
  const total = mib * MIB;
  return overLoopback(make, async (client, accepted) => {
    let received = 0;
    const all = new Promise<void>((resolve) => {
      accepted.on('data', (bytes: Buffer) => {
        received += bytes.length;
        if (received === total) resolve();
      });
    });
    const startMs = performance.now();
    const chunk = Buffer.alloc(65_536, 1);
    for (let sent = 0; sent < total; sent += chunk.length) {
      if (!client.write(chunk)) await once(client, 'drain');
    }
    await all;
    return mib / ((performance.now() - startMs) / 1_000);
  });
}

/** The median of so many rounds of 100 bytes, in microseconds. */
export async function roundTripUs(make: (port: number) => Promise<Way>, rounds: number) {
  return overLoopback(make, async (client, accepted) => {
    accepted.on('data', (bytes: Buffer) => accepted.write(bytes));
    const ping = Buffer.alloc(100, 1);
    const took: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const startMs = performance.now();
      client.write(ping);
      await once(client, 'data');
      took.push((performance.now() - startMs) * 1_000);
    }
    took.sort((a, b) => a - b);
    return took[Math.floor(rounds / 2)] ?? NaN;
  });
}

async function overLoopback(
  make: (port: number) => Promise<Way>,
  measure: (client: Socket, accepted: Socket) => Promise<number>,
): Promise<number> {
  const server = createServer({ noDelay: true });
  const way = await make(await listen(server));
  const client = connect({ host: '127.0.0.1', port: way.port, noDelay: true });
  const [accepted] = (await once(server, 'connection')) as [Socket];
  for (const socket of [client, accepted]) socket.on('error', () => undefined);
  try {
    return await measure(client, accepted);
  } finally {
    client.destroy();
    accepted.destroy();
    await Promise.all([way.close(), closed(server)]);
  }
}

async function listen(server: ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function closed(server: ReturnType<typeof createServer>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
