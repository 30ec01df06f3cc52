import { Piscina } from 'piscina';

import type { Shard } from '../runner/plan';
import { SeededRandom } from '../sim/random';
import live from './live';
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

  add({ failure, hashes, pairs, reached, steps, virtualMs }: LifeReport): void {
    this.lives += 1;
    this.runs += hashes.length;
    this.steps += steps;
    this.virtualMs += virtualMs;
    for (const state of reached) this.reached.set(state, (this.reached.get(state) ?? 0) + 1);
    for (const pair of pairs) this.pairs.set(pair, (this.pairs.get(pair) ?? 0) + 1);
    if (failure !== undefined) this.failures.push(failure);
  }

  /** The part of a report that is counted. */
  report(): Pick<
    FuzzReport,
    'lives' | 'runs' | 'steps' | 'virtualMs' | 'reached' | 'pairs' | 'failures'
  > {
    const { failures, lives, runs, steps, virtualMs } = this;
    const [reached, pairs] = [this.reached, this.pairs].map((counts) =>
      Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))),
    ) as [Record<string, number>, Record<string, number>];
    return { lives, runs, steps, virtualMs, reached, pairs, failures };
  }
}

/** Lives until all are lived, too many have failed, or it is told to stop. */
export class FuzzCampaign {
  readonly tally = new Tally();
  /** The hashes of the lives that were lived, by their seeds. */
  readonly hashes = new Map<number, readonly string[]>();
  private readonly options: FuzzCampaignOptions;
  /** Lives that are finished while one before them is not, by their place. */
  private readonly done = new Map<number, LifeReport>();
  private begun = 0;
  private told = 0;
  private stopped = false;

  constructor(options: FuzzCampaignOptions) {
    this.options = options;
  }

  /** The lives that are under way are finished, and no other is begun. */
  stop(): void {
    this.stopped = true;
  }

  async run(): Promise<void> {
    const { workers } = this.options;
    if (workers === 1) await this.work(live);
    else await this.runOnPool();
  }

  private async runOnPool(): Promise<void> {
    const { workers } = this.options;
    const pool = new Piscina<number, LifeReport>({
      filename: require.resolve('./live'),
      minThreads: workers,
      maxThreads: workers,
    });
    try {
      const worker = (): Promise<void> => this.work((life) => pool.run(life));
      await Promise.all(Array.from({ length: workers }, worker));
    } finally {
      await pool.destroy();
    }
  }

  private async work(liveOne: (life: number) => Promise<LifeReport>): Promise<void> {
    while (!this.isOver()) {
      const place = this.begun;
      const life = this.seedAt(place);
      if (life === undefined) return;
      this.begun += 1;
      this.done.set(place, await liveOne(life));
      this.tell();
    }
  }

  /** A shard has every n-th life, and all together have each once. */
  private seedAt(place: number): number | undefined {
    const { lives, seed, shard = ALONE } = this.options;
    if (lives !== undefined) return lives[place];
    return lifeSeed(seed, place * shard.count + shard.index - 1);
  }

  private isOver(): boolean {
    return this.stopped || this.isEnough();
  }

  private isEnough(): boolean {
    const { maxFailures, runs, shard = ALONE } = this.options;
    const { failures, runs: made } = this.tally;
    return made >= runs / shard.count || failures.length >= maxFailures;
  }

  /** Hands on what is finished, in order. What workers have lived beyond what was asked is left. */
  private tell(): void {
    while (!this.isEnough()) {
      const report = this.done.get(this.told);
      if (report === undefined) return;
      this.done.delete(this.told);
      this.told += 1;
      this.tally.add(report);
      this.hashes.set(report.life, report.hashes);
      this.options.onFinished(report, this.tally);
    }
  }
}
