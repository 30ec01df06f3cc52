/**
 * A server under load, beside a bare server on `ws` that carries the same load in the same run.
 *
 *   devices --- TCP ---> our server     each of the four in a process of its own, so that what
 *   devices --- TCP ---> bare server    the devices cost is not the server's
 *
 * Both hold so many idle devices, with a ping each in 10 s. Then 200 of them stream, to one server
 * at a time, in turns. What idle devices cost is subtracted from what a message costs.
 */
import { cpuMsOf, needOf, pause, Program } from './processes';
import { HEARTBEAT_MS } from './programs/load';
import { print, progress, times } from './table';

const STREAMS = 200;
/** Messages of 100 ms a second, of all streams together: the pace of speech, and three times it. */
const PACES = [10 * STREAMS, 30 * STREAMS] as const;
/** As long as from ping to ping, so that each window has as many. */
const WINDOW_MS = HEARTBEAT_MS;
const ROUNDS = 4;
/** What a server does for the first time, it does at a higher price. */
const WARM_UP_MS = 2_000;
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

/** Prints a row for each of the two servers, and how many times the bare one ours needs. */
export async function showLoad(name: string, devices: number): Promise<void> {
  print(name, ...COLUMNS.map(([, title]) => title));
  const bare = await openSide('bare ws', 'bare-server');
  const ours = await openSide('our server', 'our-server');
  const figures = new Map<Side, Figures>();
  for (const side of [bare, ours]) figures.set(side, await connectAll(side, devices));
  await measureIdle(figures, devices);
  await measureMessages(figures, devices);
  await Program.endAll();
  for (const [side, figure] of figures) {
    print(`    ${side.name}`, ...COLUMNS.map(([column]) => figure[column].toFixed(1)));
  }
  const ratio = (column: keyof Figures): string =>
    times((figures.get(ours)?.[column] ?? NaN) / (figures.get(bare)?.[column] ?? NaN));
  print('    of bare; aim 1.2 x', ...COLUMNS.map(([column]) => ratio(column)));
}

async function openSide(name: string, file: string): Promise<Side> {
  const server = new Program(`bench/programs/${file}.js`);
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

async function measureIdle(figures: ReadonlyMap<Side, Figures>, devices: number): Promise<void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    progress(`idle devices, ${round + 1} of ${ROUNDS}`);
    const measured = [...figures].map(async ([{ server }, figure]) => {
      const cpuMs = await cpuMsOf(server, () => pause(WINDOW_MS));
      figure.pingUs = Math.min(figure.pingUs, (cpuMs * 1_000) / devices);
    });
    await Promise.all(measured);
  }
}

async function measureMessages(
  figures: ReadonlyMap<Side, Figures>,
  devices: number,
): Promise<void> {
  for (const [{ devices: clients }] of figures) {
    await clients.have({ task: 'begin', devices: STREAMS });
    await clients.have({ task: 'stream', perSecond: PACES[0], forMs: WARM_UP_MS });
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [side, figure] of figures) {
      progress(`${side.name}: messages, ${round + 1} of ${ROUNDS}`);
      const idleUs = figure.pingUs * devices;
      figure.messageUs = Math.min(figure.messageUs, await messageUs(side, PACES[0], idleUs));
      const fastUs = await messageUs(side, PACES[1], idleUs);
      figure.fastMessageUs = Math.min(figure.fastMessageUs, fastUs);
    }
  }
}

/** Of one window; `idleUs` is what the server spends in it in any case. */
async function messageUs({ devices, server }: Side, perSecond: number, idleUs: number) {
  let messages = 0;
  const cpuMs = await cpuMsOf(server, async () => {
    messages = await devices.have({ task: 'stream', perSecond, forMs: WINDOW_MS });
  });
  return (cpuMs * 1_000 - idleUs) / messages;
}
