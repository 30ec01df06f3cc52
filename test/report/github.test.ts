import { expect } from 'chai';

import { GithubReporter } from '../../src/report/github';
import { failingRun, failure, passingRun, summary } from './runs';

function written(tell: (reporter: GithubReporter) => void): string {
  let text = '';
  tell(new GithubReporter((piece) => (text += piece)));
  return text;
}

describe('GithubReporter', () => {
  it('annotates the file of a run that failed, and says nothing of one that passed', () => {
    expect(written((reporter) => reporter.finished(passingRun))).to.equal('');
    expect(written((reporter) => reporter.finished(failingRun))).to.equal(
      '::error file=scenarios/one-turn.ts,title=one-turn%2C seed 7%3A S1::' +
        'The n-th retry comes in time.%0Aexpected: 2000 to 3000 ms%0Aseen: 1999 ms%0A' +
        'replay: npm run scenarios -- scenarios/one-turn.ts --seed 7\n',
    );
  });

  it('escapes whatever would end a command or begin another', () => {
    const seen = '100 %0A\r\n::error::planted';
    const run = { ...failingRun, file: 'a,b:c%\n.ts', failures: [{ ...failure, seen }] };
    const text = written((reporter) => reporter.finished(run));
    expect(text.match(/\n/g), 'one line').to.have.length(1);
    expect(text).to.match(/^::error file=a%2Cb%3Ac%25%0A\.ts,title=/);
    expect(text).to.contain('seen: 100 %250A%0D%0A::error::planted%0A');
  });

  it('tells in the end of problems, and the numbers', () => {
    const end = { ...summary, skipped: 3, problems: ['50 %\nof it'] };
    expect(written((reporter) => reporter.end(end))).to.equal(
      '::error ::50 %25%0Aof it\n::notice ::1 passed, 1 failed, 3 not run\n',
    );
  });
});
