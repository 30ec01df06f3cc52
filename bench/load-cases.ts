/**
 * A server under load, beside a bare server on `ws` that carries the same load in the same run.
 *
 *   devices --- TCP ---> our server     each of the four in a process of its own, so that what
 *   devices --- TCP ---> bare server    the devices cost is not the server's
 *
 * Both hold so many idle devices, and 200 of them stream, to one server at a time, in turns. What a
 * ping costs is measured apart, so that it is not in the price of a message.
 */
import { cpuMsOf, needOf, pause, Program } from './processes';
import { print, progress, times } from './table';

const STREAMS = 200;
/** Messages of 100 ms a second, of all streams together: the pace of speech, and three times it. */
const PACES = [10 * STREAMS, 30 * STREAMS] as const;
const WINDOW_MS = 10_000;
/** Every device is pinged once in a window ... */
const PINGS_MS = WINDOW_MS;
/** ... or not at all. */
const NO_PINGS_MS = 2 ** 31 - 1;
const ROUNDS = 5;
const PING_ROUNDS = 2;
/** What a server does for the first time, it does at a higher price. */
const WARM_UP_MS = 5_000;
/** Memory that was never used before is not what a device needs. */
const FIRST_DEVICES = 200;

interface Side {
  readonly name: string;
  readonly server: Program;
  readonly port: number;
  readonly devices: Program;
}

/** Processor time in microseconds, each the least of what was measured; and bytes. */
interface Figures {
  messageUs: number;
  fastMessageUs: number;
  /** A ping and its pong. */
  pingUs: number;
  connectUs: number;
  rssPerDevice: number;
  heapPerDevice: number;
}

const COLUMNS: readonly (readonly [keyof Figures, string])[] = [
  ['messageUs', 'us/message'],
  ['fastMessageUs', '... at 3 x'],
  ['pingUs', 'us/ping'],
  ['connectUs', 'us/connect'],
  ['rssPerDevice', 'RSS/device'],
  ['heapPerDevice', 'heap/device'],
];

type Both = ReadonlyMap<Side, Figures>;

/** Prints a row for each of the two servers, and how many times the bare one ours needs. */
export async function showLoad(name: string, devices: number): Promise<void> {
  print(name, ...COLUMNS.map(([, title]) => title));
  const figures = await withServers(NO_PINGS_MS, devices, measureMessages);
  const pings = await withServers(PINGS_MS, devices, (both) => measurePings(both, devices));
  const rows = figures.map((figure, at) => ({ ...figure, pingUs: pings[at]?.pingUs ?? NaN }));
  const [bare, ours] = rows;
  if (bare === undefined || ours === undefined) return;
  for (const row of rows) {
    print(`    ${row.name}`, ...COLUMNS.map(([column]) => row[column].toFixed(1)));
  }
  const ratios = COLUMNS.map(([column]) => times(ours[column] / bare[column]));
  print('    of bare; aim 1.2 x', ...ratios);
}

/** Opens both servers, connects the devices, and measures. */
async function withServers(
  heartbeatMs: number,
  devices: number,
  measure: (both: Both) => Promise<void>,
): Promise<readonly (Figures & { readonly name: string })[]> {
  const figures = new Map<Side, Figures>();
  for (const [name, file] of [
    ['bare ws', 'bare-server'],
    ['our server', 'our-server'],
  ] as const) {
    const side = await openSide(name, file, heartbeatMs);
    figures.set(side, await connectAll(side, devices));
  }
  await measure(figures);
  await Program.endAll();
  return [...figures].map(([{ name }, figure]) => ({ name, ...figure }));
}

async function openSide(name: string, file: string, heartbeatMs: number): Promise<Side> {
  const server = new Program(`bench/programs/${file}.js`, [String(heartbeatMs)]);
  const port = await server.port();
  return { name, server, port, devices: new Program('bench/programs/devices.js') };
}

async function connectAll({ devices, name, port, server }: Side, count: number): Promise<Figures> {
  progress(`${name}: connecting ${count} devices`);
  await devices.have({ task: 'connect', port, devices: FIRST_DEVICES });
  const before = await needOf(server);
  const cpuMs = await cpuMsOf(server, () =>
    devices.have({ task: 'connect', port, devices: count }),
  );
  const after = await needOf(server);
  const added = count - FIRST_DEVICES;
  return {
    messageUs: Infinity,
    fastMessageUs: Infinity,
    pingUs: Infinity,
    connectUs: (cpuMs * 1_000) / added,
    rssPerDevice: (after.rssBytes - before.rssBytes) / added,
    heapPerDevice: (after.heapBytes - before.heapBytes) / added,
  };
}

/** In turns, so that no server has the better half of a noisy machine. */
async function measureMessages(both: Both): Promise<void> {
  for (const [{ devices }] of both) {
    await devices.have({ task: 'begin', devices: STREAMS });
    await devices.have({ task: 'stream', perSecond: PACES[1], forMs: WARM_UP_MS });
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [side, figure] of both) {
      progress(`${side.name}: messages, ${round + 1} of ${ROUNDS}`);
      figure.messageUs = Math.min(figure.messageUs, await messageUs(side, PACES[0]));
      figure.fastMessageUs = Math.min(figure.fastMessageUs, await messageUs(side, PACES[1]));
    }
  }
}

async function messageUs({ devices, server }: Side, perSecond: number): Promise<number> {
  let messages = 0;
  const cpuMs = await cpuMsOf(server, async () => {
    messages = await devices.have({ task: 'stream', perSecond, forMs: WINDOW_MS });
  });
  return (cpuMs * 1_000) / messages;
}

async function measurePings(both: Both, devices: number): Promise<void> {
  // The first ping of a connection comes a whole interval after it.
  await pause(PINGS_MS);
  for (let round = 0; round < PING_ROUNDS; round += 1) {
    progress(`pings, ${round + 1} of ${PING_ROUNDS}`);
    const measured = [...both].map(async ([{ server }, figure]) => {
      const cpuMs = await cpuMsOf(server, () => pause(WINDOW_MS));
      figure.pingUs = Math.min(figure.pingUs, (cpuMs * 1_000) / devices);
    });
    await Promise.all(measured);
  }
}
