import type { Reporter, ScenarioRun, Summary } from './scenario-run';

/** Writes GitHub's workflow commands, so that failures show at the scenario's file. */
export class GithubReporter implements Reporter {
  constructor(private readonly write: (text: string) => void) {}

  finished({ failures, file, replay, scenario, seed }: ScenarioRun): void {
    for (const { claim, expected, kind, seen } of failures) {
      const title = property(`${scenario}, seed ${seed}: ${kind}`);
      const text = data(`${claim}\nexpected: ${expected}\nseen: ${seen}\nreplay: ${replay}`);
      this.write(`::error file=${property(file)},title=${title}::${text}\n`);
    }
  }

  end({ failed, passed, problems, skipped }: Summary): void {
    for (const problem of problems) this.write(`::error ::${data(problem)}\n`);
    const rest = skipped > 0 ? `, ${skipped} not run` : '';
    this.write(`::notice ::${passed} passed, ${failed} failed${rest}\n`);
  }
}

function data(text: string): string {
  return text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}

function property(text: string): string {
  return data(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
}
