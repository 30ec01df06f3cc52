import { Piscina } from 'piscina';

export interface InOrderOptions<Job, Result> {
  /** The job at a place, from 0; undefined after the last. */
  readonly jobAt: (place: number) => Job | undefined;
  /** Asked before each job, and before each result is handed on. */
  readonly isOver: () => boolean;
  /** Called for each result, in the order of the jobs, whichever was done first. */
  readonly onResult: (result: Result) => void;
  readonly workers: number;
  /** The file whose default export does a job in a worker. */
  readonly file: string;
  /** Does a job in this process, where a debugger sees it. Absent: even one worker is a thread. */
  readonly here?: (job: Job) => Promise<Result>;
  /** What stands for a job whose worker has died. Absent: the error is the caller's. */
  readonly failed?: (job: Job, error: unknown) => Result;
}

/** Does jobs side by side, and hands on what comes of them in their order. */
export async function inOrder<Job, Result>(options: InOrderOptions<Job, Result>): Promise<void> {
  const { file, here, workers } = options;
  if (workers === 1 && here !== undefined) {
    await new InOrder(options).work(here);
    return;
  }
  const pool = new Piscina<Job, Result>({ filename: file, minThreads: 1, maxThreads: workers });
  const all = new InOrder(options);
  try {
    const worker = (): Promise<void> => all.work((job) => pool.run(job));
    await Promise.all(Array.from({ length: workers }, worker));
  } finally {
    await pool.destroy();
  }
}

class InOrder<Job, Result> {
  private readonly options: InOrderOptions<Job, Result>;
  /** Results of jobs of which one before is not done, by their place. */
  private readonly done = new Map<number, Result>();
  private begun = 0;
  private told = 0;

  constructor(options: InOrderOptions<Job, Result>) {
    this.options = options;
  }

  async work(doIt: (job: Job) => Promise<Result>): Promise<void> {
    const { failed, isOver, jobAt } = this.options;
    while (!isOver()) {
      const place = this.begun;
      const job = jobAt(place);
      if (job === undefined) return;
      this.begun += 1;
      const done = doIt(job);
      const result = await (failed === undefined ? done : done.catch((why) => failed(job, why)));
      this.done.set(place, result);
      this.tell();
    }
  }

  /** What was done beyond the end, while another was at it, is left. */
  private tell(): void {
    while (this.done.has(this.told)) {
      const result = this.done.get(this.told) as Result;
      this.done.delete(this.told);
      this.told += 1;
      this.options.onResult(result);
    }
  }
}
