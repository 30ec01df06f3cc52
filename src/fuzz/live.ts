/** One life, in this process or in a worker of the pool: the pool calls the default export. */
import { explain, tell } from './explain';

import type { RecordedEvent } from '../events';
import { joinedRecovery } from '../sim/recovery-tally';
import { Pairs } from './pairs';
import type { LifeReport } from './report';
import { Sometimes } from './sometimes';
import { runTrial } from './trial';

export interface LifeJob {
  /** The seed of the life. */
  readonly life: number;
  /** Whether what fails is made as small as it can be. */
  readonly shrinks: boolean;
}

/** Lives a life, watches what it reaches, and shrinks what fails. */
export default async function live({ life, shrinks }: LifeJob): Promise<LifeReport> {
  const reached = new Set<string>();
  const pairs = new Set<string>();
  const watch = watcher(reached, pairs);
  const runs = await runTrial(life, watch);
  const failed = runs.find(({ result }) => !result.passed);
  const explained = shrinks ? explain : tell;
  return {
    life,
    hashes: runs.map(({ result }) => result.hash),
    virtualMs: runs.reduce((sum, { result }) => sum + result.virtualMs, 0),
    steps: runs.reduce((sum, { result }) => sum + result.steps, 0),
    reached: [...reached],
    pairs: [...pairs],
    recovery: joinedRecovery(runs.map(({ result }) => result.recovery)),
    ...(failed === undefined
      ? {}
      : { failure: await explained(failed.scenario, life, failed.result) }),
  };
}

/** Watches one run after the other. */
function watcher(reached: Set<string>, pairs: Set<string>): (event: RecordedEvent) => void {
  let sometimes = new Sometimes((state) => reached.add(state));
  let met = new Pairs((pair) => pairs.add(pair));
  return (event) => {
    if (event.type === 'run.started') {
      sometimes = new Sometimes((state) => reached.add(state));
      met = new Pairs((pair) => pairs.add(pair));
    }
    sometimes.observe(event);
    met.observe(event);
  };
}
