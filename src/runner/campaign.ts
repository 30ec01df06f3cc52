/**
 * The runner of scenarios.
 *
 *   campaign     makes the runs of a plan, one after the other or on a pool of workers
 *   plan         which runs, and which of them belong to a shard
 *   stories      scenario files
 *   run-one      one run, here or in a worker
 *   check        the same runs in a second process
 *   canary       the scenario that has to fail
 *   last-failed  what failed the last time
 */
import { Piscina } from 'piscina';

import type { ScenarioRun } from '../report/scenario-run';
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
  /** Runs that are finished while one before them is not, by their place in the plan. */
  private readonly done = new Map<number, ScenarioRun>();
  private readonly runs: ScenarioRun[] = [];
  private next = 0;
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
    if (this.options.workers === 1 && !isReal) await this.work((each) => this.runHere(each));
    else await this.runOnPool();
    return this.runs;
  }

  private async runOnPool(): Promise<void> {
    const { workers } = this.options;
    const pool = new Piscina<PlannedRun, ScenarioRun>({
      filename: require.resolve('./run-one'),
      maxThreads: workers,
      minThreads: Math.min(workers, this.plan.length),
    });
    try {
      const worker = (): Promise<void> => this.work((planned) => pool.run(planned));
      await Promise.all(Array.from({ length: workers }, worker));
    } finally {
      await pool.destroy();
    }
  }

  private async work(run: (planned: PlannedRun) => Promise<ScenarioRun>): Promise<void> {
    for (;;) {
      const index = this.next;
      const planned = this.plan[index];
      if (planned === undefined || this.isOver()) return;
      this.next += 1;
      const failed = (error: unknown): ScenarioRun => unmadeRun(planned, error);
      this.finished(index, await run(planned).catch(failed));
    }
  }

  private runHere(planned: PlannedRun): Promise<ScenarioRun> {
    const { onProgress } = this.options;
    return runOne(planned, { onProgress: (virtualMs) => onProgress(planned, virtualMs) });
  }

  private isOver(): boolean {
    return this.stopped || this.failures >= this.options.maxFailures;
  }

  private finished(index: number, run: ScenarioRun): void {
    this.done.set(index, run);
    if (!run.passed) this.failures += 1;
    this.report();
  }

  /** Hands on what is finished, up to the first run that is not. */
  private report(): void {
    for (;;) {
      const index = this.runs.length;
      const run = this.done.get(index);
      if (run === undefined) return;
      this.done.delete(index);
      this.runs.push(run);
      this.options.onFinished(run);
    }
  }
}
