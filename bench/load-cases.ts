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
/** Ten messages of 100 ms a second from each: the pace of speech. */
const MESSAGES_PER_SECOND = 10 * STREAMS;
/** As long as from ping to ping, so that each window has as many. */
const WINDOW_MS = HEARTBEAT_MS;
const ROUNDS = 3;
/** What a server does for the first time, it does at a higher price. */
const WARM_UP_MS = 2_000;

interface Side {
  readonly name: string;
  readonly server: Program;
  readonly port: number;
  readonly devices: Program;
}

/** Processor time in microseconds, each the least of what was measured; and bytes. */
interface Figures {
  connectUs: number;
  /** A ping and its pong. */
  pingUs: number;
  messageUs: number;
  rssPerDevice: number;
  heapPerDevice: number;
}

export async function showLoad(name: string, devices: number): Promise<void> {
  print(name, 'us/message', 'us/ping', 'us/connect', 'RSS/device', 'heap/device', 'aim');
  const sides = [
    await openSide('bare ws', 'bare-server'),
    await openSide('our server', 'our-server'),
  ] as const;
  const figures = new Map<Side, Figures>();
  for (const side of sides) figures.set(side, await connectAll(side, devices));
  await measureIdle(figures, devices);
  await measureMessages(figures, devices);
  await Program.endAll();
  showFigures(sides.map((side) => [side.name, figures.get(side) as Figures]));
}

async function openSide(name: string, file: string): Promise<Side> {
  const server = new Program(`bench/programs/${file}.js`);
  const port = await server.port();
  return { name, server, port, devices: new Program('bench/programs/devices.js') };
}

async function connectAll({ devices, name, port, server }: Side, count: number): Promise<Figures> {
  progress(`${name}: connecting ${count} devices`);
  // Memory that was never used is not what a device needs.
  await devices.have({ task: 'connect', port, devices: STREAMS });
  const before = await needOf(server);
  const cpuMs = await cpuMsOf(server, () =>
    devices.have({ task: 'connect', port, devices: count }),
  );
  const after = await needOf(server);
  const added = count - STREAMS;
  return {
    connectUs: (cpuMs * 1_000) / added,
    pingUs: Infinity,
    messageUs: Infinity,
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
  const task = { task: 'stream', perSecond: MESSAGES_PER_SECOND } as const;
  for (const [side] of figures) {
    await side.devices.have({ task: 'begin', devices: STREAMS });
    await side.devices.have({ ...task, forMs: WARM_UP_MS });
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [{ devices: clients, name, server }, figure] of figures) {
      progress(`${name}: messages, ${round + 1} of ${ROUNDS}`);
      let messages = 0;
      const cpuMs = await cpuMsOf(server, async () => {
        messages = await clients.have({ ...task, forMs: WINDOW_MS });
      });
      const messageUs = (cpuMs * 1_000 - figure.pingUs * devices) / messages;
      figure.messageUs = Math.min(figure.messageUs, messageUs);
    }
  }
}

const COLUMNS = ['messageUs', 'pingUs', 'connectUs', 'rssPerDevice', 'heapPerDevice'] as const;

function showFigures([bare, ours]: readonly (readonly [string, Figures])[]): void {
  if (bare === undefined || ours === undefined) return;
  for (const [name, figures] of [bare, ours]) {
    print(`    ${name}`, ...COLUMNS.map((column) => figures[column].toFixed(1)));
  }
  const ratios = COLUMNS.map((column) => times(ours[1][column] / bare[1][column]));
  print('    of bare', ...ratios, '1.2 x a message');
}
