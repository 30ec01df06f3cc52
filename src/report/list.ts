/** Reporters: they are given results and write them down; they compute none. */
import pc from 'picocolors';

import type { RecordedEvent } from '../events';
import { formatMs } from '../format-ms';
import type { Outcome } from '../sim/expectation';
import type { Measurement } from '../sim/invariants/invariant';
import type { Failure, RunResult } from '../sim/simulation';

/** A run, and what only its runner knows. */
export interface ScenarioRun extends RunResult {
  readonly wallMs: number;
  /** The command that runs it again. */
  readonly replay: string;
}

/** Writes for a person: a block for each scenario, and a summary. */
export class ListReporter {
  private readonly write: (text: string) => void;
  private readonly colours: ReturnType<typeof pc.createColors>;

  constructor(write: (text: string) => void, isColoured: boolean) {
    this.write = write;
    this.colours = pc.createColors(isColoured);
  }

  begin(count: number, seed: number): void {
    this.line(`Running ${count} ${count === 1 ? 'scenario' : 'scenarios'}, seed ${seed}`);
  }

  finished(run: ScenarioRun): void {
    const { bold, dim, green, red } = this.colours;
    const mark = run.passed ? green('✓') : red('✗');
    const facts = [
      `${formatMs(run.virtualMs)} in ${(run.wallMs / 1000).toFixed(2)} s`,
      `${run.events.toLocaleString('en-US')} events`,
      run.hash.slice(0, 12),
    ];
    this.line('');
    this.line(`${mark} ${bold(run.scenario)}  ${dim(facts.join(' · '))}`);
    this.line(dim(`  ${run.story}`));
    for (const outcome of run.outcomes) this.outcome(outcome);
    for (const measurement of run.measurements) this.measurement(measurement);
    for (const failure of run.failures) this.failure(failure);
    for (const { error, host } of run.crashes) this.line(dim(indent(stackOf(host, error), 6)));
    if (!run.passed) this.line(`    Replay: ${bold(run.replay)}`);
  }

  /** What is not the verdict of a scenario: hashes that differ, files that cannot be read. */
  problem(text: string): void {
    this.line(this.colours.red(text));
  }

  note(text: string): void {
    this.line(this.colours.dim(text));
  }

  end(runs: readonly ScenarioRun[]): void {
    const { bold, green, red } = this.colours;
    const failed = runs.filter(({ passed }) => !passed);
    const passed = runs.length - failed.length;
    const virtualMs = runs.reduce((sum, run) => sum + run.virtualMs, 0);
    const wallMs = runs.reduce((sum, run) => sum + run.wallMs, 0);
    const failures = `${failed.length} failed`;
    const counts = `${green(`${passed} passed`)}, ${failed.length > 0 ? red(failures) : failures}`;
    this.line('');
    this.line(
      `${bold(counts)}: ${formatMs(virtualMs)} of virtual time in ${(wallMs / 1000).toFixed(2)} s`,
    );
    for (const { replay, scenario } of failed) this.line(`  ${red('✗')} ${scenario}  ${replay}`);
  }

  private outcome({ expected, holds, seen, that }: Outcome): void {
    const { green, red } = this.colours;
    this.line(`    ${holds ? green('✓') : red('✗')} ${that}: ${seen} (${expected})`);
  }

  private measurement({ bound, count, max, min, name, unit, values }: Measurement): void {
    const show = unit === 'ms' ? formatMs : String;
    const list = values.map(show).join(', ');
    const rest = count > values.length ? ` ... ${count} in all, ${show(min)} to ${show(max)}` : '';
    this.line(this.colours.dim(`    · ${name}: ${list}${rest} (${bound})`));
  }

  private failure(failure: Failure): void {
    const { bold, dim, red } = this.colours;
    const where = failure.host === undefined ? '' : ` on ${failure.host}`;
    this.line('');
    this.line(
      `    ${red(`${failure.kind} at ${seconds(failure.atMs)}${where}`)}: ${bold(failure.claim)}`,
    );
    this.line(`      expected: ${failure.expected}`);
    this.line(`      seen:     ${failure.seen}`);
    if (failure.meaning !== undefined) this.line(`      meaning:  ${failure.meaning}`);
    if (failure.before.length > 0) this.line(dim('      the last events before it:'));
    for (const event of failure.before) this.line(dim(`        ${describeEvent(event)}`));
  }

  private line(text: string): void {
    this.write(`${text}\n`);
  }
}

/** `  12.345 s  pi      link.lost label=reset ...` */
function describeEvent(event: RecordedEvent): string {
  const {
    atMs,
    boot: _boot,
    host,
    seq: _seq,
    step: _step,
    type,
    wallMs: _wallMs,
    ...fields
  } = event;
  const shown = Object.entries(fields).map(([name, value]) => `${name}=${String(value)}`);
  return `${seconds(atMs).padStart(12)}  ${host.padEnd(8)} ${type} ${shown.join(' ')}`.trimEnd();
}

function stackOf(host: string, error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `${host} crashed: ${stack}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(3)} s`;
}

function indent(text: string, by: number): string {
  return text.replace(/^/gm, ' '.repeat(by));
}
