import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import type { ScenarioRun } from '../report/scenario-run';
import type { PlannedRun } from './plan';
import runOne from './run-one';

/** Makes the runs, and writes the hash of each on a line of its own. */
export async function printHashes(
  plan: readonly PlannedRun[],
  write: (text: string) => void,
): Promise<number> {
  for (const planned of plan) {
    const { hash } = await runOne(planned);
    write(`${hash}\n`);
  }
  return 0;
}

/** Another process, which makes the same runs side by side with this one. */
export class SecondProcess {
  /** In the order of the plan. */
  readonly hashes: Promise<readonly string[]>;
  private readonly child: ChildProcess;

  /** @param args - what Node is started with, so that it prints hashes. */
  constructor(args: readonly string[]) {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    this.child = child;
    this.hashes = once(child, 'close').then(() => output.split('\n').slice(0, -1));
  }

  stop(): void {
    this.child.kill('SIGKILL');
  }
}

/** Says of each run that came out differently in the second process how it did. */
export function differences(
  runs: readonly ScenarioRun[],
  hashes: readonly string[],
): readonly string[] {
  return runs.flatMap(({ hash, scenario, seed }, index) => {
    const other = hashes[index] ?? 'no run at all';
    const text = `${scenario}, seed ${seed}, is not deterministic: ${hash} here, ${other} there`;
    const wasMade = hash !== '';
    return wasMade && other !== hash ? [text] : [];
  });
}
