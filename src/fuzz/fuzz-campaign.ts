import { inOrder } from '../runner/in-order';
import type { Shard } from '../runner/plan';
import { SeededRandom } from '../sim/random';
import { RecoveryTally } from '../sim/recovery-tally';
import live, { type LifeJob } from './live';
import type { FuzzFailure, FuzzReport, LifeReport } from './report';

export interface FuzzCampaignOptions {
  /** What the seeds of all lives come from. */
  readonly seed: number;
  /** So many runs are made at least, of as many lives as that takes; of a shard, its part. */
  readonly runs: number;
  readonly shard?: Shard;
  /** The seeds of the lives, in place of all that are drawn. */
  readonly lives?: readonly number[];
  /** 1: in this process, where a debugger sees them. */
  readonly workers: number;
  /** No further life is begun after so many failures. */
  readonly maxFailures: number;
  /** Whether what fails is made as small as it can be. Default true. */
  readonly shrink?: boolean;
  /** Whether failures are shown with all that happened. Default false. */
  readonly traced?: boolean;
  /** Called for each life, in order. */
  readonly onFinished: (life: LifeReport, soFar: Tally) => void;
}

const ALONE: Shard = { index: 1, count: 1 };

/** The seed of the `index`-th life of a campaign: a 32-bit integer, as fast-check takes them. */
export function lifeSeed(campaignSeed: number, index: number): number {
  return Math.floor(new SeededRandom(campaignSeed, `life ${index}`).next() * 2 ** 31);
}

/** What a campaign has come to so far. */
export class Tally {
  lives = 0;
  runs = 0;
  steps = 0;
  virtualMs = 0;
  readonly reached = new Map<string, number>();
  readonly pairs = new Map<string, number>();
  readonly failures: FuzzFailure[] = [];
  private readonly recovery = new RecoveryTally();

  add({ failure, hashes, pairs, reached, recovery, steps, virtualMs }: LifeReport): void {
    this.lives += 1;
    this.runs += hashes.length;
    this.steps += steps;
    this.virtualMs += virtualMs;
    this.recovery.join(recovery);
    for (const state of reached) this.reached.set(state, (this.reached.get(state) ?? 0) + 1);
    for (const pair of pairs) this.pairs.set(pair, (this.pairs.get(pair) ?? 0) + 1);
    if (failure !== undefined) this.failures.push(failure);
  }

  /** The part of a report that is counted. */
  report(): Pick<
    FuzzReport,
    'lives' | 'runs' | 'steps' | 'virtualMs' | 'reached' | 'pairs' | 'recovery' | 'failures'
  > {
    const { failures, lives, runs, steps, virtualMs } = this;
    const [reached, pairs] = [this.reached, this.pairs].map((counts) =>
      Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))),
    ) as [Record<string, number>, Record<string, number>];
    const recovery = this.recovery.read();
    return { lives, runs, steps, virtualMs, reached, pairs, recovery, failures };
  }
}

/** Lives until all are lived, too many have failed, or it is told to stop. */
export class FuzzCampaign {
  readonly tally = new Tally();
  /** The hashes of the lives that were lived, by their seeds. */
  readonly hashes = new Map<number, readonly string[]>();
  private readonly options: FuzzCampaignOptions;
  private stopped = false;

  constructor(options: FuzzCampaignOptions) {
    this.options = options;
  }

  /** The lives that are under way are finished, and no other is begun. */
  stop(): void {
    this.stopped = true;
  }

  async run(): Promise<void> {
    await inOrder<LifeJob, LifeReport>({
      jobAt: (place) => this.jobAt(place),
      isOver: () => this.stopped || this.isEnough(),
      onResult: (report) => this.finished(report),
      workers: this.options.workers,
      file: require.resolve('./live'),
      here: live,
    });
  }

  private jobAt(place: number): LifeJob | undefined {
    const life = this.seedAt(place);
    const { shrink: shrinks = true, traced = false } = this.options;
    return life === undefined ? undefined : { life, shrinks, traced };
  }

  /** A shard has every n-th life, and all together have each once. */
  private seedAt(place: number): number | undefined {
    const { lives, seed, shard = ALONE } = this.options;
    if (lives !== undefined) return lives[place];
    return lifeSeed(seed, place * shard.count + shard.index - 1);
  }

  private isEnough(): boolean {
    const { maxFailures, runs, shard = ALONE } = this.options;
    const { failures, runs: made } = this.tally;
    return made >= runs / shard.count || failures.length >= maxFailures;
  }

  /** What workers have lived beyond what was asked for is left. */
  private finished(report: LifeReport): void {
    if (this.isEnough()) return;
    this.tally.add(report);
    this.hashes.set(report.life, report.hashes);
    this.options.onFinished(report, this.tally);
  }
}
