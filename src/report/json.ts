import type { Reporter, ScenarioRun, Summary } from './scenario-run';

/** Raised when a field changes its meaning; `docs/report.schema.json` describes this one. */
export const REPORT_VERSION = 1;

/** Writes one JSON document at the end, for programs. */
export class JsonReporter implements Reporter {
  constructor(private readonly write: (text: string) => void) {}

  end(summary: Summary, runs: readonly ScenarioRun[]): void {
    this.write(`${JSON.stringify({ version: REPORT_VERSION, summary, runs }, undefined, 2)}\n`);
  }
}
