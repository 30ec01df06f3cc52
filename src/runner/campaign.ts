/**
 * The runner of scenarios.
 *
 *   campaign     makes the runs of a plan, one after the other or on a pool of workers
 *   in-order     jobs side by side, and what comes of them in their order
 *   plan         which runs, and which of them belong to a shard
 *   stories      scenario files
 *   run-one      one run, here or in a worker
 *   check        the same runs in a second process
 *   canary       the scenario that has to fail
 *   last-failed  what failed the last time
 */
import type { ScenarioRun } from '../report/scenario-run';
import { inOrder } from './in-order';
import type { PlannedRun } from './plan';
import runOne, { unmadeRun } from './run-one';

export interface CampaignOptions {
  /** 1: in this process, where a debugger sees them. */
  readonly workers: number;
  /** No further run is started after so many failures. */
  readonly maxFailures: number;
  /** Called for each run, in the order of the plan. */
  readonly onFinished: (run: ScenarioRun) => void;
  /** Called now and then while a run of this process goes on. */
  readonly onProgress: (run: PlannedRun, virtualMs: number) => void;
}

/** Makes runs until all are made, too many have failed, or it is told to stop. */
export class Campaign {
  private readonly plan: readonly PlannedRun[];
  private readonly options: CampaignOptions;
  private readonly runs: ScenarioRun[] = [];
  private failures = 0;
  private stopped = false;

  constructor(plan: readonly PlannedRun[], options: CampaignOptions) {
    this.plan = plan;
    this.options = options;
  }

  /** The runs that are under way are finished, and no other is started. */
  stop(): void {
    this.stopped = true;
  }

  /** Resolves with the runs that were made, in the order of the plan. */
  async run(): Promise<readonly ScenarioRun[]> {
    // A real run leaves sockets of other libraries behind, which have no business here.
    const isReal = this.plan.some(({ realTime }) => realTime !== undefined);
    const here = (planned: PlannedRun): Promise<ScenarioRun> => this.runHere(planned);
    await inOrder<PlannedRun, ScenarioRun>({
      jobAt: (place) => this.plan[place],
      isOver: () => this.stopped || this.failures >= this.options.maxFailures,
      onResult: (run) => this.finished(run),
      workers: this.options.workers,
      file: require.resolve('./run-one'),
      failed: unmadeRun,
      ...(isReal ? {} : { here }),
    });
    return this.runs;
  }

  private runHere(planned: PlannedRun): Promise<ScenarioRun> {
    const { onProgress } = this.options;
    return runOne(planned, { onProgress: (virtualMs) => onProgress(planned, virtualMs) });
  }

  private finished(run: ScenarioRun): void {
    if (!run.passed) this.failures += 1;
    // Who wants traces keeps what it can show of them: all of them are more than fits into memory.
    const { trace: _trace, ...rest } = run;
    this.runs.push(rest);
    this.options.onFinished(run);
  }
}
