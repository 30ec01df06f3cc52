import { expect } from 'chai';

import { HtmlReporter, type HtmlReporterOptions } from '../../src/report/html';
import { failingRun, passingRun, summary } from './runs';
import { sampleTrace } from './traces';

const assets = {
  style: { text: 'p{}', sha256: 'style-hash' },
  scripts: [{ text: 'run()', sha256: 'script-hash' }],
};

/** A page of these runs, and what was said of it. */
function pageOf(
  runs: readonly (typeof passingRun)[],
  options: Partial<HtmlReporterOptions> = {},
): { readonly html: string; readonly said: string; readonly data: Record<string, never> } {
  let [html, said] = ['', ''];
  const write = (text: string): void => void (html += text);
  const onWritten = (what: string): void => void (said = what);
  const reporter = new HtmlReporter({ title: 'tests', assets, write, onWritten, ...options });
  for (const run of runs) reporter.finished(run);
  reporter.addTable({ title: 'Recovery', columns: ['fault', 'p50'], rows: [['reset', 12]] });
  reporter.end(summary);
  const [, json = ''] = /id="data">(.*?)<\/script>/.exec(html) ?? [];
  return { html, said, data: JSON.parse(json) as Record<string, never> };
}

describe('HtmlReporter', () => {
  it('writes a page with its data, and says how large it is', () => {
    const { data, html, said } = pageOf([{ ...passingRun, trace: sampleTrace() }, failingRun]);
    expect(html)
      .to.match(/^<!doctype html>/)
      .and.to.match(/<\/html>\n$/);
    expect(data['runs']).to.have.length(2);
    expect(data['stories']).to.deep.equal({ 'one-turn': 'Nothing goes wrong.' });
    expect(data['tables']).to.have.length(1);
    expect(said).to.match(/^2 runs, 1 with a time line, 0\.\d MB$/);
  });

  it('has nothing in its data that could become a part of the page', () => {
    const hostile = '</script><script>alert(1)</script><!--';
    const { html } = pageOf([{ ...failingRun, story: hostile, replay: hostile }]);
    expect(html.match(/<script/g)).to.have.length(3);
    expect(html).not.to.include('alert(1)</script>');
  });

  it('lets no script run but its own, and nothing be loaded', () => {
    const [, policy] = /Content-Security-Policy" content="([^"]*)"/.exec(pageOf([]).html) ?? [];
    expect(policy).to.equal(
      "default-src 'none'; base-uri 'none'; form-action 'none'; " +
        "script-src 'sha256-script-hash'; style-src 'sha256-style-hash'",
    );
  });

  it('says how many runs are not even listed', () => {
    const { data } = pageOf([passingRun, passingRun], { limits: { listedRuns: 1 } });
    const { notes } = data['summary'] as unknown as { readonly notes: readonly string[] };
    expect(notes).to.deep.equal(['1 run that passed is not listed.']);
  });
});
