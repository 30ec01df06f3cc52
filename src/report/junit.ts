import type { Reporter, ScenarioRun, Summary } from './scenario-run';

/**
 * Writes JUnit's XML at the end, as CI servers read it: a suite a scenario, a case a seed. What is
 * wrong beyond single runs is a suite of its own, because such a server reads nothing else.
 */
export class JunitReporter implements Reporter {
  constructor(private readonly write: (text: string) => void) {}

  end({ failed, problems, wallMs }: Summary, runs: readonly ScenarioRun[]): void {
    const names = [...new Set(runs.map(({ scenario }) => scenario))];
    const suites = names.map((name) => suite(runs.filter(({ scenario }) => scenario === name)));
    if (problems.length > 0) suites.push(problemSuite(problems));
    const all = runs.length + problems.length;
    const counts = countsOf(all, failed + problems.length, wallMs);
    const text = `<testsuites name="scenarios" ${counts}>\n${suites.join('')}</testsuites>\n`;
    this.write(`<?xml version="1.0" encoding="UTF-8"?>\n${text}`);
  }
}

function suite(runs: readonly ScenarioRun[]): string {
  const name = escape(runs[0]?.scenario ?? '');
  const failures = runs.filter(({ passed }) => !passed).length;
  const wallMs = runs.reduce((sum, run) => sum + run.wallMs, 0);
  const counts = countsOf(runs.length, failures, wallMs);
  const cases = runs.map(testCase).join('');
  return `  <testsuite name="${name}" ${counts}>\n${cases}  </testsuite>\n`;
}

function problemSuite(problems: readonly string[]): string {
  const counts = countsOf(problems.length, problems.length, 0);
  const cases = problems.map((problem, index) => {
    const head = `    <testcase name="problem ${index + 1}" classname="runner" time="0.000">\n`;
    const failure = `      <failure message="${escape(problem)}" type="runner"/>\n`;
    return `${head}${failure}    </testcase>\n`;
  });
  return `  <testsuite name="runner" ${counts}>\n${cases.join('')}  </testsuite>\n`;
}

function countsOf(tests: number, failures: number, wallMs: number): string {
  return `tests="${tests}" failures="${failures}" time="${seconds(wallMs)}"`;
}

function testCase({ failures, file, replay, scenario, seed, wallMs }: ScenarioRun): string {
  const place = `classname="${escape(scenario)}" file="${escape(file)}"`;
  const open = `    <testcase name="seed ${seed}" ${place} time="${seconds(wallMs)}"`;
  if (failures.length === 0) return `${open}/>\n`;
  const reports = failures.map(({ atMs, claim, expected, kind, seen }) => {
    const message = escape(`${kind} at ${seconds(atMs)} s: ${claim}`);
    const text = escape(`expected: ${expected}\nseen: ${seen}\nreplay: ${replay}`);
    return `      <failure message="${message}" type="${escape(kind)}">${text}</failure>\n`;
  });
  return `${open}>\n${reports.join('')}    </testcase>\n`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // As they are, an attribute would have them read as spaces.
  '\n': '&#10;',
  '\t': '&#9;',
};

/**
 * For an attribute or a text. XML has no way to write most control characters, nor half a pair of
 * surrogates, so they are left out.
 */
function escape(text: string): string {
  return text
    .replace(/[^\t\n\x20-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '')
    .replace(/[&<>"\n\t]/g, (character) => ENTITIES[character] ?? character);
}
