/** Reporters: they are given results and write them down; they compute none. */
import pc from 'picocolors';

import type { RecordedEvent } from '../events';
import { formatMs } from '../format-ms';
import type { Outcome } from '../sim/expectation';
import type { Measurement } from '../sim/invariants/invariant';
import type { Failure } from '../sim/simulation';
import { recoveryTable } from './recovery';
import type { Plan, Reporter, ScenarioRun, Summary } from './scenario-run';
import { tableLines } from './table-text';

/** Writes for a person: a block for each scenario, and a summary. */
export class ListReporter implements Reporter {
  private readonly write: (text: string) => void;
  private readonly colours: ReturnType<typeof pc.createColors>;
  private isRepeated = false;
  private counted: ScenarioRun[] = [];

  constructor(write: (text: string) => void, isColoured: boolean) {
    this.write = write;
    this.colours = pc.createColors(isColoured);
  }

  begin(plan: Plan): void {
    this.isRepeated = plan.repeat > 1;
    const { firstSeed, lastSeed } = plan;
    const isOne = firstSeed === lastSeed;
    const seeds = isOne ? `, seed ${firstSeed}` : ` on seeds ${firstSeed} to ${lastSeed}`;
    this.line(`Running ${count(plan.scenarios, 'scenario')}${seeds}`);
  }

  /** Of a scenario that is run on many seeds only failures are told, and then how many passed. */
  finished(run: ScenarioRun): void {
    if (this.isRepeated) this.count(run);
    if (!this.isRepeated || !run.passed) this.block(run);
  }

  end(summary: Summary, runs: readonly ScenarioRun[]): void {
    const { bold, dim, green, red } = this.colours;
    this.tally();
    this.recovery(summary);
    const failures = `${summary.failed} failed`;
    const rest = summary.skipped > 0 ? `, ${summary.skipped} not run` : '';
    const counts = `${green(`${summary.passed} passed`)}, ${
      summary.failed > 0 ? red(failures) : failures
    }${rest}`;
    const times = `${formatMs(summary.virtualMs)} of virtual time in ${seconds2(summary.wallMs)}`;
    this.line('');
    this.line(`${bold(counts)}: ${times}`);
    for (const { passed, replay, scenario } of runs) {
      if (!passed) this.line(`  ${red('✗')} ${scenario}  ${replay}`);
    }
    for (const problem of summary.problems) this.line(red(`✗ ${problem}`));
    for (const note of summary.notes) this.line(dim(note));
  }

  private recovery({ recovery }: Summary): void {
    const table = recoveryTable(recovery);
    const lines = tableLines(table);
    if (lines.length > 0) this.line('');
    const { dim, red } = this.colours;
    for (const line of lines) this.line(line.startsWith('✗') ? red(line) : dim(line));
  }

  private count(run: ScenarioRun): void {
    if (this.counted[0]?.scenario !== run.scenario) this.tally();
    this.counted.push(run);
  }

  /** One line for all seeds of a scenario. */
  private tally(): void {
    const [first] = this.counted;
    if (first === undefined) return;
    const { bold, dim, green, red } = this.colours;
    const passed = this.counted.filter((run) => run.passed).length;
    const virtualMs = this.counted.reduce((sum, run) => sum + run.virtualMs, 0);
    const wallMs = this.counted.reduce((sum, run) => sum + run.wallMs, 0);
    const mark = passed === this.counted.length ? green('✓') : red('✗');
    const facts = `${formatMs(virtualMs)} in ${seconds2(wallMs)}`;
    const seeds = `${passed} of ${count(this.counted.length, 'seed')} passed`;
    this.line(`${mark} ${bold(first.scenario)}  ${seeds} ${dim(`· ${facts}`)}`);
    this.counted = [];
  }

  private block(run: ScenarioRun): void {
    const { bold, dim, green, red } = this.colours;
    const mark = run.passed ? green('✓') : red('✗');
    const facts = [
      `${formatMs(run.virtualMs)} in ${seconds2(run.wallMs)}`,
      `${run.events.toLocaleString('en-US')} events`,
      ...(run.hash === '' ? [] : [run.hash.slice(0, 12)]),
    ];
    this.line('');
    this.line(`${mark} ${bold(run.scenario)}  ${dim(facts.join(' · '))}`);
    this.line(dim(`  ${run.story}`));
    for (const outcome of run.outcomes) this.outcome(outcome);
    for (const measurement of run.measurements) this.measurement(measurement);
    for (const failure of run.failures) this.failure(failure);
    for (const { host, stack } of run.crashes) {
      this.line(dim(indent(`${host} crashed: ${stack}`, 6)));
    }
    if (!run.passed) this.line(`    Replay: ${bold(run.replay)}`);
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

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(3)} s`;
}

function seconds2(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

function indent(text: string, by: number): string {
  return text.replace(/^/gm, ' '.repeat(by));
}
