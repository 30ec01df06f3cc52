import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import type { RecordedEvent } from '../events';
import { runTrial } from './trial';

const run = promisify(execFile);

/** A trace of hundreds of thousands of events is still printed whole. */
const MAX_OUTPUT_BYTES = 256 * 2 ** 20;
/** Events that are shown on either side of the first that differs. */
const SHOWN_AROUND = 3;

/** What another process is asked for. */
export type TwinTask = 'hashes' | 'trace' | 'around';

/** Starts this program again with these arguments, and resolves with what it prints. */
export type StartTwin = (args: readonly string[]) => Promise<string>;

/** Starts Node as this process was started, with the same main file. */
export function twinOf(mainFile: string): StartTwin {
  return async (args) => {
    const all = [...process.execArgv, mainFile, ...args];
    const { stdout } = await run(process.execPath, all, { maxBuffer: MAX_OUTPUT_BYTES });
    return stdout;
  };
}

/** The part of the twin: prints what it was asked for. */
export async function playTwin(
  task: TwinTask,
  lives: readonly number[],
  seq: number,
  write: (text: string) => void,
): Promise<void> {
  for (const life of lives) {
    if (task === 'hashes') write(`${life} ${(await hashesOf(life)).join(' ')}\n`);
    else if (task === 'trace') await trace(life, write);
    else await tellAround(life, seq, write);
  }
}

async function hashesOf(life: number): Promise<readonly string[]> {
  return (await runTrial(life, () => undefined)).map(({ result }) => result.hash);
}

/** A line for each event: a fingerprint of it, and of the bytes before it. */
async function trace(life: number, write: (text: string) => void): Promise<void> {
  const lines: string[] = [];
  let bytes = fingerprint('');
  await runTrial(
    life,
    (event) => {
      lines.push(`${fingerprint(JSON.stringify(event)).toString(36)}${bytes.toString(36)}`);
    },
    (piece) => (bytes = fingerprint(piece.toString('latin1'), bytes)),
  );
  write(`${lines.join('\n')}\n`);
}

/** FNV-1a: quick, and no secret hangs by it. */
function fingerprint(text: string, from = 0x811c9dc5): number {
  let hash = from;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  }
  return hash;
}

/** Prints the `index`-th event of a life, those around it, and who reported it. */
async function tellAround(
  life: number,
  index: number,
  write: (text: string) => void,
): Promise<void> {
  let at = 0;
  const lines: string[] = [];
  await runTrial(life, (event) => {
    if (Math.abs(at - index) <= SHOWN_AROUND) lines.push(told(event, at === index));
    at += 1;
  });
  write(lines.join(''));
}

function told(event: RecordedEvent, isIt: boolean): string {
  const text = `${isIt ? '>' : ' '} ${JSON.stringify(event)}\n`;
  return isIt ? `${text}    ${callSite(new Error().stack ?? '')}\n` : text;
}

/** The line of the program that reported the event: the first that is not of the recording. */
function callSite(stack: string): string {
  const RECORDING = /\/src\/(fuzz\/|sim\/(recorder|run|world|hosted-world|host|life)\.)|node:/;
  const lines = stack.split('\n').slice(1);
  return (lines.find((line) => !RECORDING.test(line)) ?? lines[0] ?? '').trim();
}

/** Lives each of these in another process, and says of each that came out differently how. */
export async function compareWithTwin(
  own: ReadonlyMap<number, readonly string[]>,
  start: StartTwin,
): Promise<readonly string[]> {
  const output = await start(['--twin', 'hashes', '--lives', [...own.keys()].join(',')]);
  const differences: string[] = [];
  for (const line of output.split('\n').slice(0, -1)) {
    const [life = '', ...hashes] = line.split(' ');
    const mine = own.get(Number(life)) ?? [];
    if (mine.join(' ') === hashes.join(' ')) continue;
    differences.push(await firstDifference(Number(life), start));
  }
  return differences;
}

/** Lets two processes live it event by event, and tells both sides of the first that differs. */
async function firstDifference(life: number, start: StartTwin): Promise<string> {
  const traces = await both(start, ['--twin', 'trace', '--lives', `${life}`]);
  const [one = [], other = []] = traces.map((text) => text.split('\n'));
  const index = one.findIndex((line, at) => line !== other[at]);
  const title = `Life ${life} is not deterministic: another process came to another hash.`;
  if (index < 0) return `${title} Two more processes agree with each other.`;
  const around = ['--twin', 'around', '--lives', `${life}`, '--event', `${index}`];
  const [here, there] = await both(start, around);
  return `${title} The first difference is at event ${index + 1}.\nOne:\n${here}Other:\n${there}`;
}

function both(start: StartTwin, args: readonly string[]): Promise<readonly string[]> {
  return Promise.all([start(args), start(args)]);
}
