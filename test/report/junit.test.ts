import { expect } from 'chai';

import { JunitReporter } from '../../src/report/junit';
import type { ScenarioRun, Summary } from '../../src/report/scenario-run';
import { failingRun, failure, passingRun, summary } from './runs';

const TIMED = 'file="scenarios/one-turn.ts" time="0.054"';

function written(runs: readonly ScenarioRun[], end: Summary = summary): string {
  let text = '';
  new JunitReporter((piece) => (text += piece)).end(end, runs);
  return text;
}

describe('JunitReporter', () => {
  it('writes a suite for each scenario, and a case for each seed', () => {
    const other = { ...passingRun, scenario: 'other', seed: 8 };
    expect(written([passingRun, failingRun, other])).to.equal(
      [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<testsuites name="scenarios" tests="3" failures="1" time="0.108">',
        '  <testsuite name="one-turn" tests="2" failures="1" time="0.108">',
        `    <testcase name="seed 7" classname="one-turn" ${TIMED}/>`,
        `    <testcase name="seed 7" classname="one-turn" ${TIMED}>`,
        '      <failure message="S1 at 12.345 s: The n-th retry comes in time." type="S1">' +
          'expected: 2000 to 3000 ms&#10;seen: 1999 ms&#10;' +
          'replay: npm run scenarios -- scenarios/one-turn.ts --seed 7</failure>',
        '    </testcase>',
        '  </testsuite>',
        '  <testsuite name="other" tests="1" failures="0" time="0.054">',
        `    <testcase name="seed 8" classname="other" ${TIMED}/>`,
        '  </testsuite>',
        '</testsuites>',
        '',
      ].join('\n'),
    );
  });

  it('fails where something beyond single runs is wrong, for servers that read only this', () => {
    const text = written([], { ...summary, failed: 0, problems: ['a <dead> canary'] });
    expect(text).to.contain('<testsuites name="scenarios" tests="1" failures="1"');
    expect(text).to.contain('<testsuite name="runner" tests="1" failures="1"');
    expect(text).to.contain('<failure message="a &lt;dead&gt; canary" type="runner"/>');
  });

  it('stays XML whatever a text holds', () => {
    const hostile = '<a b="c">&]]>\u0000\u001b[31m\ud800\ufffe\n😀';
    const claims = { ...failure, claim: hostile, seen: hostile, kind: hostile };
    const text = written([{ ...failingRun, file: hostile, failures: [claims] }]);
    const escaped = '&lt;a b=&quot;c&quot;&gt;&amp;]]&gt;[31m&#10;😀';
    expect(text).to.contain(`file="${escaped}"`);
    expect(text).to.contain(`type="${escaped}"`);
    expect(text).to.contain(`seen: ${escaped}&#10;`);
  });

  it('is whole without runs', () => {
    expect(written([], { ...summary, failed: 0 })).to.match(
      /<testsuites name="scenarios" tests="0" failures="0" time="0.108">\n<\/testsuites>\n$/,
    );
  });
});
