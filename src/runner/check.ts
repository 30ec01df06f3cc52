import { spawn } from 'node:child_process';
import { once } from 'node:events';

import type { ScenarioRun } from '../report/scenario-run';
import type { PlannedRun } from './plan';
import runOne from './run-one';

/** Runs, by name and seed, as the second process tells of them. */
type Hashes = ReadonlyMap<string, string>;

/** Makes the runs, and writes a line `name seed hash` for each. */
export async function printHashes(
  plan: readonly PlannedRun[],
  write: (text: string) => void,
): Promise<number> {
  for (const planned of plan) {
    const { hash } = await runOne(planned);
    write(`${planned.name} ${planned.seed} ${hash}\n`);
  }
  return 0;
}

/** Has the same runs made by another process, side by side with this one. */
export async function hashesOfSecondProcess(
  plan: readonly PlannedRun[],
  program: string,
): Promise<Hashes> {
  const hashes = new Map<string, string>();
  for (const [seed, files] of filesBySeed(plan)) {
    const args = [...process.execArgv, program, ...files, '--hashes', '--seed', String(seed)];
    for (const line of await linesOf(args)) {
      const [name, , hash] = line.split(' ');
      hashes.set(`${name ?? ''} ${seed}`, hash ?? '');
    }
  }
  return hashes;
}

/** Says of each run that came out differently in the second process how it did. */
export function differences(runs: readonly ScenarioRun[], second: Hashes): readonly string[] {
  return runs.flatMap(({ hash, scenario, seed }) => {
    const other = second.get(`${scenario} ${seed}`) ?? 'no run at all';
    const text = `${scenario}, seed ${seed}, is not deterministic: ${hash} here, ${other} elsewhere`;
    return other === hash ? [] : [text];
  });
}

function filesBySeed(plan: readonly PlannedRun[]): ReadonlyMap<number, readonly string[]> {
  const files = new Map<number, string[]>();
  for (const { file, seed } of plan) files.set(seed, [...(files.get(seed) ?? []), file]);
  return files;
}

async function linesOf(args: readonly string[]): Promise<readonly string[]> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(child, 'close');
  return output.split('\n').filter((line) => line !== '');
}
