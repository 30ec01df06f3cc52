/**
 * `node -r ts-node/register/transpile-only bench/hostile.ts [frames] [seed]`: attacks a server with
 * so many frames, a million by default, half of them without its limits, while an honest device
 * talks with it. Prints how fast they were dealt with, the most work that 64 KiB of one visitor
 * made, and what was kept of them. What goes wrong ends it with an error; the seed replays it.
 */
import '../src/sim/seeded-crypto';

import fc from 'fast-check';

import type { ServerSettingsInput } from '../src/server/server-settings';
import { cook, frames } from '../test/hostile/attacks';
import { FORGIVING, HostileBench, liveBytes, settled } from '../test/hostile/hostile-bench';

const MIB = 2 ** 20;
const PIECE_BYTES = 65_536;
const VISITORS = 8;
/** Visitors before memory is measured for the first time, so that caches and pools are filled. */
const WARM_UP = 2_000;

interface Tally {
  visitors: number;
  frames: number;
  bytes: number;
  longestMs: number;
}

async function main(target: number, seed: number): Promise<void> {
  await measure('a server with its usual limits', {}, target / 2, seed);
  await measure('a server that forgives everything', FORGIVING, target / 2, seed);
}

async function measure(
  name: string,
  settings: ServerSettingsInput,
  target: number,
  seed: number,
): Promise<void> {
  process.stdout.write(`\n${name}, ${target.toLocaleString('en')} frames, seed ${seed}\n`);
  const bench = await HostileBench.started(settings);
  const warmUp = await attack(bench, seed, ({ visitors }) => visitors >= WARM_UP);
  await bench.calm();
  const before = await liveBytes();
  const cpu = process.cpuUsage();
  const tally = await attack(bench, seed + 1, (sofar) => sofar.frames >= target);
  const seconds = msOf(process.cpuUsage(cpu)) / 1_000;
  await bench.testify();
  await bench.calm();
  const kept = (await liveBytes()) - before;
  await bench.over();
  const rate = Math.round(tally.frames / seconds);
  const longestMs = Math.max(warmUp.longestMs, tally.longestMs);
  process.stdout.write(
    `${tally.visitors.toLocaleString('en')} visitors sent ${tally.frames.toLocaleString('en')} ` +
      `frames, ${Math.round(tally.bytes / MIB)} MiB, in ${seconds.toFixed(1)} s of CPU: ` +
      `${rate.toLocaleString('en')} a second\n` +
      `most time of the processor for 64 KiB of one visitor: ${longestMs.toFixed(1)} ms\n` +
      `kept: ${(kept / MIB).toFixed(2)} MiB of ${(before / MIB).toFixed(1)} MiB\n` +
      `${[...bench.counts].map(([type, count]) => `  ${type}: ${count}`).join('\n')}\n`,
  );
}

async function attack(
  bench: HostileBench,
  seed: number,
  isEnough: (tally: Tally) => boolean,
): Promise<Tally> {
  const tally: Tally = { visitors: 0, frames: 0, bytes: 0, longestMs: 0 };
  for (let round = 0; !isEnough(tally); round += 1) {
    for (const recipes of fc.sample(frames, {
      seed: seed * 1_000_003 + round,
      numRuns: VISITORS,
    })) {
      await visit(bench, cook(recipes), tally);
    }
    await bench.goOn();
  }
  return tally;
}

async function visit(
  bench: HostileBench,
  { bytes, frames: count }: ReturnType<typeof cook>,
  tally: Tally,
): Promise<void> {
  const stream = await bench.device(`mallory-${tally.visitors % VISITORS}`);
  tally.visitors += 1;
  tally.frames += count;
  tally.bytes += bytes.length;
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    const before = process.cpuUsage();
    if (!stream.send(bytes.subarray(at, at + PIECE_BYTES))) return;
    await settled();
    tally.longestMs = Math.max(tally.longestMs, msOf(process.cpuUsage(before)));
  }
}

/** Also what the collector of garbage needs; unlike real time the same on a busy machine. */
function msOf({ system, user }: NodeJS.CpuUsage): number {
  return (system + user) / 1_000;
}

const [target = '1000000', seed = '1'] = process.argv.slice(2);
main(Number(target), Number(seed)).catch((error: unknown) => {
  process.exitCode = 1;
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
});
