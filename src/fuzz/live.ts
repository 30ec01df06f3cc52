/** One life, in this process or in a worker of the pool: the pool calls the default export. */
import { explain, tell } from './explain';

import type { RecordedEvent } from '../events';
import { joinedRecovery } from '../sim/recovery-tally';
import { Pairs } from './pairs';
import type { LifeReport } from './report';
import { shownFailure } from './shown-failure';
import { Sometimes } from './sometimes';
import { runTrial } from './trial';

export interface LifeJob {
  /** The seed of the life. */
  readonly life: number;
  /** Whether what fails is made as small as it can be. */
  readonly shrinks: boolean;
  /** Whether what fails is to be shown with all that happened. */
  readonly traced?: boolean;
}

/** Lives a life, watches what it reaches, and shrinks what fails. */
export default async function live({ life, shrinks, traced }: LifeJob): Promise<LifeReport> {
  const reached = new Set<string>();
  const pairs = new Set<string>();
  const watch = watcher(reached, pairs);
  const runs = await runTrial(life, watch);
  const failed = runs.find(({ result }) => !result.passed);
  const explained = shrinks ? explain : tell;
  const failure =
    failed === undefined ? undefined : await explained(failed.scenario, life, failed.result);
  return {
    life,
    hashes: runs.map(({ result }) => result.hash),
    virtualMs: runs.reduce((sum, { result }) => sum + result.virtualMs, 0),
    steps: runs.reduce((sum, { result }) => sum + result.steps, 0),
    reached: [...reached],
    pairs: [...pairs],
    recovery: joinedRecovery(runs.map(({ result }) => result.recovery)),
    ...(failure === undefined ? {} : { failure }),
    ...(failure === undefined || !traced ? {} : { shown: await shownFailure(failure) }),
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
