/**
 * The client as a process, on built JavaScript, beside a bare client on `ws` in the same run: what
 * it needs of a processor for each second of sound, and of memory.
 *
 *   showClient()      the rows of the case: streaming, listening, asleep
 *   measureClient()   one of them; bench/hotword-cases.ts measures each engine with it
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { HEARTBEAT_INTERVAL_MS } from '../src/constants';
import { cpuMsOf, FOLDER, pause, Program } from './processes';
import { mib, print, progress } from './table';

const MEASURED_MS = 20_000;
/** Apart from the rest, because to watch the loop costs more than an idle client does. */
const WATCHED_MS = 10_000;
/** Compilers and collectors are done with what a start leaves behind. */
const SETTLE_MS = 3_000;
const NOISE = path.join(FOLDER, 'noise.wav');
/** Longer than it is listened to. */
const NOISE_S = 60;

export interface ClientSetup {
  readonly name: string;
  /** Of the program; `--server` is added. */
  readonly flags: readonly string[];
  /** What the program says when it does what is to be measured. Default: that the link is up. */
  readonly until?: RegExp;
}

export interface ClientFigures {
  /** Of processor time for each second; 10 ms are 1 % of a core. */
  readonly cpuMsPerSecond: number;
  readonly rssBytes: number;
  /** How late the event loop was. */
  readonly delayP99Ms: number;
  readonly delayMaxMs: number;
}

export const CLIENT_SETUPS: readonly ClientSetup[] = [
  {
    name: 'streams a session',
    flags: ['--microphone', `wav:${path.join(FOLDER, 'fixtures/wav/hey-jarvis.wav')}`],
    until: /session\.started/,
  },
  { name: 'listens to noise', flags: ['--microphone', `wav:${NOISE}`] },
  { name: 'listens to silence', flags: ['--microphone', 'null'] },
];

/** `flags` come after those of each row, as `['--speaker', 'aplay']`. */
export async function showClient(name: string, flags: readonly string[]): Promise<void> {
  print(name, 'CPU ms/s', 'RSS MiB', 'delay p99 ms', 'delay max ms');
  writeNoise();
  const url = await openServer();
  const show = (row: string, figures: ClientFigures): void =>
    print(
      `    ${row}`,
      figures.cpuMsPerSecond.toFixed(2),
      mib(figures.rssBytes),
      figures.delayP99Ms.toFixed(1),
      figures.delayMaxMs.toFixed(1),
    );
  show('Node alone', await measure('bench/programs/bare-client.js', [], /session/));
  const bare = await measure('bench/programs/bare-client.js', [url, 'stream'], /session/);
  show('bare ws, streams', bare);
  for (const setup of CLIENT_SETUPS) {
    const figures = await measureClient(url, { ...setup, flags: [...setup.flags, ...flags] });
    show(setup.name, figures);
  }
  print('    aim', '20', '70');
  await Program.endAll();
}

/** Our server, with an engine that only listens: sessions go on for as long as the client lets. */
export async function openServer(): Promise<string> {
  const server = new Program('bench/programs/our-server.js', [String(HEARTBEAT_INTERVAL_MS)]);
  return `ws://127.0.0.1:${await server.port()}`;
}

/** What a client costs that is set up like this, from half a minute of it. `url`: a server's. */
export function measureClient(url: string, { flags, name, until }: ClientSetup) {
  progress(name);
  const args = ['--server', url, '--speaker', 'null', ...flags];
  return measure('src/bin/client.js', args, until ?? /link\.connected/);
}

async function measure(
  file: string,
  args: readonly string[],
  until: RegExp,
): Promise<ClientFigures> {
  const program = new Program(file, args);
  await program.sees(until);
  await pause(SETTLE_MS);
  const cpuMs = await cpuMsOf(program, () => pause(MEASURED_MS));
  const { rssBytes } = await program.ask('usage');
  await program.ask('watchDelay');
  await pause(WATCHED_MS);
  const { maxMs, p99Ms } = await program.ask('delay');
  await program.stop();
  const cpuMsPerSecond = cpuMs / (MEASURED_MS / 1_000);
  return { cpuMsPerSecond, rssBytes, delayP99Ms: p99Ms, delayMaxMs: maxMs };
}

/** A minute of the noise of the fixtures, over and over: a room in which something hums. */
function writeNoise(): void {
  const HEADER_BYTES = 44;
  const fixture = readFileSync(path.join(FOLDER, 'fixtures/wav/noise.wav'));
  const sound = fixture.subarray(HEADER_BYTES);
  const header = Buffer.from(fixture.subarray(0, HEADER_BYTES));
  const times = Math.ceil((NOISE_S * 32_000) / sound.length);
  header.writeUInt32LE(sound.length * times + HEADER_BYTES - 8, 4);
  header.writeUInt32LE(sound.length * times, HEADER_BYTES - 4);
  const sounds = Array.from({ length: times }, () => sound);
  writeFileSync(NOISE, Buffer.concat([header, ...sounds]));
}
