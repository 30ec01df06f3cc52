/** One life, in this process or in a worker of the pool: the pool calls the default export. */
import { explain } from './explain';

import type { RecordedEvent } from '../events';
import { Pairs } from './pairs';
import type { LifeReport } from './report';
import { Sometimes } from './sometimes';
import { runTrial } from './trial';

/** Lives the life of a seed, watches what it reaches, and shrinks what fails. */
export default async function live(life: number): Promise<LifeReport> {
  const reached = new Set<string>();
  const pairs = new Set<string>();
  const watch = watcher(reached, pairs);
  const runs = await runTrial(life, watch);
  const failed = runs.find(({ result }) => !result.passed);
  return {
    life,
    hashes: runs.map(({ result }) => result.hash),
    virtualMs: runs.reduce((sum, { result }) => sum + result.virtualMs, 0),
    steps: runs.reduce((sum, { result }) => sum + result.steps, 0),
    reached: [...reached],
    pairs: [...pairs],
    ...(failed === undefined
      ? {}
      : { failure: await explain(failed.scenario, life, failed.result) }),
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
