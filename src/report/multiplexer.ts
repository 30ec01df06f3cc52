import type { Plan, Reporter, ScenarioRun, Summary } from './scenario-run';

/** Hands results to several reporters. One that throws is told of, left out, and breaks no run. */
export class Multiplexer implements Reporter {
  private readonly reporters: Map<string, Reporter>;
  private readonly onBroken: (name: string, error: unknown) => void;

  constructor(
    reporters: ReadonlyMap<string, Reporter>,
    onBroken: (name: string, error: unknown) => void,
  ) {
    this.reporters = new Map(reporters);
    this.onBroken = onBroken;
  }

  begin(plan: Plan): void {
    this.each((reporter) => reporter.begin?.(plan));
  }

  finished(run: ScenarioRun): void {
    this.each((reporter) => reporter.finished?.(run));
  }

  end(summary: Summary, runs: readonly ScenarioRun[]): void {
    this.each((reporter) => reporter.end?.(summary, runs));
  }

  private each(tell: (reporter: Reporter) => void): void {
    for (const [name, reporter] of this.reporters) {
      try {
        tell(reporter);
      } catch (error) {
        this.reporters.delete(name);
        this.onBroken(name, error);
      }
    }
  }
}
