import { expect } from 'chai';
import type { Page } from 'playwright-core';

import type { RecordedEvent } from '../../src/events';
import type { ScenarioRun } from '../../src/report/scenario-run';
import { cpuMsOf, pagesForSuite, settled } from './browser';
import { failingRun, failure, passingRun } from './runs';
import { event, RECORDING, sampleTrace } from './traces';

const YEAR_MS = 365 * 24 * 3_600_000;
const LONG = 'very '.repeat(200_000);
const ODD = '\u0000\u001b[31m\u202eesrever\u2066\ud800 \u{1f50a}\u0301\n\r\t\u2028';

/** Whatever is in a recording, the page has to take it. */
const RECORDINGS: Readonly<Record<string, readonly RecordedEvent[]>> = {
  'no event': [],
  'one event': [event(1, 0, { type: 'host.started', program: 'client' })],
  'all in one instant': RECORDING.map((each) => ({ ...each, atMs: 5 })),
  'a year': RECORDING.map((each) => ({ ...each, atMs: (each.atMs / 10_000) * YEAR_MS })),
  'times before the beginning': RECORDING.map((each) => ({ ...each, atMs: each.atMs - 7_000 })),
  'times that are none': RECORDING.map((each) =>
    each.seq % 5 === 0 ? { ...each, atMs: NaN, wallMs: NaN } : each,
  ),
  'a time of day past any calendar': RECORDING.map((each) => ({ ...each, wallMs: 1e300 })),
  'names that every object has': everywhere('constructor'),
  'a name that no object should have': everywhere('__proto__'),
  'texts of a megabyte': everywhere(LONG),
  'letters that are none': everywhere(ODD),
};

/** The recording with a text in place of all names that a host, a journal or a scenario gives. */
function everywhere(text: string): readonly RecordedEvent[] {
  const names = ['host', 'from', 'to', 'sound', 'session', 'label', 'reason', 'purpose', 'cue'];
  return RECORDING.map((each) => {
    const given = names.filter((name) => name in each && each.host !== 'world');
    return { ...each, ...Object.fromEntries(given.map((name) => [name, text])) };
  }) as unknown as readonly RecordedEvent[];
}

/** Does with a page what can be done. */
async function useAll(page: Page): Promise<void> {
  for (const key of ['f', 'd', 'j', 'j', 'k', '+', '+', 'ArrowRight', 'Shift+ArrowLeft', '-']) {
    await page.keyboard.press(key);
  }
  await page.locator('#events').focus();
  await page.keyboard.press('End');
  for (let nth = 0; nth < 4; nth += 1) await page.keyboard.press('ArrowUp');
  await page.mouse.move(900, 400);
  await page.mouse.wheel(0, -2_000);
  await page.keyboard.press('Home');
  await page.emulateMedia({ media: 'print' });
  await page.evaluate("dispatchEvent(new Event('beforeprint'))");
  await page.emulateMedia({ media: 'screen' });
  await page.locator('#tab-bounds').click();
}

describe('the page of a report that is out of the ordinary', function () {
  this.timeout(60_000);
  const { browser, open } = pagesForSuite();

  for (const [name, events] of Object.entries(RECORDINGS)) {
    it(`shows ${name}`, async () => {
      const failures = [{ ...failure, atMs: events.at(-1)?.atMs ?? 0 }];
      const run: ScenarioRun = { ...failingRun, failures, trace: sampleTrace(events) };
      const page = await open(browser.write([run]));
      expect(await page.locator('#matches').textContent()).to.equal(`${events.length} events`);
      await useAll(page);
      const [fromMs, toMs] = await settled(page);
      expect(toMs).to.be.above(fromMs);
      const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect(wide, 'what is wider than the window').to.be.at.most(0);
      // It takes less than one; what goes through every millisecond of a year takes many.
      expect(await cpuMsOf(page), 'milliseconds of computing').to.be.below(3_000);
    });
  }

  it('shows what came before the beginning', async () => {
    const events = RECORDINGS['times before the beginning'];
    const page = await open(browser.write([{ ...passingRun, trace: sampleTrace(events) }]));
    expect(await settled(page)).to.deep.equal([-7_000, 3_000]);
  });

  it('begins with the first event that is kept, where the first ones are left out', async () => {
    const later = RECORDING.map((each) => ({ ...each, atMs: each.atMs + YEAR_MS }));
    const trace = { ...sampleTrace(later), leftOut: 10 };
    const page = await open(browser.write([{ ...passingRun, trace }]));
    expect((await settled(page))[0]).to.equal(YEAR_MS);
  });

  it('tells of a year in days', async () => {
    const page = await open(
      browser.write([{ ...passingRun, trace: sampleTrace(RECORDINGS['a year']) }]),
    );
    await page.locator('#shown', { hasText: '365 d 0 h of 365 d 0 h' }).waitFor();
  });

  it('lists 500 runs, and opens any of them', async () => {
    const trace = sampleTrace();
    const runs = Array.from({ length: 500 }, (_, nth) => ({
      ...(nth % 50 === 0 ? failingRun : passingRun),
      ...{ scenario: `run-${nth}`, seed: nth, trace },
    }));
    const page = await open(browser.write(runs));
    await page.locator('#runs').focus();
    await page.keyboard.press('End');
    expect(await page.locator('#run-head h2').textContent()).to.equal('run-499passed');
    expect(await page.locator('#runs .row').count()).to.be.below(60);
    expect(await page.locator('#runs .row[aria-setsize="500"]').count()).to.be.above(10);
    await page.locator('#verdicts button', { hasText: 'failed 10' }).click();
    expect(await page.locator('#runs .row').count()).to.equal(10);
  });
});
