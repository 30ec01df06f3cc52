/** How long somebody waits, on loopback, in numbers that say what they contain. */
import { Program } from './processes';
import type { Latencies } from './programs/latency';
import { print, progress } from './table';

const ROUNDS = 100;

type Round = Latencies & { readonly wordMs: number };

const ROWS: readonly (readonly [keyof Round, string])[] = [
  ['detectMs', 'word ended, until it is found'],
  ['uplinkMs', '... until its first sound goes'],
  ['wayMs', '... until the server has it'],
  ['wordMs', 'all three'],
  ['replyMs', 'reply sent, until it sounds'],
];

/** Prints a row for each step. */
export async function showLatency(name: string): Promise<void> {
  print(name, 'p50 ms', 'p99 ms', 'max ms');
  const rounds = (await measure()).map((round) => ({
    ...round,
    wordMs: round.detectMs + round.uplinkMs + round.wayMs,
  }));
  for (const [step, title] of ROWS) {
    const sorted = rounds.map((round) => round[step]).sort((a, b) => a - b);
    const figures = [0.5, 0.99, 1].map((share) => percentile(sorted, share).toFixed(2));
    print(`    ${title}`, ...figures);
  }
}

async function measure(): Promise<readonly Latencies[]> {
  const program = new Program('bench/programs/latency.js', [String(ROUNDS)]);
  for (let round = 1; round <= ROUNDS; round += 1) {
    await program.sees(new RegExp(`^round ${round}$`, 'm'));
    progress(`round ${round} of ${ROUNDS}`);
  }
  const [, json = '[]'] = await program.sees(/^latencies (.*)$/m);
  await program.exited;
  return JSON.parse(json) as Latencies[];
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.ceil(share * sorted.length) - 1] ?? NaN;
}
