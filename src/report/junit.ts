import type { Reporter, ScenarioRun, Summary } from './scenario-run';

/** Writes JUnit's XML at the end, as CI servers read it: a suite a scenario, a case a seed. */
export class JunitReporter implements Reporter {
  constructor(private readonly write: (text: string) => void) {}

  end({ failed, wallMs }: Summary, runs: readonly ScenarioRun[]): void {
    const names = [...new Set(runs.map(({ scenario }) => scenario))];
    const suites = names.map((name) => suite(runs.filter(({ scenario }) => scenario === name)));
    const counts = `tests="${runs.length}" failures="${failed}" time="${seconds(wallMs)}"`;
    const text = `<testsuites name="scenarios" ${counts}>\n${suites.join('')}</testsuites>\n`;
    this.write(`<?xml version="1.0" encoding="UTF-8"?>\n${text}`);
  }
}

function suite(runs: readonly ScenarioRun[]): string {
  const name = escape(runs[0]?.scenario ?? '');
  const failures = runs.filter(({ passed }) => !passed).length;
  const time = seconds(runs.reduce((sum, { wallMs }) => sum + wallMs, 0));
  const counts = `tests="${runs.length}" failures="${failures}" time="${time}"`;
  const cases = runs.map(testCase).join('');
  return `  <testsuite name="${name}" ${counts}>\n${cases}  </testsuite>\n`;
}

function testCase({ failures, file, replay, scenario, seed, wallMs }: ScenarioRun): string {
  const head = `    <testcase name="seed ${seed}" classname="${escape(scenario)}" file="${escape(file)}"`;
  const open = `${head} time="${seconds(wallMs)}"`;
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
};

/** XML has no way to write most control characters, so they are left out. */
function escape(text: string): string {
  return text
    .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character)
    .replace(/[^\t\n\x20-\uFFFD]/g, '');
}
